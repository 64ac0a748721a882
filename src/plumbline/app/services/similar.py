"""Past leads that fall into the same cells of the scorecard, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.app.models import Lead, Outcome
from plumbline.app.services.inputs import received_frame
from plumbline.app.services.live import live
from plumbline.domain.permissions import Perm
from plumbline.qualify.path import triage_batch
from plumbline.scorecard.codes import coder, codes_of
from plumbline.scorecard.model import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from plumbline.app.actors import Actor
    from plumbline.qualify.bundle import Bundle
    from plumbline.scorecard.model import SignalBins

#: How many leads with outcomes are looked at, newest reports first, and how many are shown.
CONSIDERED: Final = 300
SHOWN: Final = 5
_REPORTS: Final = 900
#: Later ones say more than earlier ones; of equal ones the newest counts.
_WEIGHT: Final = {kind: at for at, kind in enumerate(Outcome.Kind.values)}


@dataclass(frozen=True, slots=True)
class Similar:
    """A past lead: in which cells with points it is like this one, and how many of these this one has."""

    lead: Lead
    outcome: Outcome
    shared: tuple[str, ...]
    of: int


def similar_to(actor: Actor, lead: Lead, *, now: datetime) -> list[Similar]:
    """At most five past leads with outcomes that share most cells with this one; the newest first of equals.

    Compared is what came in with the leads, read as the live policy reads it; not what they did or wrote.
    A person who objected is neither compared nor shown (law 7); another team's lead is for that team alone.
    """
    actor.require(Perm.LEAD_READ)
    outcomes = _outcomes(actor, lead)
    if lead.objected_at is not None or not outcomes:
        return []
    bundle, past = live().bundle, list(Lead.objects.in_bulk(list(outcomes)).values())
    bins = [one for one in bundle.card.signals if not one.completeness]
    codes = _cells([lead, *past], bins, bundle, now)
    telling = _telling(codes[0], bins, bundle)
    same = (codes[1:] == codes[0]) & telling
    newest = np.array([-outcomes[one.pk].pk for one in past])
    order = np.lexsort((newest, -same.sum(axis=1)))[:SHOWN]
    return [
        Similar(past[at], outcomes[past[at].pk], _named(bins, codes[0], same[at]), int(telling.sum()))
        for at in map(int, order)
        if same[at].any()
    ]


def _outcomes(actor: Actor, lead: Lead) -> dict[int, Outcome]:
    """Per past lead that the actor may see what became of it in the end: the report that says most."""
    reports = (
        Outcome.objects.filter(lead__in=Lead.objects.visible_to(actor))
        .filter(lead__erased_at=None, lead__objected_at=None, lead__standing__points__isnull=False)
        .exclude(lead=lead)
        .order_by("-pk")[:_REPORTS]
    )
    found: dict[int, Outcome] = {}
    for report in reports:
        best = found.get(report.lead_id)
        if best is None and len(found) == CONSIDERED:
            continue
        if best is None or _WEIGHT[report.kind] > _WEIGHT[best.kind]:
            found[report.lead_id] = report
    return found


def _cells(leads: list[Lead], bins: Sequence[SignalBins], bundle: Bundle, now: datetime) -> NDArray[np.intp]:
    """Per lead and signal the cell it falls into."""
    clean = triage_batch(received_frame(leads), bundle).clean
    signals = bundle.assembler.assemble(clean, as_of=now, events=None)
    return np.column_stack(codes_of(signals, bins, [coder(one) for one in bins]))


def _telling(codes: NDArray[np.intp], bins: Sequence[SignalBins], bundle: Bundle) -> NDArray[np.bool_]:
    """Of which signals the lead's cell gives or takes points: only by these are two leads alike."""
    points = {term.signals[0]: term.points for term in bundle.card.terms if len(term.signals) == 1}
    cells = zip(bins, map(int, codes), strict=True)
    return np.array(
        [code != MISSING and bool(one.name in points and points[one.name][code]) for one, code in cells],
        dtype=np.bool_,
    )


def _named(bins: Sequence[SignalBins], codes: NDArray[np.intp], same: NDArray[np.bool_]) -> tuple[str, ...]:
    cells = zip(bins, map(int, codes), same, strict=True)
    return tuple(f"{one.label}: {one.bin_label(code)}" for one, code, shared in cells if shared)
