"""Outcomes that stand in a column of the export: its state of today, without times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.history import MOMENT
from plumbline.assurance.outcomes import Outcomes
from plumbline.assurance.reports import OutcomesError
from plumbline.assurance.words import State
from plumbline.policy.compiled import Definition

if TYPE_CHECKING:
    from datetime import datetime

_LEAD: Final = "lead.id"


@dataclass(frozen=True, slots=True)
class Target:
    """A column that says what became of a lead: the values that are good, and those not decided yet."""

    column: str
    good: tuple[str, ...]
    open: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, open_: str | None = None) -> Target:
        """``Status=Won|Customer``; ``ValueError`` says what was expected."""
        name, sign, values = text.partition("=")
        if not (name.strip() and sign and values.strip()):
            raise ValueError(f"{text!r} is no target; write COLUMN=VALUE, or COLUMN=VALUE|VALUE")
        return cls(name.strip(), _values(values), _values(open_ or ""))

    @property
    def words(self) -> str:
        """The definition as a sentence."""
        return f"{self.column} is {' or '.join(self.good)}"


def _values(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def reason_of(status: pl.Series, target: Target) -> pl.Series | None:
    """Where a refusal has several words, the word itself says why."""
    lower = {word.lower() for word in (*target.good, *target.open)}
    bad = status.str.to_lowercase()
    others = status.filter(bad.is_not_null() & ~bad.is_in(list(lower)))
    return status if others.n_unique() > 1 else None


def label_of(status: pl.Series, target: Target) -> pl.Series:
    """1, 0, or null where the column says neither. ``OutcomesError`` names a good value that nobody has."""
    said = status.str.to_lowercase()
    good, open_ = ([word.lower() for word in words] for words in (target.good, target.open))
    if lost := sorted(set(good) - set(said.drop_nulls())):
        known = status.value_counts(sort=True)[status.name].drop_nulls().head(8).to_list()
        raise OutcomesError(
            f"no lead has {target.column} = {', '.join(lost)}; the column holds {', '.join(map(str, known))}."
        )
    undecided = said.is_null() | (said == "") | said.is_in(open_)
    return pl.select(
        pl.when(~undecided).then(pl.lit(said.is_in(good)).cast(pl.Int8)).alias("label")
    ).to_series()


def untimed(leads: pl.DataFrame, label: pl.Series, target: Target, as_of: datetime) -> Outcomes:
    """States read from a column: what is decided, and what is still open."""
    good, bad = (pl.lit(state.value) for state in (State.GOOD, State.BAD))
    known = pl.when(pl.col("label") == 1).then(good).when(pl.col("label") == 0).then(bad)
    state = known.otherwise(pl.lit(State.CENSORED.value))
    none = pl.lit(None, pl.Float64)
    came = pl.col("decided_at").cast(MOMENT)
    frame = leads.select(_LEAD, came).with_columns(label).with_columns(
        state=state,
        good_after=none,
        closed_after=none,
        first_touch=none,
        seen=(pl.lit(as_of.astimezone(UTC)) - came).dt.total_seconds() / 86_400,
        attempts=pl.lit(None, pl.Int64),
        reason=pl.lit(None, pl.String),
        rep=pl.lit(None, pl.String),
        rejected=pl.lit(None, pl.Boolean),
        disputed=pl.lit(value=False),
    )  # fmt: skip
    schema = {"row": pl.Int64, _LEAD: pl.String, "outcome": pl.String, "code": pl.String}
    definition = Definition(target.words, 0, None)
    return Outcomes(frame, pl.DataFrame(schema=schema), definition, as_of, attempts_known=False)
