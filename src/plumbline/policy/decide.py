"""Route, action, owner and trace of every lead: the last step of the main path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from plumbline.domain.reasons import ReasonCode
from plumbline.domain.words import Autonomy, Dimension, Route, Stream
from plumbline.policy.answers import answer_matrix, letters, mark_errors
from plumbline.policy.columns import FEW, filled
from plumbline.policy.compiled import DISQUALIFY, OBJECTION, Suggestion
from plumbline.policy.draws import draw_numbers, selected
from plumbline.policy.plan import BANDS, SUGGESTIONS, plan_of
from plumbline.policy.scalars import PER
from plumbline.policy.suggest import owner_codes, question_pairs, suggested
from plumbline.policy.ways import find_ways
from plumbline.policy.words import OBJECTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.policy.compiled import CompiledPolicy
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


def decide(frame: pl.DataFrame, policy: CompiledPolicy, *, draw_key: bytes) -> pl.DataFrame:
    """Decide every lead of a batch.

    Args:
        frame: per lead the signals and scores columns, ``lead.id``, ``unreadable``, ``account`` (text or
            null: the
            unit of the holdout) and ``objected`` (flag).
        policy: the compiled policy.
        draw_key: the secret key of the draws of this epoch, at least 16 bytes.

    Returns:
        One row per lead in the order of the frame, with the columns of ``DECISION_SCHEMA``. Chances
        (``pi.*``) and ``confidence`` are whole numbers per 10,000. A draw is null where the lead is outside
        its frame. A lead
        whose person objected has neither scores nor rules nor draws: only its place in the objection queue.
    """
    if not frame["objected"].any():
        return _decided(frame, plan_of(policy), draw_key)
    objected = frame["objected"].fill_null(value=False)
    at = np.concatenate([np.flatnonzero(~objected.to_numpy()), np.flatnonzero(objected.to_numpy())])
    decided = _decided(frame.filter(~objected), plan_of(policy), draw_key)
    return pl.concat([decided, _objections(frame.filter(objected), policy)])[np.argsort(at)]


def _objections(frame: pl.DataFrame, policy: CompiledPolicy) -> pl.DataFrame:
    """Leads of people who objected. They reach a person by arrival; nothing about them is evaluated."""
    constant: dict[str, Any] = {
        "route": Route.QUEUE.word,
        "intended_route": Route.QUEUE.word,
        "action": Suggestion.CALL.value,
        "owner": policy.owners.get(OBJECTION),
        "decided_by": OBJECTION,
        "reason": ReasonCode.OBJECTION.value,
        "because": OBJECTED,
        "autonomy": Autonomy.RECOMMEND.value,
        "questions": [],
    }
    columns = [
        pl.lit(constant.get(name), dtype=dtype).alias(name)
        for name, dtype in DECISION_SCHEMA.items()
        if name != "lead.id"
    ]
    return frame.select("lead.id", *columns)


def _decided(frame: pl.DataFrame, plan: Plan, draw_key: bytes) -> pl.DataFrame:
    policy = plan.policy
    known = frame.with_columns(plan.results)
    answers = (
        answer_matrix(known.select(plan.answers)) if plan.answers else np.zeros((0, frame.height), np.uint8)
    )
    outcomes, applies = answers[: len(policy.rules)], answers[len(policy.rules) :]
    mark_errors(outcomes, policy.rules, frame["unreadable"])
    ways = find_ways(plan, known, outcomes)
    draws = _draw(frame, policy, ways.weight // plan.candidates.count, draw_key)
    return _assemble(plan, known, ways, draws, outcomes, applies)


@dataclass(frozen=True, slots=True)
class _Draws:
    """Who was drawn, and who could have been. ``explored`` are leads sent to the queue by lot."""

    drawn: dict[Stream, NDArray[np.bool_]]
    not_pursued: NDArray[np.bool_]

    @property
    def explored(self) -> NDArray[np.bool_]:
        return self.drawn[Stream.EXPLORE] & self.not_pursued

    def columns(self, policy: CompiledPolicy) -> dict[str, pl.Series]:
        """Selection and chance of every stream, null outside the stream's frame."""
        outside = np.where(self.not_pursued, 0, 1)
        everywhere = np.zeros_like(outside)
        draws: dict[str, pl.Series] = {}
        chances: dict[str, pl.Series] = {}
        for stream in Stream:
            out = outside if stream in NOT_PURSUED_STREAMS else everywhere
            draws |= _looked_up(
                f"draw.{stream}", [False, True, None], np.where(out == 1, 2, self.drawn[stream])
            )
            chances |= _looked_up(f"pi.{stream}", [policy.draws[stream], None], out)
        return draws | chances


def _draw(frame: pl.DataFrame, policy: CompiledPolicy, intended: NDArray[np.int32], key: bytes) -> _Draws:
    numbers = draw_numbers(frame["lead.id"], frame["account"], key)
    drawn = {stream: selected(numbers[stream], policy.draws[stream]) for stream in Stream}
    return _Draws(drawn, intended == Route.NURTURE)


