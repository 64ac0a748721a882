"""Labels exist where somebody worked a lead. What the chance of that was, and what follows for weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.errors import MissingPropensityError, SmallPropensityError

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

#: Least chance of the exploration lottery; a smaller one would give single leads too much weight.
LEAST_CHANCE: Final = 0.02
CHANCE: Final = "label_chance"
_LEAD: Final = "lead.id"


def label_chances(leads: pl.DataFrame, chosen: pl.DataFrame | None) -> pl.DataFrame:
    """The chance that each lead's outcome could become known: ``lead.id``, ``label_chance``, ``chosen_by``.

    Args:
        leads: ``lead.id``.
        chosen: ``lead.id``, ``pursued`` (the policy sent it to somebody), ``drawn`` (won the exploration
            lottery), ``chance`` (that lottery's, as logged). None where no policy ever chose.

    What the policy pursued has chance 1, what was drawn the lottery's. A lead that a rep picked against both
    has a chance that nobody knows: null, and it enters no estimate. Without any record every lead counts as
    pursued, and ``chosen_by`` says ``assumed``. ``MissingPropensityError`` for a drawn lead without a chance,
    ``SmallPropensityError`` for one with a chance below ``LEAST_CHANCE`` or above 1.
    """
    if chosen is None:
        return leads.select(_LEAD, pl.lit(1.0).alias(CHANCE), pl.lit("assumed", pl.String).alias("chosen_by"))
    known = leads.select(_LEAD).join(
        chosen.unique(_LEAD, keep="first", maintain_order=True), on=_LEAD, how="left", maintain_order="left"
    )
    pursued = pl.col("pursued").fill_null(value=False)
    drawn = pl.col("drawn").fill_null(value=False) & ~pursued
    _refuse_unlogged(known.filter(drawn))
    chance = pl.when(pursued).then(1.0).when(drawn).then(pl.col("chance").cast(pl.Float64))
    word = pl.when(pursued).then(pl.lit("policy")).when(drawn).then(pl.lit("draw")).otherwise(pl.lit("rep"))
    return known.select(_LEAD, chance.alias(CHANCE), word.alias("chosen_by"))


def _refuse_unlogged(drawn: pl.DataFrame) -> None:
    low = drawn.filter(pl.col("chance").is_null() | (pl.col("chance") == 0))
    if low.height:
        raise MissingPropensityError(
            f"{low.height} drawn leads have no logged chance of being drawn, first {low[_LEAD][0]}; "
            "without it they cannot stand for the leads that were not drawn (law 10)."
        )
    refuse_small(drawn, "chance")


def refuse_small(leads: pl.DataFrame, column: str) -> None:
    """Refuse chances outside of what weights allow, naming the first lead. Unknown ones pass.

    A smaller chance would let one lead stand for more than fifty; clipping it would bias every estimate.
    """
    chance = pl.col(column).cast(pl.Float64)
    odd = leads.filter(chance.is_not_null() & ~chance.is_between(LEAST_CHANCE, 1.0))
    if odd.height:
        first = odd.row(0, named=True)
        raise SmallPropensityError(
            f"{odd.height} leads have a chance outside {LEAST_CHANCE:g} to 1; "
            f"lead {first.get(_LEAD, '?')}, column {column}: {first[column]}."
        )


@dataclass(frozen=True, slots=True)
class Weighted:
    """Weights with what they cost: ``effective`` rows is Kish's (sum w)^2 / sum w^2."""

    weights: Floats
    rows: int
    effective: float


def weights_of(frame: pl.DataFrame, extra: Floats | None = None) -> Weighted:
    """Weights 1 / chance of the rows that have one, clipped, mean 1 over these rows; 0 for the others.

    ``extra`` multiplies them, such as the weights of censoring. ``MissingPropensityError`` for a frame
    without ``label_chance``: rows whose chance was never asked for must not train anything.
    """
    if CHANCE not in frame.columns:
        raise MissingPropensityError(
            f"the training rows have no column {CHANCE}, so nobody knows which leads they stand for (law 10)."
        )
    chance = frame[CHANCE].to_numpy()
    known = np.isfinite(chance) & (chance > 0)
    raw = np.where(known, 1 / np.maximum(np.where(known, chance, 1.0), LEAST_CHANCE), 0.0)
    if extra is not None:
        raw = raw * extra
    used = raw > 0
    if not used.any():
        return Weighted(raw, 0, 0.0)
    weights = raw / raw[used].mean()
    return Weighted(weights, int(used.sum()), effective_rows(weights))


def effective_rows(weights: Floats) -> float:
    """How many rows of equal weight would tell as much."""
    total = float((weights**2).sum())
    return float(weights.sum()) ** 2 / total if total else 0.0


def weighted_share(hit: NDArray[np.bool_], weights: Floats) -> tuple[float, float]:
    """A weighted share and its standard error; (nan, inf) of nothing."""
    total = weights.sum()
    if not total:
        return float("nan"), float("inf")
    share = float((weights * hit).sum() / total)
    se = float(np.sqrt(((weights / total) ** 2 * (hit - share) ** 2).sum()))
    return share, se
