"""Leads that may be one: found, asked about, joined, and parted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count, Min, Q

from plumbline.app.models import Lead, Review, Standing
from plumbline.app.services import routing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from plumbline.app.models import Team
    from plumbline.app.services.reviews import Settled

#: An address that more leads share than these is a mailbox of many people, and says nothing.
_MOST: Final = 5


class Twins(NamedTuple):
    """Two leads with one address: the later one, the number of the first one, and the team that is asked."""

    repeat: Lead
    first: int
    team: Team


def candidates(settled: Sequence[Settled]) -> Iterator[Twins]:
    """Per lead the oldest other lead with the same address, unless a person was asked about the two before.

    Whether they are one lead is not for us to say: two people share an office's address, one person asks
    twice for two sites.
    """
    theirs = {
        one.lead.pk: one
        for one in settled
        if one.lead.email and one.lead.same_as_id is None and one.lead.objected_at is None
    }
    if not theirs:
        return
    known = Lead.objects.filter(same_as=None, erased_at=None, objected_at=None)
    rows = known.filter(email__in={one.lead.email for one in theirs.values()}).order_by()
    counted = rows.values_list("email").annotate(Min("pk"), Count("pk"))
    firsts = {email: first for email, first, many in counted if 1 < many <= _MOST}
    found = {pk: firsts[one.lead.email] for pk, one in theirs.items() if one.lead.email in firsts}
    asked = _asked([pk for pk, first in found.items() if first != pk])
    for pk, first in found.items():
        if first != pk and (pk, first) not in asked:
            yield Twins(theirs[pk].lead, first, theirs[pk].standing.team)


def join(repeat: Lead, first: Lead, *, now: datetime) -> None:
    """Make a lead a repeat of another: it is worked no more. Whatever repeats it, repeats the first."""
    root = first.same_as or first
    Lead.objects.filter(Q(pk=repeat.pk) | Q(same_as=repeat)).update(same_as=root)
    standing = Standing.objects.select_for_update(of=("self",)).get(pk=repeat.pk)
    standing.state, standing.due_at = Standing.State.CLOSED, None
    standing.version += 1
    standing.save(update_fields=["state", "due_at", "version"])
    Review.objects.filter(lead=repeat, state=Review.State.OPEN).exclude(
        kind__in=[Review.Kind.DATA_RIGHT, Review.Kind.APPEAL]
    ).update(state=Review.State.GONE, decided_at=now)


def part(repeat: Lead, *, now: datetime) -> None:
    """Take a join back: the lead is worked again, from where its last decision put it."""
    Lead.objects.filter(pk=repeat.pk).update(same_as=None)
    rows = Standing.objects.select_for_update(of=("self",)).select_related("lead__account", "team", "owner")
    standing = rows.get(pk=repeat.pk)
    standing.state = Standing.State.OPEN
    routing.place(standing, now=now)
    standing.version += 1
    standing.save()


def _asked(leads: Sequence[int]) -> set[tuple[int, int]]:
    if not leads:
        return set()
    rows = Review.objects.filter(lead__in=leads, kind=Review.Kind.DUPLICATE, other__isnull=False)
    return {(lead, other) for lead, other in rows.values_list("lead_id", "other_id") if other is not None}
