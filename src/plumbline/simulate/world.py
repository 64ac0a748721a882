"""The closed loop: week by week a router chooses, reps work what it sends, and outcomes come back late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from plumbline.simulate.arrivals import DAY
from plumbline.simulate.choosers import arrival_order
from plumbline.simulate.facts import facts_of
from plumbline.simulate.market import Market, make_market
from plumbline.simulate.observed import Observed
from plumbline.simulate.records import Records
from plumbline.simulate.routing import Routed, move, read
from plumbline.simulate.sales import Sales, hire
from plumbline.simulate.work import MORNING, TASK, Office, take_in, work_day

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings

#: Says for every new lead ``lead.id``, ``route`` (a word of ``Route``) and ``order`` (smaller is sooner).
Chooser: TypeAlias = Callable[[Observed], "pl.DataFrame"]

_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class World:
    """A market with a sales team after some weeks. ``step`` gives the next one, so worlds can fork."""

    market: Market
    office: Office
    week: int
    desk: NDArray[np.void]
    records: Records

    @property
    def settings(self) -> Settings:
        """What the world was made with."""
        return self.market.settings

    @property
    def sales(self) -> Sales:
        """The reps."""
        return self.office.sales

    @property
    def second(self) -> int:
        """Seconds since the start: the end of the last week flown."""
        return self.week * 7 * DAY

    @property
    def now(self) -> datetime:
        """The moment up to which things have happened."""
        return self.settings.epoch + timedelta(seconds=self.second)

    @property
    def known(self) -> int:
        """Leads that have come in so far."""
        return int(np.searchsorted(self.market.visible.created, self.second, side="right"))


def begin(settings: Settings, *, seed: int, market: Market | None = None) -> World:
    """The world before its first week. Worlds of one market differ by what is chosen alone."""
    market = make_market(settings, seed=seed) if market is None else market
    office = Office(settings, market.streams, hire(settings, market.streams), facts_of(market))
    return World(market, office, 0, np.zeros(0, dtype=TASK), Records(settings.epoch))


def step(world: World, choose: Chooser) -> World:
    """One week further: five mornings of routing, five days of work, also after the last arrivals."""
    desk, records = world.desk, world.records
    for day in range(world.week * 7, world.week * 7 + _WORKDAYS):
        desk, routed = _route(world, desk, records, choose, day)
        worked = work_day(world.office, desk, day)
        desk, records = _tidy(world, worked.desk, day), records.with_day(routed, worked)
    return replace(world, week=world.week + 1, desk=desk, records=records)


def fly(world: World, choose: Chooser, weeks: int) -> World:
    """Some weeks further."""
    for _ in range(weeks):
        world = step(world, choose)
    return world


def simulate(settings: Settings, *, seed: int, choose: Chooser = arrival_order) -> World:
    """The whole simulation under one router."""
    return fly(begin(settings, seed=seed), choose, settings.weeks)


def look(world: World) -> Observed:
    """Everything that can be seen at the end of the last week flown; all leads count as new."""
    return _observed(world, world.desk, world.records, 0, world.second)


def _observed(world: World, desk: NDArray[np.void], records: Records, first: int, second: int) -> Observed:
    visible = world.market.visible
    known = int(np.searchsorted(visible.created, second, side="right"))
    now = world.settings.epoch + timedelta(seconds=second)
    idle = desk[desk["attempts"] == 0]
    waiting = Routed(idle["row"], idle["route"], idle["order"], np.full(idle.size, second))
    return Observed(now, second, visible.leads.slice(first, known - first), known, visible, records, waiting)


def _route(
    world: World, desk: NDArray[np.void], records: Records, choose: Chooser, day: int
) -> tuple[NDArray[np.void], tuple[Routed, ...]]:
    """Ask the router about what came in since the last working morning, and put it on the reps' desks."""
    second = day * DAY + MORNING
    before = second - (3 if day % 7 == 0 else 1) * DAY if day else -1
    first = int(np.searchsorted(world.market.visible.created, before, side="right"))
    observed = _observed(world, desk, records, first, second)
    waiting = desk["row"][desk["attempts"] == 0]
    if observed.leads.is_empty() and not waiting.size:
        return desk, ()
    new, moved = read(choose(observed), observed, waiting)
    tasks = take_in(world.office, new.row, new.route, new.order, day)
    return np.concatenate([move(desk, moved), tasks]), (new, moved)


def _tidy(world: World, desk: NDArray[np.void], day: int) -> NDArray[np.void]:
    """Leads that nobody touched for weeks are given up: they stay unworked."""
    stale = (desk["attempts"] == 0) & (desk["possible"] < day - world.settings.team.gives_up_after_days)
    kept: NDArray[np.void] = desk[~stale]
    return kept
