"""What the rules of leakage and reliability look at: one column, and the leads it stands beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeAlias

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Leads:
    """The leads that all columns stand beside, oldest first.

    ``label``: 1, 0, or -1 where it is not known. ``ordered``: whether the order of rows is one of time.
    ``decided_at``: a moment per lead; None where the history has no times. ``status``: what the column of the
    target says, all of its values. ``segment``: a text per lead.
    """

    label: Ints
    as_of: datetime
    decided_at: pl.Series | None = None
    status: pl.Series | None = None
    segment: pl.Series | None = None
    weight: Floats | None = None
    ordered: bool = True

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which leads have an outcome."""
        mask: NDArray[np.bool_] = self.label >= 0
        return mask


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a history.

    ``values`` are those a score would use, null where unknown; ``today`` the ones of the export, where these
    differ. ``known_late``: cells among ``values`` that became known after the decision. ``fills``: for each
    later fill, the days from the nearest report of sales to it. ``hint``: why the name makes one wonder.
    ``unreadable`` and ``rewritten``: cells that break the column's type, and cells that were overwritten
    after the outcome. ``agree``: of so many values checked a second time, so many were confirmed.
    ``max_age``: days after which a value counts as old; ``age``: days per lead. ``label``: its name.
    """

    name: str
    values: pl.Series
    today: pl.Series | None = None
    earlier: pl.Series | None = None
    known_late: int = 0
    fills: Floats | None = None
    hint: str | None = None
    unreadable: int = 0
    rewritten: int = 0
    agree: tuple[int, int] | None = None
    max_age: int | None = None
    age: pl.Series | None = None
    label: str = ""

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Where the column holds something."""
        mask: NDArray[np.bool_] = self.values.is_not_null().to_numpy()
        return mask
