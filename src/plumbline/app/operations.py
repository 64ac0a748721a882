"""Running an installation: tables, readiness, health, first people."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.checks import Tags, run_checks
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from plumbline.app import triggers
from plumbline.app.errors import ConfigurationError, InvalidInputError
from plumbline.app.models import Membership, Outbox, Policy, Team, User
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.people import STAFF
from plumbline.domain.permissions import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LEAST_DISK: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, whether it is well, and what to know or do."""

    what: str
    well: bool
    told: str


def migrate() -> int:
    """Bring the tables up to date; how many steps that took."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    steps = len(_pending())
    call_command("migrate", verbosity=0, interactive=False)
    return steps


def refuse_unready() -> None:
    """Refuse to start what would be unsafe or would fail at the first page.

    Raises:
        ConfigurationError: Says what to do.
    """
    errors = [check for check in run_checks(tags=[Tags.security]) if check.is_serious()]
    if errors:
        raise ConfigurationError(f"{errors[0].msg} {errors[0].hint or ''} [{errors[0].id}]")
    try:
        if _pending():
            raise ConfigurationError("The tables are not up to date: run plumbline migrate.")
        missing = triggers.missing()
    except DatabaseError as error:
        told = f"The database cannot be used, or is not there before plumbline migrate: {error}."
        raise ConfigurationError(told) from error
    if missing:
        raise ConfigurationError(f"{missing[0]} is gone, so records are not guarded: run plumbline migrate.")


def examine() -> list[Finding]:
    """Everything an installation needs, looked at one by one; a part that fails does not hide the others."""
    looks: Sequence[tuple[str, Callable[[], str]]] = (
        ("settings", _settings),
        ("database", _database),
        ("tables", _tables),
        ("ledger", _ledger),
        ("policy", _policy),
        ("teams", _teams),
        ("worker", _worker),
        ("disk", _disk),
    )
    return [_finding(what, look) for what, look in looks]


def add_person(email: str, *, name: str, role: str, teams: Sequence[str], password: str) -> User:
    """Make a person who can sign in, as the operator of the machine.

    Raises:
        InvalidInputError: The role is none, the address is taken, or the password is weak.
    """
    if role not in {one.value for one in Role if one is not Role.SERVICE}:
        raise InvalidInputError(f"{role!r} is no role of a person.", "role")
    if User.objects.filter(email=email.strip().lower()).exists():
        raise InvalidInputError(f"There is somebody with the address {email} already.", "email")
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages), "password") from error
    with transaction.atomic():
        user = User.objects.create_user(
            email, password, name=name, role=role, role_since=timezone.now(), is_staff=role in STAFF
        )
        for team in teams:
            place, _ = Team.objects.get_or_create(name=team)
            Membership.objects.create(user=user, team=place, weight=int(role == Role.REP))
    return user


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, well=True, told=look())
    except (ConfigurationError, DatabaseError, OSError) as error:
        return Finding(what, well=False, told=str(error))


def _settings() -> str:
    errors = [check for check in run_checks(tags=[Tags.security]) if check.is_serious()]
    if errors:
        raise ConfigurationError(f"{errors[0].msg} {errors[0].hint or ''}")
    return "demo mode, for this machine only" if settings.DEMO else "safe to serve"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def _tables() -> str:
    if _pending():
        raise ConfigurationError("not up to date: run plumbline migrate")
    if missing := triggers.missing():
        raise ConfigurationError(f"{missing[0]} is gone, so records are not guarded: run plumbline migrate")
    return "up to date, and what is recorded is guarded"


def _ledger() -> str:
    verdict = DatabaseLedger().verify()
    if verdict.broken:
        raise ConfigurationError(str(verdict.broken))
    return f"{verdict.head.seq:,} entries verify; keep this head elsewhere: {verdict.head}"


def _policy() -> str:
    policy = Policy.objects.order_by("-number").first()
    if policy is None:
        raise ConfigurationError("none is live: publish one on the page Policy")
    return f"{policy} is live"


def _teams() -> str:
    unmanned = Team.objects.exclude(memberships__weight__gt=0).values_list("name", flat=True)
    if not Team.objects.exists():
        raise ConfigurationError("there is none, so leads have nowhere to go: plumbline people add --team")
    return f"nobody takes leads in {', '.join(unmanned)}" if unmanned else "every team has people"


def _worker() -> str:
    stuck = Outbox.objects.filter(done_at=None, given_up_at=None, not_before__lt=timezone.now())
    oldest = stuck.order_by("not_before").first()
    if oldest is None:
        return "nothing waits"
    minutes = int((timezone.now() - oldest.not_before).total_seconds() // 60)
    if minutes > 10:
        raise ConfigurationError(f"work has waited for {minutes} minutes: is plumbline worker running?")
    return "work is being done"


def _disk() -> str:
    free = shutil.disk_usage(settings.DATA).free
    if free < _LEAST_DISK:
        raise ConfigurationError(f"only {free // 1_000_000:,} MB free in {settings.DATA}")
    return f"{free // 1_000_000_000:,} GB free"


def _pending() -> list[object]:
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))
