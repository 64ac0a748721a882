"""The columns of a decision, out of what was found about each lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import polars as pl

from plumbline.domain.reasons import ReasonCode
from plumbline.domain.words import Dimension, Route, Stream
from plumbline.policy.answers import letters
from plumbline.policy.compiled import DISQUALIFY, Suggestion
from plumbline.policy.leads import FEW
from plumbline.policy.plan import BANDS, SUGGESTIONS
from plumbline.policy.scalars import PER
from plumbline.policy.suggest import owner_codes, question_pairs, suggested

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.policy.compiled import CompiledPolicy
    from plumbline.policy.leads import Leads
    from plumbline.policy.plan import Plan
    from plumbline.policy.ways import Ways

#: Draws that are only held among leads the policy does not pursue; elsewhere there is no chance to log.
NOT_PURSUED_STREAMS: Final = frozenset({Stream.AUDIT, Stream.EXPLORE})

DECISION_SCHEMA: Final[dict[str, pl.DataType]] = {
    "lead.id": pl.String(),
    "route": pl.String(),
    "intended_route": pl.String(),
    "action": pl.String(),
    "owner": pl.String(),
    "decided_by": pl.String(),
    "reason": pl.String(),
    "because": pl.String(),
    "rules": pl.String(),
    "proposes": pl.String(),
    "proposed_by": pl.String(),
    "autonomy": pl.String(),
    "confidence": pl.Int16(),
    **{f"{dimension}_level": pl.String() for dimension in Dimension},
    "questions": pl.List(pl.String),
    **{f"draw.{stream}": pl.Boolean() for stream in Stream},
    **{f"pi.{stream}": pl.Int16() for stream in Stream},
    "arm": pl.String(),
}
_ROUTES: Final = (None, *(route.word for route in Route))


@dataclass(frozen=True, slots=True)
class Lookup:
    """A column as places in a table of its values; place -1 is the last."""

    table: Sequence[Any]
    places: NDArray[Any]

    def to_list(self) -> list[Any]:
        """The values of a few rows."""
        return [self.table[place] for place in self.places.tolist()]

    def to_series(self, dtype: pl.DataType) -> pl.Series:
        """The values of many rows."""
        places = np.mod(self.places, len(self.table)).astype(np.uint32)
        return pl.Series(self.table, dtype=dtype).gather(pl.Series(places))


#: One entry per lead.
Column: TypeAlias = "Lookup | pl.Series | NDArray[Any] | list[Any]"


@dataclass(frozen=True, slots=True)
class Draws:
    """Who was drawn, and who the policy does not pursue."""

    drawn: dict[Stream, NDArray[np.bool_]]
    not_pursued: NDArray[np.bool_]

    @property
    def explored(self) -> NDArray[np.bool_]:
        """Leads sent to the queue by lot."""
        return self.drawn[Stream.EXPLORE] & self.not_pursued

    def columns(self, policy: CompiledPolicy) -> dict[str, Lookup]:
        """Selection and chance of every stream, null outside the stream's frame."""
        outside = np.where(self.not_pursued, 0, 1)
        everywhere = np.zeros_like(outside)
        draws: dict[str, Lookup] = {}
        chances: dict[str, Lookup] = {}
        for stream in Stream:
            out = outside if stream in NOT_PURSUED_STREAMS else everywhere
            drawn = np.where(out == 1, 2, self.drawn[stream])
            draws[f"draw.{stream}"] = Lookup((False, True, None), drawn)
            chances[f"pi.{stream}"] = Lookup((policy.draws[stream], None), out)
        return draws | chances


