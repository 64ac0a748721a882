"""From what a router says to tasks on the reps' desks; no lead is lost on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.words import Route

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from plumbline.simulate.observed import Observed

WORDS: Final = {route.word: int(route) for route in Route}


@dataclass(frozen=True, slots=True)
class Routed:
    """What a router said one morning: lead row, route, order, one entry each; and the second."""

    row: NDArray[np.int64]
    route: NDArray[np.int64]
    order: NDArray[np.float64]
    at: NDArray[np.int64]

    def only(self, which: NDArray[np.bool_]) -> Routed:
        """Some of the entries."""
        return Routed(self.row[which], self.route[which], self.order[which], self.at[which])

    def sorted(self) -> Routed:
        """The entries in the order of the leads' arrival."""
        place = np.argsort(self.row)
        return Routed(self.row[place], self.route[place], self.order[place], self.at[place])


def read(chosen: pl.DataFrame, observed: Observed, waiting: NDArray[np.int64]) -> tuple[Routed, Routed]:
    """The routes of the new leads, in their order, and the new routes of waiting ones (by their rows).

    ``ValueError`` unless every new lead has exactly one route, and only those and waiting leads have any.
    """
    order = chosen["order"].to_numpy().astype(np.float64)
    if not np.isfinite(order).all():
        raise ValueError("order must be a number for every lead")
    row = observed.rows_of(chosen["lead.id"])
    route = np.array([WORDS[word] for word in chosen["route"].to_list()], dtype=np.int64)
    routed = Routed(row, route, order, np.full(row.size, observed.second))
    fresh = row >= observed.known - observed.leads.height
    _check(row, fresh, observed.leads.height, waiting)
    new = routed.only(fresh)
    return new.sorted(), routed.only(~fresh)


def _check(row: NDArray[np.int64], fresh: NDArray[np.bool_], new: int, waiting: NDArray[np.int64]) -> None:
    known = np.unique(row[fresh]).size
    if known < new or np.unique(row).size < row.size:
        raise ValueError(f"every new lead needs exactly one route: {new - known} of {new} have none")
    if not np.isin(row[~fresh], waiting).all():
        raise ValueError("only new and waiting leads can be routed")


def move(desk: NDArray[np.void], moved: Routed) -> NDArray[np.void]:
    """The desk with the routes and orders that waiting leads were given now."""
    if not moved.row.size:
        return desk
    desk = desk.copy()
    place = np.argsort(desk["row"], kind="stable")
    found = place[np.searchsorted(desk["row"][place], moved.row)]
    desk["route"][found], desk["order"][found] = moved.route, moved.order
    return desk
