"""What the CRM has written down so far: routes, attempts, outcomes, as frames with words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from plumbline.domain.words import Route
from plumbline.simulate.outcomes import OUTCOMES, REASONS
from plumbline.simulate.sales import rep_ids
from plumbline.simulate.words import pick
from plumbline.simulate.work import REP

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from plumbline.simulate.outcomes import Reports
    from plumbline.simulate.routing import Routed
    from plumbline.simulate.work import Day, Touches


@dataclass(frozen=True, slots=True)
class Records:
    """Grows by a few entries a day; frames are made when somebody asks for them."""

    epoch: datetime
    routed: tuple[Routed, ...] = ()
    touched: tuple[Touches, ...] = ()
    reported: tuple[Reports, ...] = ()

    def with_day(self, routed: tuple[Routed, ...], day: Day) -> Records:
        """The records after one more day."""
        return replace(
            self,
            routed=(*self.routed, *routed),
            touched=(*self.touched, day.touches),
            reported=(*self.reported, *day.reports),
        )

    def routes(self, ids: pl.Series) -> pl.DataFrame:
        """Where each lead was sent, in order of time."""
        join = _joined(self.routed, ("row", "route", "at"))
        order = np.concatenate([np.empty(0), *(part.order for part in self.routed)])
        words = {int(route): route.word for route in Route}
        frame = pl.DataFrame(
            {
                "lead.id": ids.gather(join["row"]),
                "route": pl.Series(join["route"]).replace_strict(words, return_dtype=pl.String),
                "order": order,
                "second": join["at"],
            }
        )
        return self._timed(frame, None)

    def touches(self, ids: pl.Series, until: int | None = None) -> pl.DataFrame:
        """Attempts in order of time."""
        join = _joined(self.touched, ("row", "rep", "at", "attempt", "reached", "chosen"))
        frame = pl.DataFrame(
            {
                "lead.id": ids.gather(join["row"]),
                "rep": rep_ids(join["rep"]),
                "second": join["at"],
                "attempt": join["attempt"],
                "reached": join["reached"].astype(np.bool_),
                "chosen_by": pl.Series(join["chosen"] == REP).replace_strict(
                    [False, True], ["router", "rep"], return_dtype=pl.String
                ),
            }
        )
        return self._timed(frame, until)

    def outcomes(self, ids: pl.Series, until: int | None = None) -> pl.DataFrame:
        """Outcomes in order of time; later ones than ``until`` are not known yet."""
        join = _joined(self.reported, ("row", "rep", "outcome", "reason", "at"))
        frame = pl.DataFrame(
            {
                "lead.id": ids.gather(join["row"]),
                "outcome": pick(OUTCOMES, join["outcome"]),
                "reason": pick(REASONS, join["reason"]).replace({"": None}),
                "rep": rep_ids(join["rep"]),
                "second": join["at"],
            }
        )
        return self._timed(frame, until)

    def _timed(self, frame: pl.DataFrame, until: int | None) -> pl.DataFrame:
        if until is not None:
            frame = frame.filter(pl.col("second") <= until)
        moment = pl.lit(self.epoch.replace(tzinfo=None)) + pl.duration(seconds="second")
        ordered = frame.sort("second", "lead.id", maintain_order=True)
        return ordered.with_columns(at=moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ")).drop("second")


def _joined(
    parts: tuple[Touches, ...] | tuple[Reports, ...] | tuple[Routed, ...], names: tuple[str, ...]
) -> dict[str, NDArray[np.int64]]:
    empty = np.empty(0, dtype=np.int64)
    return {
        name: np.concatenate([empty, *(getattr(part, name) for part in parts)]).astype(np.int64)
        for name in names
    }
