"""Who saw what: kept with every page, answer and file about people, and looked at by who guards it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet, Sum, TextField
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Access, User
from plumbline.app.services import notices
from plumbline.domain.permissions import Perm, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from plumbline.app.actors import Actor

PAGE: Final = 200
ROWS: Final = 50
#: How much more than on a usual day is a sign, and how many leads are none in any case.
TIMES: Final = 5
LEAST: Final = 200
_WEEKS: Final = timedelta(weeks=4)
#: Days on which somebody was here before they have a habit of their own; until then that of their role.
_HABIT: Final = 5
_KEY: Final = re.compile(r"[2-9a-z]{16}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of the log: of an actor, about a lead, of a day. Empty means all."""

    who: str = ""
    lead: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """That somebody saw far more leads on a day than they use to: ``usual`` is the median of four weeks."""

    actor: str
    role: str
    day: date
    leads: int
    usual: float


def note(
    actor: Actor, *, what: str, leads: Sequence[str], purpose: str = "work", count: int | None = None
) -> None:
    """Keep that an actor was shown something of these leads: a page of keys, and how many there were."""
    Access.objects.create(
        at=timezone.now(),
        actor=actor.name,
        role=actor.role,
        purpose=purpose,
        what=what,
        leads=list(leads[:PAGE]),
        count=len(leads) if count is None else count,
        masked=actor.masked,
    )


def page_of(actor: Actor, wanted: Wanted, *, before: int | None = None) -> Sequence[Access]:
    """The newest rows of the log and one more than a page.

    Raises:
        InvalidInputError: What is written as the key of a lead is none.
    """
    actor.require(Perm.ACCESS_READ)
    rows = Access.objects.order_by("-pk")
    if wanted.who:
        rows = rows.filter(actor=wanted.who)
    if wanted.lead:
        rows = about(rows, wanted.lead)
    if wanted.day:
        begin = timezone.make_aware(datetime.combine(wanted.day, time()))
        rows = rows.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[: ROWS + 1])


def about(rows: QuerySet[Access], lead: str) -> QuerySet[Access]:
    """The rows that name a lead. Of a file with more leads than ``PAGE`` the first ones are named."""
    if not _KEY.fullmatch(lead):
        raise InvalidInputError("The key of a lead has 16 letters and digits.", "lead")
    # As text, for SQLite has no operator for it; a key is nothing but letters and digits.
    return rows.annotate(named=Cast("leads", TextField())).filter(named__contains=f'"{lead}"')


def unusual(actor: Actor, *, now: datetime) -> list[Volume]:
    """Who saw far more than they use to, today or yesterday: more than five times their usual day."""
    actor.require(Perm.ACCESS_READ)
    return _unusual(now)


def warn(now: datetime) -> int:
    """Tell those who guard the log, once, of each such day; how many there were. For the worker's timer."""
    found = _unusual(now)
    guards = User.objects.filter(role=Role.DPO.value, is_active=True)
    for one in found:
        text = f"Somebody saw {one.leads:,} leads on {one.day:%-d %B}, far more than on a usual day."
        notices.tell(guards, "volume", text, path=f"/access/?who={one.actor}", now=now)
    return len(found)


def _unusual(now: datetime) -> list[Volume]:
    days = _days(now)
    recent = timezone.localdate(now) - timedelta(days=1)
    habits: dict[str, list[int]] = defaultdict(list)
    for who, role, day, leads in days:
        if day < recent:
            habits[who].append(leads)
            habits[f"role {role}"].append(leads)
    found = []
    for who, role, day, leads in days:
        own = habits.get(who, [])
        known = own if len(own) >= _HABIT else habits.get(f"role {role}", [])
        usual = median(known) if known else 0.0
        if day >= recent and leads > max(TIMES * usual, LEAST):
            found.append(Volume(who, role, day, leads, usual))
    return sorted(found, key=lambda one: one.leads, reverse=True)


def _days(now: datetime) -> list[tuple[str, str, date, int]]:
    rows = Access.objects.filter(at__gt=now - _WEEKS, at__lte=now)
    by_day = rows.values_list("actor", "role", TruncDate("at")).annotate(leads=Sum("count"))
    return list(by_day.order_by())
