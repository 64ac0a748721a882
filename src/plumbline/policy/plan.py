"""What deciding needs and does not depend on the lead: expressions, tables of routes, owners and sentences.

Made once per policy. A decision's route comes from one of its *candidates*: a rule that fired, the band, a
rule in error, a rule left open, the unknowns of the score, the exploration draw. Each has a number; the
smaller number wins a tie, so that a definite reason is named before an indefinite one and an earlier rule
before a later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from plumbline.domain.reasons import ReasonCode
from plumbline.domain.words import Band, Dimension, Kind, Level, Route
from plumbline.policy.compiled import Suggestion
from plumbline.policy.conditions.tree import Constant, In, Name, conjunction
from plumbline.policy.doubt import Doubts, doubts_of
from plumbline.policy.leads import Questions
from plumbline.policy.schema import IfUnknown
from plumbline.policy.words import Sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.domain.bands import Levels
    from plumbline.domain.words import Autonomy
    from plumbline.policy.compiled import Action, CompiledPolicy, Rule
    from plumbline.policy.conditions import Node

BANDS: Final = tuple(Band)
ROUTES: Final = tuple(Route)
#: Stands for a lead without a band, which only a person can place.
NO_BAND: Final = len(BANDS)
SUGGESTIONS: Final = tuple(Suggestion)
#: What deciding reads besides the signals.
_COLUMNS: Final = (
    "lead.id", "account", "objected", "unreadable",
    "points", "points.fit", "points.intent", "points.readiness", "band", "band_change", "question",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidates:
    """The numbers of what can decide a route, for a policy of so many rules."""

    rules: int

    @property
    def band(self) -> int:
        """Of band A; the next ones follow, then that of no band."""
        return self.rules

    @property
    def error(self) -> int:
        """Of the first rule in error; the next ones follow."""
        return self.band + NO_BAND + 1

    @property
    def unknown(self) -> int:
        """Of the first rule left open; the next ones follow."""
        return self.error + self.rules

    @property
    def unknowns(self) -> int:
        """Of missing fields that may change the band."""
        return self.unknown + self.rules

    @property
    def explore(self) -> int:
        """Of the exploration draw."""
        return self.unknowns + 1

    @property
    def count(self) -> int:
        """How many there are."""
        return self.explore + 1

    def weight(self, route: Route, number: int) -> int:
        """A number to take the maximum of: the higher route wins, then the smaller candidate number."""
        return int(route) * self.count + (self.count - 1 - number)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Plan:
    """A policy prepared for deciding. Arrays have one row per rule."""

    policy: CompiledPolicy
    candidates: Candidates
    columns: tuple[str, ...]
    results: tuple[pl.Expr, ...]
    questions: Questions
    hit_weight: NDArray[np.int32]
    band_weight: NDArray[np.int32]
    matters_at: NDArray[np.bool_]
    proposes: NDArray[np.bool_]
    heeds: NDArray[np.bool_]
    band_asks: tuple[str, ...]
    doubts: Doubts
    autonomy: tuple[Autonomy, ...]
    reasons: tuple[ReasonCode, ...]
    deciders: tuple[str, ...]
    sentences: Sentences


@lru_cache(maxsize=64)
def plan_of(policy: CompiledPolicy) -> Plan:
    """The plan of a policy, made on first use."""
    candidates = Candidates(len(policy.rules))
    return Plan(
        policy=policy,
        candidates=candidates,
        columns=(*(spec.name for spec in policy.signals), *_COLUMNS),
        results=_results(policy),
        questions=_questions(policy),
        hit_weight=_column(
            [_hit_weight(rule, at, candidates) for at, rule in enumerate(policy.rules)], np.int32
        ),
        band_weight=_band_weight(policy, candidates),
        matters_at=np.array([_matters(rule) for rule in policy.rules], dtype=np.bool_).reshape(
            -1, len(ROUTES) + 1
        ),
        proposes=_column([rule.proposes for rule in policy.rules], np.bool_),
        heeds=_column([rule.if_unknown is not IfUnknown.MISS for rule in policy.rules], np.bool_),
        band_asks=_band_asks(policy),
        doubts=doubts_of(policy),
        autonomy=tuple(policy.autonomy[_stage_key(word)] for word in SUGGESTIONS),
        reasons=_reasons(policy),
        deciders=_deciders(policy),
        sentences=Sentences.of(policy),
    )


def _column(values: list[int] | list[bool], dtype: type[np.generic]) -> NDArray[Any]:
    """One value per rule, standing upright so that it meets every lead."""
    return np.array(values, dtype=dtype).reshape(-1, 1)


def _results(policy: CompiledPolicy) -> tuple[pl.Expr, ...]:
    """The names of results that conditions use, out of the columns of the scores frame."""
    points = [pl.col(f"points.{dimension}").alias(dimension.value) for dimension in Dimension]
    levels = [_level(dimension, policy.grid[dimension]) for dimension in Dimension]
    return (*points, *levels)


def _level(dimension: Dimension, levels: Levels) -> pl.Expr:
    points = pl.col(f"points.{dimension}")
    return (
        pl.when(points >= levels.high)
        .then(pl.lit(Level.HIGH.value))
        .when(points >= levels.medium)
        .then(pl.lit(Level.MEDIUM.value))
        .when(points.is_not_null())
        .then(pl.lit(Level.LOW.value))
        .alias(f"{dimension}_level")
    )


def _questions(policy: CompiledPolicy) -> Questions:
    """Each rule's condition, then each action's."""
    rules = [rule.condition.tree for rule in policy.rules]
    return Questions.of([*rules, *(_applies(action) for action in policy.actions)])


def _applies(action: Action) -> Node:
    parts = [] if action.condition is None else [action.condition.tree]
    if action.bands is not None:
        bands = sorted(band.value for band in action.bands)
        parts.append(In(Name("band", Kind.TEXT), tuple(Constant(band, Kind.TEXT) for band in bands)))
    return conjunction(parts)


def _hit_weight(rule: Rule, at: int, candidates: Candidates) -> int:
    """A rule that names no route leaves the route to others."""
    return candidates.weight(rule.reach, at) if rule.proposes or rule.route else 0


def _band_weight(policy: CompiledPolicy, candidates: Candidates) -> NDArray[np.int32]:
    routes = [*(policy.routes[band] for band in BANDS), Route.REVIEW]
    weights = [candidates.weight(route, candidates.band + at) for at, route in enumerate(routes)]
    return np.array(weights, dtype=np.int32)


def _matters(rule: Rule) -> list[bool]:
    """Whether the rule could still change a decision whose route so far is 0 (none), 1, 2, 3 or 4."""
    names_who_or_what = rule.owner is not None or rule.action is not None
    return [
        rule.reach > route or (names_who_or_what and (rule.route is None or rule.route >= route))
        for route in range(len(ROUTES) + 1)
    ]


def _band_asks(policy: CompiledPolicy) -> tuple[str, ...]:
    """Signals that can be asked for and move points, directly or through others made from them."""
    scored = {below for name in policy.scorecard for below in policy.stands_on(name)}
    return tuple(name for name in policy.asks if name in scored)


def _stage_key(word: Suggestion) -> str:
    """Which line of the policy's autonomy speaks about an action."""
    if word is Suggestion.PROPOSE_DISQUALIFY:
        return "disqualify"
    return "route" if word in (Suggestion.REVIEW, Suggestion.CALL) else word.value


def _reasons(policy: CompiledPolicy) -> tuple[ReasonCode, ...]:
    """The reason of each candidate."""
    hits = [ReasonCode.DISQUALIFY_PROPOSED if rule.proposes else ReasonCode.RULE_HIT for rule in policy.rules]
    bands = [ReasonCode.BAND_ROUTE] * len(BANDS) + [ReasonCode.DEPENDS_ON_UNKNOWN]
    errors = [ReasonCode.RULE_ERROR] * len(policy.rules)
    unknown = [ReasonCode.RULE_UNKNOWN] * len(policy.rules)
    return (*hits, *bands, *errors, *unknown, ReasonCode.DEPENDS_ON_UNKNOWN, ReasonCode.EXPLORED)


def _deciders(policy: CompiledPolicy) -> tuple[str, ...]:
    """The name of each candidate as it is stored."""
    rules = [rule.id for rule in policy.rules]
    return (*rules, *(f"band:{band}" for band in BANDS), "unknowns", *rules, *rules, "unknowns", "explore")