def _assemble(
    plan: Plan,
    known: pl.DataFrame,
    ways: Ways,
    draws: _Draws,
    outcomes: NDArray[np.uint8],
    applies: NDArray[np.uint8],
) -> pl.DataFrame:
    """All columns of the decision."""
    intended, decider = _unfold(plan, ways)
    route = np.where(draws.explored, int(Route.QUEUE), intended)
    decider = np.where(draws.explored, plan.candidates.explore, decider)
    action = suggested(plan, ways, route, applies)
    owners, owner = owner_codes(plan, ways, route, action)
    first, second = question_pairs(plan, ways, known)
    explained = _explained(plan, ways, decider, action, first)
    proposer = np.where(ways.proposed, (ways.hit & plan.proposes).argmax(axis=0), -1) if len(outcomes) else -1
    ids = [*(rule.id for rule in plan.policy.rules), None]
    routes = [None, *(way.word for way in Route)]
    series = {
        "lead.id": known["lead.id"],
        **_looked_up("route", routes, route),
        **_looked_up("intended_route", routes, intended),
        **_looked_up("action", SUGGESTIONS, action),
        **_looked_up("owner", owners, owner),
        **_looked_up("decided_by", plan.deciders, decider),
        **explained,
        "rules": pl.Series(letters(outcomes), dtype=pl.String),
        **_looked_up("proposes", [None, DISQUALIFY], ways.proposed),
        **_looked_up("proposed_by", ids, np.broadcast_to(proposer, len(route))),
        **_looked_up("autonomy", plan.autonomy, action),
        "confidence": pl.Series(_confidence(known, ways), dtype=pl.Int16),
        **{f"{dimension}_level": known[f"{dimension}_level"] for dimension in Dimension},
        "questions": _questions(plan, first, second),
        **draws.columns(plan.policy),
        **_looked_up("arm", ["policy", "baseline"], draws.drawn[Stream.HOLDOUT]),
    }
    return pl.DataFrame(series)


def _unfold(plan: Plan, ways: Ways) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Route and candidate out of a weight."""
    route, rest = np.divmod(ways.weight, plan.candidates.count)
    return route, plan.candidates.count - 1 - rest


def _looked_up(name: str, table: Sequence[Any], codes: NDArray[Any]) -> dict[str, pl.Series]:
    """A column out of a table of its values; -1 is the last one."""
    dtype = DECISION_SCHEMA[name]
    if len(codes) <= FEW:
        return {name: pl.Series(name, [table[code] for code in codes.tolist()], dtype=dtype)}
    return {
        name: pl.Series(name, table, dtype=dtype).gather(
            pl.Series(np.mod(codes, len(table)).astype(np.uint32))
        )
    }


def _explained(
    plan: Plan, ways: Ways, decider: NDArray[np.int32], action: NDArray[np.intp], first: NDArray[np.intp]
) -> dict[str, pl.Series]:
    """Reason and sentence. Where the band set the route and a question is put, the question is the news."""
    band = decider - plan.candidates.band
    asked = (action == SUGGESTIONS.index(Suggestion.ASK)) & (band >= 0) & (band < len(BANDS)) & (first >= 0)
    at_question = band * len(plan.policy.asks) + first
    decided, questions = len(plan.sentences.decided), len(plan.sentences.band_asks)
    about_band = decided + at_question
    sentence = np.where(asked, np.where(ways.unsure, about_band, about_band + questions), decider)
    reason = np.where(asked, np.where(ways.unsure, len(plan.reasons), len(plan.reasons) + 1), decider)
    texts = (*plan.sentences.decided, *plan.sentences.band_asks, *plan.sentences.rule_asks)
    reasons = (*plan.reasons, ReasonCode.DEPENDS_ON_UNKNOWN, ReasonCode.RULE_UNKNOWN)
    return _looked_up("reason", reasons, reason) | _looked_up("because", texts, sentence)


def _confidence(known: pl.DataFrame, ways: Ways) -> NDArray[np.int16]:
    """What the chance of another band leaves; nothing where a rule that matters has no answer."""
    settled = PER - filled(known["band_change"], PER)
    nothing = ways.open.any(axis=0) | ways.error.any(axis=0) | ways.hangs
    return np.where(nothing, 0, settled).astype(np.int16)


def _questions(plan: Plan, first: NDArray[np.intp], second: NDArray[np.intp]) -> pl.Series:
    """Lists of up to two signal names, each distinct pair built once."""
    names = (*plan.policy.asks, None)
    pairs, codes = np.unique((first + 1) * len(names) + second + 1, return_inverse=True)
    lists = [[name for at in divmod(pair, len(names)) if (name := names[at - 1])] for pair in pairs.tolist()]
    return _looked_up("questions", lists, codes)["questions"]