def assemble(plan: Plan, leads: Leads, ways: Ways, draws: Draws, answers: NDArray[np.uint8]) -> pl.DataFrame:
    """The decisions on a batch, with the columns of ``DECISION_SCHEMA``."""
    rules = plan.policy.rules
    intended, decider = _unfold(plan, ways)
    route = np.where(draws.explored, int(Route.QUEUE), intended)
    decider = np.where(draws.explored, plan.candidates.explore, decider)
    action = suggested(plan, ways, route, answers[len(rules) :])
    first, second = question_pairs(plan, ways, leads)
    return _frame(
        {
            "lead.id": leads.column("lead.id"),
            "route": Lookup(_ROUTES, route),
            "intended_route": Lookup(_ROUTES, intended),
            "action": Lookup(SUGGESTIONS, action),
            "owner": Lookup(*owner_codes(plan, ways, route, action)),
            "decided_by": Lookup(plan.deciders, decider),
            **_explained(plan, ways, decider, action, first),
            "rules": letters(answers[: len(rules)]),
            **_proposals(plan, ways),
            "autonomy": Lookup(plan.autonomy, action),
            "confidence": _confidence(leads, ways),
            **{f"{dimension}_level": leads.column(f"{dimension}_level") for dimension in Dimension},
            "questions": _questions(plan, first, second),
            **draws.columns(plan.policy),
            "arm": Lookup(("policy", "baseline"), draws.drawn[Stream.HOLDOUT]),
        },
        leads.height,
    )


def _frame(columns: dict[str, Column], height: int) -> pl.DataFrame:
    """A few rows are made as rows: a column each would take thrice as long."""
    if height <= FEW:
        lists = [_listed(column) for column in columns.values()]
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]
        return pl.from_dicts(rows, schema=DECISION_SCHEMA)
    return pl.DataFrame({name: _series(column, DECISION_SCHEMA[name]) for name, column in columns.items()})


def _listed(column: Column) -> list[Any]:
    if isinstance(column, list):
        return column
    listed: list[Any] = column.tolist() if isinstance(column, np.ndarray) else column.to_list()
    return listed


def _series(column: Column, dtype: pl.DataType) -> pl.Series:
    if isinstance(column, pl.Series):
        return column
    return column.to_series(dtype) if isinstance(column, Lookup) else pl.Series(column, dtype=dtype)


def _unfold(plan: Plan, ways: Ways) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Route and candidate out of a weight."""
    route, rest = np.divmod(ways.weight, plan.candidates.count)
    return route, plan.candidates.count - 1 - rest


def _explained(
    plan: Plan, ways: Ways, decider: NDArray[np.int32], action: NDArray[np.intp], first: NDArray[np.intp]
) -> dict[str, Lookup]:
    """Reason and sentence. Where the band set the route and a question is put, the question is the news."""
    band = decider - plan.candidates.band
    asked = (action == SUGGESTIONS.index(Suggestion.ASK)) & (band >= 0) & (band < len(BANDS))
    decided, questions = len(plan.sentences.decided), len(plan.sentences.band_asks)
    about_band = decided + band * len(plan.policy.asks) + first
    sentence = np.where(asked, np.where(ways.unsure, about_band, about_band + questions), decider)
    reason = np.where(asked, np.where(ways.unsure, len(plan.reasons), len(plan.reasons) + 1), decider)
    reasons = (*plan.reasons, ReasonCode.DEPENDS_ON_UNKNOWN, ReasonCode.RULE_UNKNOWN)
    return {"reason": Lookup(reasons, reason), "because": Lookup(plan.sentences.all, sentence)}


def _proposals(plan: Plan, ways: Ways) -> dict[str, Lookup]:
    """What is proposed, and by which rule first."""
    ids = (*(rule.id for rule in plan.policy.rules), None)
    by = np.full(len(ways.proposed), -1)
    if ways.proposed.any():
        by = np.where(ways.proposed, (ways.hit & plan.proposes).argmax(axis=0), -1)
    return {"proposes": Lookup((None, DISQUALIFY), ways.proposed), "proposed_by": Lookup(ids, by)}


def _confidence(leads: Leads, ways: Ways) -> NDArray[np.int16]:
    """What the chance of another band leaves; nothing where a rule that matters has no answer."""
    settled = PER - leads.filled("band_change", PER)
    nothing = ways.open.any(axis=0) | ways.error.any(axis=0) | ways.hangs
    return np.where(nothing, 0, settled).astype(np.int16)


def _questions(plan: Plan, first: NDArray[np.intp], second: NDArray[np.intp]) -> Lookup:
    """Lists of up to two signal names, each distinct pair built once."""
    names = (*plan.policy.asks, None)
    codes = (first + 1) * len(names) + second + 1
    pairs, codes = (codes, np.zeros(1, np.intp)) if len(codes) == 1 else np.unique(codes, return_inverse=True)
    lists = [[name for at in divmod(pair, len(names)) if (name := names[at - 1])] for pair in pairs.tolist()]
    return Lookup(lists, codes)
