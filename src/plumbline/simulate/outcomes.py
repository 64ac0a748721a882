"""What becomes of a lead once somebody speaks to it, and when that shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.simulate.arrivals import DAY

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from plumbline.simulate.settings import Response

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

#: Everything sales can report, in the order in which it can happen.
OUTCOMES: Final = (
    "accepted", "contacted", "no_show", "meeting_held", "opportunity_created", "opportunity_accepted",
    "won", "lost", "rejected",
)  # fmt: skip
(ACCEPTED, CONTACTED, NO_SHOW, MEETING_HELD, CREATED, QUALIFIED, WON, LOST, REJECTED) = range(9)
REASONS: Final = (
    "", "no_response", "not_a_fit", "no_budget", "bad_timing", "no_need", "bad_contact_data", "duplicate",
    "job_seeker", "student", "vendor", "existing_customer", "press", "spam", "opportunity_refused", "price",
)  # fmt: skip
REASON: Final = {name: code for code, name in enumerate(REASONS)}
#: Powers of the chance to qualify that give the chances of the earlier steps: every step holds the next.
_BOOKED, _HELD, _CREATED = 0.40, 0.46, 0.85


#: When the meeting takes place, as a part of the time until the opportunity.
_MEETING: Final = 0.35
#: Spread of log days, which together with the median leaves some 5 % of opportunities beyond 90 days.
_SPREAD: Final = 0.65
_REVIEW: Final = 3 * DAY


@dataclass(frozen=True, slots=True)
class Talk:
    """Leads reached just now, one entry each; seconds count from the start.

    ``chance`` is to qualify if worked well, ``effort`` the part of it that is left. Opportunities opened at
    ``refused_from`` or later are refused whatever they are worth.
    """

    row: Ints
    rep: Ints
    at: Ints
    chance: Floats
    effort: Floats
    lot: Floats
    lot_won: Floats
    to_opportunity: Ints
    to_close: Ints
    fit: Floats
    reason: Ints
    refused_from: Ints


@dataclass(frozen=True, slots=True)
class Reports:
    """What sales reports, one entry each: lead row, rep, outcome code, reason code, second."""

    row: Ints
    rep: Ints
    outcome: Ints
    reason: Ints
    at: Ints


def speed(days: Floats, response: Response) -> Floats:
    """What is left of a chance when the first attempt comes this many days after the first possible one."""
    left: Floats = response.floor + (1 - response.floor) * 2.0 ** (
        -np.maximum(days, 0) / response.half_life_days
    )
    return left


def delays(normal: Floats, median: float, fit: Floats) -> Ints:
    """Seconds until something happens, log-normal, a little sooner for the fitting."""
    days = np.clip(median * np.exp(_SPREAD * normal - 0.08 * fit), 2.0, 400.0)
    return (days * DAY).astype(np.int64)


def follow(talk: Talk) -> list[Reports]:
    """All that will be reported of these leads, with the times at which it will be known.

    One lot per lead decides how far it gets. As every step's chance lies above the next one's, and all shrink
    with the effort, less effort can only end a story earlier, never later.
    """
    booked, held, created, good = (
        talk.lot < talk.chance**power * talk.effort for power in (_BOOKED, _HELD, _CREATED, 1.0)
    )
    opened = talk.at + talk.to_opportunity
    meeting = talk.at + (talk.to_opportunity * _MEETING).astype(np.int64)
    good = good & (opened < talk.refused_from)
    won = good & (talk.lot_won < np.clip(0.28 + 0.08 * talk.fit, 0.05, 0.7))
    silent, refused = REASON["no_response"], REASON["opportunity_refused"]
    closed = opened + _REVIEW + talk.to_close
    return [
        _report(talk, talk.row >= 0, CONTACTED, talk.at),
        _report(talk, ~booked, REJECTED, talk.at + 2 * DAY, talk.reason),
        _report(talk, booked & ~held, NO_SHOW, meeting),
        _report(talk, booked & ~held, REJECTED, meeting + 7 * DAY, silent),
        _report(talk, held, MEETING_HELD, meeting),
        _report(talk, held & ~created, REJECTED, meeting + 4 * DAY, talk.reason),
        _report(talk, created, CREATED, opened),
        _report(talk, created & ~good, REJECTED, opened + _REVIEW, refused),
        _report(talk, good, QUALIFIED, opened + _REVIEW),
        _report(talk, won, WON, closed),
        _report(talk, good & ~won, LOST, closed, REASON["price"]),
    ]


def _report(talk: Talk, which: NDArray[np.bool_], outcome: int, at: Ints, reason: Ints | int = 0) -> Reports:
    reasons = np.broadcast_to(reason, talk.row.shape)[which]
    code = np.full(reasons.size, outcome)
    return Reports(talk.row[which], talk.rep[which], code, reasons.astype(np.int64), at[which])
