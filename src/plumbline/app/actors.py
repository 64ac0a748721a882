"""Who acts: a person, a program or a job of the system. The first argument of every service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from plumbline.app.errors import NotAllowedError
from plumbline.domain.permissions import ROLES, Perm, Role

if TYPE_CHECKING:
    from plumbline.app.models import ApiKey, User


@dataclass(frozen=True, slots=True)
class Actor:
    """``name`` is what the ledger keeps: a key, never a person's name. ``teams`` are those they belong to."""

    name: str
    role: Role
    perms: frozenset[Perm]
    teams: frozenset[int] = frozenset()
    user_id: int | None = None

    @classmethod
    def of_user(cls, user: User) -> Self:
        """The person who is signed in."""
        role = Role(user.role)
        teams = frozenset(user.memberships.values_list("team_id", flat=True))
        return cls(f"user:{user.key}", role, ROLES[role], teams, user.pk)

    @classmethod
    def of_key(cls, key: ApiKey) -> Self:
        """A program: what its key names, and no more than a service may."""
        perms = frozenset(Perm(scope) for scope in key.scopes) & ROLES[Role.SERVICE]
        return cls(f"key:{key.key}", Role.SERVICE, perms, frozenset(key.teams.values_list("pk", flat=True)))

    @classmethod
    def of_system(cls, job: str) -> Self:
        """A job of the system itself, such as ``worker``: it may do whatever its service does."""
        return cls(f"system:{job}", Role.SERVICE, frozenset(Perm))

    @property
    def sees_all(self) -> bool:
        """Whether every team's leads are for them. A program that is tied to teams sees only these."""
        tied = self.role is Role.SERVICE and bool(self.teams)
        return Perm.LEAD_READ_ALL in self.perms and not tied

    @property
    def masked(self) -> bool:
        """Whether personal fields are hidden from them."""
        return Perm.LEAD_READ_PERSONAL not in self.perms

    def may(self, perm: Perm) -> bool:
        """Whether they hold a permission."""
        return perm in self.perms

    def require(self, perm: Perm) -> None:
        """Refuse who does not hold a permission with ``NotAllowedError``."""
        if perm not in self.perms:
            raise NotAllowedError(f"This needs the permission {perm}, which the role {self.role} has not.")
