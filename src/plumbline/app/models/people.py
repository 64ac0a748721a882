"""People, teams and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models

from plumbline.app.models.base import KEY_LENGTH, new_key
from plumbline.domain.permissions import Role

if TYPE_CHECKING:
    from datetime import date


class Users(BaseUserManager["User"]):
    """People are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:  # noqa: ANN401
        """A person; without a password they can only come by single sign-on."""
        user = self.model(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **more: Any) -> User:  # noqa: ANN401
        """The first administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, role=Role.ADMIN, **more)


class User(AbstractUser):
    """A person who signs in. One person has one role; what it allows stands in ``domain.permissions``."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    role_since = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=64, blank=True)
    digest = models.BooleanField(default=False)
    teams: models.ManyToManyField[Team, Membership] = models.ManyToManyField(
        "Team", through="Membership", related_name="users"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[Users] = Users()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name."""
        return self.name

    def get_short_name(self) -> str:
        """The first name."""
        return self.name.split(" ")[0] or self.email


class Team(models.Model):
    """People who share queues: ``queues`` are owners that a policy names, such as ``sales-uk``."""

    class Spread(models.TextChoices):
        """How leads are shared out: in weighted turns, or to who has the fewest open for their weight."""

        TURN = "turn"
        LOAD = "load"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name = models.CharField(max_length=80, unique=True)
    queues = models.JSONField(default=list, blank=True)
    manager = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    #: Hours of a working day, as ``["09:00", "17:30"]``, and the days that count, Monday is 0.
    hours = models.JSONField(default=list, blank=True)
    days = models.JSONField(default=list, blank=True)
    sla_hours = models.PositiveSmallIntegerField(default=8)
    overflow = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    spread = models.CharField(max_length=4, choices=Spread.choices, default=Spread.TURN)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in a team: how large a share of its leads they take, and how many at most."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    weight = models.PositiveSmallIntegerField(default=1)
    open_cap = models.PositiveIntegerField(null=True, blank=True)
    daily_cap = models.PositiveIntegerField(null=True, blank=True)
    #: What they are owed, in parts of a lead (``turns.LEAD``): it grows with every turn of the team in which
    #: they could take a lead, and falls by a lead with every turn they take. All of a team add up to zero.
    owed = models.BigIntegerField(default=0)
    #: Leads taken in weighted turns, less those that were wrong.
    taken = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "team"], name="one_place_in_a_team")]


class Absence(models.Model):
    """Days on which a person gets no leads, both ends included."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences")
    first = models.DateField()
    last = models.DateField()
    why = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="absence_ends_after")
        ]

    def covers(self, day: date) -> bool:
        """Whether they are away on this day."""
        return self.first <= day <= self.last


class ApiKey(models.Model):
    """How a program proves who it is. Only a hash of the secret is kept."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    teams: models.ManyToManyField[Team, Membership] = models.ManyToManyField(Team, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    per_minute = models.PositiveIntegerField(default=6000)
