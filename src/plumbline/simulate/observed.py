"""What a router may see at one moment: everything a company would have by then, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.words import Route
from plumbline.simulate.words import pick

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from plumbline.simulate.market import Visible
    from plumbline.simulate.records import Records
    from plumbline.simulate.routing import Routed

_ROUTES: Final = ("", *(route.word for route in Route))


@dataclass(frozen=True, slots=True)
class Observed:
    """One working morning.

    ``leads`` came in since the last one, as the export shows them; ``known`` counts the leads so far, and
    ``second`` is ``now`` in seconds since the start.
    """

    now: datetime
    second: int
    leads: pl.DataFrame
    known: int
    _visible: Visible = field(repr=False)
    _records: Records = field(repr=False)
    _waiting: Routed = field(repr=False)

    @property
    def created(self) -> NDArray[np.int64]:
        """Second of arrival of each new lead."""
        return self._visible.created[self.known - self.leads.height : self.known]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Running number of each new lead."""
        return np.arange(self.known - self.leads.height, self.known)

    def rows_of(self, ids: pl.Series) -> NDArray[np.int64]:
        """Running numbers of these leads; ``ValueError`` for one that is not known yet."""
        numbers = np.array([int(lead[1:]) for lead in ids.to_list()], dtype=np.int64)
        place = np.searchsorted(self._visible.numbers, numbers)
        place = np.minimum(place, self._visible.numbers.size - 1)
        rows = self._visible.number_rows[place]
        if (self._visible.numbers[place] != numbers).any() or (rows >= self.known).any():
            raise ValueError("only new and waiting leads can be routed: some of these are not known")
        return rows

    @property
    def waiting(self) -> pl.DataFrame:
        """Leads not touched yet, also the nurtured: ``lead.id``, ``route``, ``order``. They can be moved."""
        idle = self._waiting
        ids, routes = self._visible.leads["Lead ID"].gather(idle.row), pick(_ROUTES, idle.route)
        return pl.DataFrame({"lead.id": ids, "route": routes, "order": idle.order})

    def all_leads(self) -> pl.DataFrame:
        """Every lead so far, in order of arrival."""
        return self._visible.leads.head(self.known)

    def events(self, leads: pl.DataFrame | None = None) -> pl.DataFrame:
        """Events so far of leads so far: ``lead.id``, ``kind``, ``at``; of these leads only, if given."""
        visible = self._visible
        seen = _seen(visible.events_at, visible.events_of, self.second, self.known)
        frame = visible.events.head(seen.size).filter(pl.Series(seen, dtype=pl.Boolean))
        return frame if leads is None else frame.filter(pl.col("lead.id").is_in(leads["Lead ID"].implode()))

    def messages(self) -> pl.DataFrame:
        """Messages so far: ``lead.id``, ``at``, ``channel``, ``text``."""
        visible = self._visible
        seen = _seen(visible.messages_at, visible.messages_of, self.second, self.known)
        return visible.messages.head(seen.size).filter(pl.Series(seen, dtype=pl.Boolean))

    def outcomes(self) -> pl.DataFrame:
        """What sales has reported so far: ``lead.id``, ``outcome``, ``reason``, ``rep``, ``at``."""
        return self._records.outcomes(self._visible.leads["Lead ID"], self.second)

    def touches(self) -> pl.DataFrame:
        """Attempts so far: ``lead.id``, ``rep``, ``at``, ``attempt``, ``reached``, ``chosen_by``."""
        return self._records.touches(self._visible.leads["Lead ID"], self.second)

    def routes(self) -> pl.DataFrame:
        """Where each lead was sent, when: ``lead.id``, ``route``, ``order``, ``at``."""
        return self._records.routes(self._visible.leads["Lead ID"])


def _seen(at: NDArray[np.int64], row: NDArray[np.int64], second: int, known: int) -> NDArray[np.bool_]:
    """Which of the rows up to this second belong to leads known by then."""
    return row[: np.searchsorted(at, second, side="right")] < known
