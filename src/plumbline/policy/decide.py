"""Route, action, owner and trace of every lead: the last step of the main path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from plumbline.domain.reasons import ReasonCode
from plumbline.domain.words import Autonomy, Route, Stream
from plumbline.policy.answers import mark_errors
from plumbline.policy.assemble import DECISION_SCHEMA, Draws, assemble
from plumbline.policy.compiled import OBJECTION, Suggestion
from plumbline.policy.draws import draw_numbers, selected
from plumbline.policy.leads import leads_of
from plumbline.policy.plan import plan_of
from plumbline.policy.ways import find_ways
from plumbline.policy.words import OBJECTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.policy.compiled import CompiledPolicy
    from plumbline.policy.plan import Plan


def decide(frame: pl.DataFrame, policy: CompiledPolicy, *, draw_key: bytes) -> pl.DataFrame:
    """Decide every lead of a batch.

    Args:
        frame: per lead the signals and scores columns, ``lead.id``, ``unreadable``, ``account`` (text or
            null: the unit of the holdout) and ``objected`` (flag; null is no objection). Of leads who
            objected only the id is read.
        policy: the compiled policy.
        draw_key: the secret key of the draws of this epoch, at least 16 bytes.

    Returns:
        One row per lead in the order of the frame, with the columns of ``DECISION_SCHEMA``. Chances
        (``pi.*``) and ``confidence`` are whole numbers per 10,000. A draw is null where the lead is outside
        its frame. A lead whose person objected has neither scores nor rules nor draws: only its place in the
        objection queue.
    """
    plan = plan_of(policy)
    if not frame["objected"].any():
        return _decided(frame, plan, draw_key)
    if frame["objected"].all(ignore_nulls=False):
        return _objections(frame, policy)
    objected = frame["objected"].fill_null(value=False)
    at = np.concatenate([np.flatnonzero(~objected.to_numpy()), np.flatnonzero(objected.to_numpy())])
    decided = _decided(frame.select(plan.columns).filter(~objected), plan, draw_key)
    parts = [decided, _objections(frame.filter(objected), policy)]
    return pl.concat(parts, rechunk=True)[np.argsort(at)]


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
        pl.Series(name, [constant.get(name)], dtype).new_from_index(0, frame.height)
        for name, dtype in DECISION_SCHEMA.items()
        if name != "lead.id"
    ]
    return frame[["lead.id"]].hstack(columns)


def _decided(frame: pl.DataFrame, plan: Plan, draw_key: bytes) -> pl.DataFrame:
    rules = plan.policy.rules
    leads = leads_of(frame, plan.policy, plan.results)
    answers = leads.ask(plan.questions)
    mark_errors(answers[: len(rules)], rules, leads.unreadable())
    ways = find_ways(plan, leads, answers[: len(rules)])
    draws = _draw(frame, plan.policy, ways.weight // plan.candidates.count, draw_key)
    return assemble(plan, leads, ways, draws, answers)


def _draw(frame: pl.DataFrame, policy: CompiledPolicy, intended: NDArray[np.int32], key: bytes) -> Draws:
    numbers = draw_numbers(frame["lead.id"], frame["account"], key)
    drawn = {stream: selected(numbers[stream], policy.draws[stream]) for stream in Stream}
    return Draws(drawn, intended == Route.NURTURE)
