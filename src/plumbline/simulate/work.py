"""A day of the sales team: who is called in which order, who picks up, and what is written into the CRM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.words import Route
from plumbline.simulate.arrivals import DAY
from plumbline.simulate.outcomes import ACCEPTED, REASON, REJECTED, Reports, Talk, follow, speed
from plumbline.simulate.settings import FaultKind
from plumbline.simulate.words import not_buyers

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from plumbline.simulate.facts import Facts
    from plumbline.simulate.sales import Sales
    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

#: The hour at which leads are routed and work begins, and the seconds of a working day.
MORNING: Final = 9 * 3600
_SHIFT: Final = 8 * 3600
#: Days from one attempt to the next.
_GAPS: Final = np.array([1, 2, 3, 4, 5, 7, 7, 7, 7, 7])
#: Who chose a lead to be worked.
ROUTER, REP = 0, 1
#: What the rep reads from a lead before calling; below this it is refused unseen.
_DISMISSED: Final = -2.0
_NOTICES_NOT_A_BUYER: Final = 0.75
_NOTICES_DUPLICATE: Final = 0.75

#: One open lead of the sales team; ``due``, ``possible`` and ``first`` (attempt) are days.
TASK: Final = np.dtype(
    [("row", "i8"), ("rep", "i8"), ("route", "i8"), ("order", "f8"), ("attempts", "i8"), ("survival", "f8"),
     ("due", "i8"), ("possible", "i8"), ("first", "i8"), ("chosen", "i8")]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Touches:
    """Attempts made: lead row, rep, second, running number, whether somebody picked up, who chose it."""

    row: Ints
    rep: Ints
    at: Ints
    attempt: Ints
    reached: Flags
    chosen: Ints


@dataclass(frozen=True, slots=True)
class Day:
    """What a working day leaves behind."""

    desk: NDArray[np.void]
    touches: Touches
    reports: list[Reports]


@dataclass(frozen=True, slots=True)
class Office:
    """Everything about the sales team that does not change from day to day."""

    settings: Settings
    streams: Streams
    sales: Sales
    facts: Facts

    def fault(self, kind: FaultKind, day: int) -> float:
        """The strength of a fault on this day."""
        return self.settings.fault(kind, day // 7)


def take_in(office: Office, row: Ints, route: Ints, order: Floats, day: int) -> NDArray[np.void]:
    """New tasks: a rep of the team that has the account, a senior one for the fast track and for reviews."""
    sales, facts = office.sales, office.facts
    task = np.zeros(row.size, dtype=TASK)
    task["row"], task["route"], task["order"] = row, route, order
    task["rep"] = _owner(sales, facts.account[row], facts.lots["rep"][row], route >= Route.FAST_TRACK)
    task["survival"], task["due"], task["possible"], task["first"] = 1.0, day, day, -1
    wished = facts.lots["rescue"][row] < office.settings.team.rescue * (1 + np.tanh(_liking(office, task)))
    task["chosen"] = np.where((route == Route.NURTURE) & wished, REP, ROUTER)
    return task


def _owner(sales: Sales, account: Ints, lot: Floats, senior: Flags) -> Ints:
    rep = np.zeros(account.size, dtype=np.int64)
    for team in range(sales.teams):
        for level in (False, True):
            members = np.flatnonzero((sales.team == team) & (sales.senior | (not level)))
            here = (account % sales.teams == team) & (senior == level)
            rep[here] = members[(lot[here] * members.size).astype(np.int64)]
    return rep


def work_day(office: Office, desk: NDArray[np.void], day: int) -> Day:
    """One working day: each rep makes as many attempts as the day holds, in the rep's own order."""
    due = np.flatnonzero((desk["due"] <= day) & ((desk["route"] > Route.NURTURE) | (desk["chosen"] == REP)))
    rank = _rank(desk["order"][due])
    place = _queue(desk["rep"][due], _keys(office, desk[due], rank, day))
    capacity = _capacity(office, day)
    taken = place < capacity[desk["rep"][due]]
    index, rank, place = due[taken], rank[taken], place[taken]
    at = day * DAY + MORNING + place * (_SHIFT // np.maximum(office.sales.capacity[desk["rep"][index]], 1))
    return _attempt(office, desk, index, rank, at, day)


def _rank(order: Floats) -> Floats:
    """Place in the router's order, from 0, first, to 1."""
    rank = np.empty(order.size)
    rank[np.argsort(order, kind="stable")] = np.arange(order.size)
    return rank / max(1, order.size - 1)


def _keys(office: Office, task: NDArray[np.void], rank: Floats, day: int) -> Floats:
    """What a rep sorts by: route, then the router's order bent by taste; own finds come last."""
    obedience = office.fault(FaultKind.FEEDBACK_LOOP, day)
    taste = office.settings.team.cherry_picking * (1 - obedience)
    first = (task["route"] >= Route.FAST_TRACK).astype(np.float64)
    started = 0.15 * (task["attempts"] > 0)
    keys: Floats = (
        rank
        - 0.4 * taste * np.tanh(_liking(office, task))
        - started
        - 2 * first
        + 2 * (task["chosen"] == REP)
    )
    return keys


def _liking(office: Office, task: NDArray[np.void]) -> Floats:
    liking: Floats = (office.sales.likes[task["rep"]] * office.facts.appeal[task["row"]]).sum(axis=1)
    return liking


def _queue(rep: Ints, key: Floats) -> Ints:
    """Each task's place in its rep's queue, from 0."""
    order = np.lexsort((key, rep))
    ranked = rep[order]
    place = np.empty(rep.size, dtype=np.int64)
    place[order] = np.arange(rep.size) - np.searchsorted(ranked, ranked)
    return place


def _capacity(office: Office, day: int) -> Ints:
    """Attempts each rep makes today: never more than the day holds, less where a rep takes it easy."""
    sales = office.sales
    lot = office.streams.lots("presence", np.arange(sales.size), np.full(sales.size, day))
    slack = np.clip(sales.laziness + 0.5 * office.fault(FaultKind.LAZY_REPS, day), 0, 0.9)
    return np.floor(sales.capacity * (1 - slack * lot)).astype(np.int64)


def _attempt(office: Office, desk: NDArray[np.void], index: Ints, rank: Floats, at: Ints, day: int) -> Day:
    facts, task = office.facts, desk[index]
    fresh = task["attempts"] == 0
    refusal = np.where(fresh, _refusal(office, task), 0)
    tried = refusal == 0
    task["first"] = np.where(fresh, day, task["first"])
    task["attempts"] += tried
    task["survival"] *= np.where(tried, 1 - facts.pick_up[task["row"]], 1.0)
    reached = tried & (facts.lots["reach"][task["row"]] < 1 - task["survival"])
    spent = tried & ~reached & (task["attempts"] >= _patience(office, task["rep"], rank, day))
    task["due"] = day + _GAPS[np.minimum(task["attempts"], _GAPS.size) - 1]
    desk = desk.copy()
    desk[index] = task
    reports = [
        _note(task, at, fresh & tried, ACCEPTED, 0),
        _note(task, at, ~tried, REJECTED, _label(office, task, refusal)),
        _note(task, at + 60, spent, REJECTED, REASON["no_response"]),
        *follow(_talk(office, task[reached], at[reached], rank[reached], day)),
    ]
    touches = Touches(
        task["row"][tried],
        task["rep"][tried],
        at[tried],
        task["attempts"][tried],
        reached[tried],
        task["chosen"][tried],
    )
    return Day(np.delete(desk, index[~tried | reached | spent]), touches, reports)


def _refusal(office: Office, task: NDArray[np.void]) -> Ints:
    """Reason for which a rep refuses a lead unseen, 0 where it is tried: mostly right, sometimes not."""
    facts, row, team = office.facts, task["row"], office.settings.team
    gut = facts.fit[row] + 0.4 * _liking(office, task) + team.judgement_noise * facts.lots["judgement"][row]
    kinds = np.array(
        [0, *(REASON["existing_customer" if k == "existing_customer_support" else k] for k in not_buyers())]
    )
    noticed = (facts.not_buyer[row] > 0) & (facts.lots["notice"][row] < _NOTICES_NOT_A_BUYER)
    again = facts.repeated[row] & (facts.lots["again"][row] < _NOTICES_DUPLICATE)
    return np.select(
        [again, noticed, gut < _DISMISSED],
        [REASON["duplicate"], kinds[facts.not_buyer[row]], REASON["not_a_fit"]],
        0,
    )


def _label(office: Office, task: NDArray[np.void], refusal: Ints) -> Ints:
    """The reason as entered: now and then the first one of the list."""
    wrong = office.facts.lots["wrong"][task["row"]] < office.settings.team.wrong_labels
    return np.where(wrong, REASON["no_response"], refusal)


def _patience(office: Office, rep: Ints, rank: Floats, day: int) -> Ints:
    """Attempts after which a rep gives up."""
    patience = office.sales.patience[rep]
    lazy, loop = office.fault(FaultKind.LAZY_REPS, day), office.fault(FaultKind.FEEDBACK_LOOP, day)
    patience = np.maximum(1, np.rint(patience * (1 - 0.8 * lazy))).astype(np.int64)
    return np.where((rank > 0.5) & (loop > 0), 1, patience)


def _talk(office: Office, task: NDArray[np.void], at: Ints, rank: Floats, day: int) -> Talk:
    facts, row = office.facts, task["row"]
    waited = (task["first"] - task["possible"]).astype(np.float64)
    half_hearted = 1 - 0.7 * office.fault(FaultKind.FEEDBACK_LOOP, day) * (rank > 0.5)
    return Talk(
        row=row,
        rep=task["rep"],
        at=at,
        chance=facts.chance[row],
        effort=speed(waited, office.settings.response) * office.sales.skill[task["rep"]] * half_hearted,
        lot=facts.lots["qualify"][row],
        lot_won=facts.lots["won"][row],
        to_opportunity=facts.to_opportunity[row],
        to_close=facts.to_close[row],
        fit=facts.fit[row],
        reason=facts.reason[row],
        refused_from=facts.refused_from[row],
    )


def _note(task: NDArray[np.void], at: Ints, which: Flags, outcome: int, reason: Ints | int) -> Reports:
    reasons = np.broadcast_to(reason, task.shape)[which].astype(np.int64)
    return Reports(task["row"][which], task["rep"][which], np.full(reasons.size, outcome), reasons, at[which])
