"""From what sales reported to what is known: five states, in which a no needs effort."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.history import MOMENT
from plumbline.assurance.reports import checked
from plumbline.assurance.words import LADDER, REFUSALS, SILENT, SPOKEN, OutcomeCode, State

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.policy.compiled import Definition, NegativeEffort

_LEAD: Final = "lead.id"
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What is known of every lead as of a moment.

    ``leads``, one row per lead in the order given: ``lead.id``, ``decided_at``; ``state``; ``label`` (Int8:
    1, 0, null where it is not known); ``good_after``, days until it became what the definition asks for,
    however late; ``closed_after``, days until it was refused; ``first_touch`` and ``seen``, days until the
    first attempt and until the end of observation; ``attempts``; ``rep`` and ``reason`` of the last report;
    ``disputed``.

    ``issues``: ``row`` of the report, ``lead.id``, ``outcome``, ``code``, one line each.
    ``attempts_known``: whether attempts were recorded at all.
    """

    leads: pl.DataFrame
    issues: pl.DataFrame
    definition: Definition
    as_of: datetime
    attempts_known: bool

    def counts(self) -> dict[State, int]:
        """Leads per state."""
        found = dict(self.leads["state"].value_counts().iter_rows())
        return {state: int(found.get(state.value, 0)) for state in State}


def outcomes_of(
    leads: pl.DataFrame,
    reports: pl.DataFrame,
    *,
    definition: Definition,
    as_of: datetime,
    touches: pl.DataFrame | None = None,
    definition_name: str | None = None,
) -> Outcomes:
    """Read the reports of sales by the definition of a qualified lead.

    Args:
        leads: ``lead.id`` (unique) and ``decided_at``, the moment from which the definition counts.
        reports: ``lead.id``, ``outcome``, ``at`` and, where there are any, ``row``, ``reason``, ``rep`` and
            ``definition`` (the version under which it was reported).
        definition: the policy's: an outcome, within days, and the effort that a no needs.
        as_of: until when reports are known, with a time zone.
        touches: ``lead.id``, ``at`` of every attempt; without it nothing is known of attempts, and silence is
            never a no.
        definition_name: reports of another definition than this are left out, where reports name theirs.

    A later step of the ladder counts as the earlier ones. Somebody who spoke with the lead, or the attempts
    that the policy asks for, make a no a no; both must have begun in time. A refusal that nobody worked for
    says nothing of the lead, and its lead is unworked.
    """
    decided = leads.select(_LEAD, pl.col("decided_at").cast(MOMENT))
    moment = as_of.astimezone(UTC)
    steps, issues = checked(reports, decided, moment, definition_name)
    facts = decided.join(_told(steps, definition), on=_LEAD, how="left", maintain_order="left")
    facts = facts.join(_tried(decided, touches, moment), on=_LEAD, how="left", maintain_order="left")
    known = _stated(_dated(facts, moment), definition, attempts_known=touches is not None)
    lines = [issues, _lines(known.filter("disputed"), OutcomeCode.CONTRADICTION)]
    late = known.filter(pl.col("good_after") > definition.within)
    lines += [_lines(known.filter("skipped"), OutcomeCode.SKIPPED), _lines(late, OutcomeCode.LATE)]
    return Outcomes(known.drop("skipped"), pl.concat(lines), definition, as_of, touches is not None)


def _told(steps: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """Per lead: when it became good, when it was refused, when somebody spoke with it."""
    wanted = definition.outcome
    is_step, at = wanted in LADDER, pl.col("at")
    enough = LADDER[LADDER.index(wanted) :] if is_step else (wanted,)
    refusals = [word for word in REFUSALS if word != wanted]
    said = pl.col("outcome")
    return steps.group_by(_LEAD, maintain_order=True).agg(
        at.filter(said.is_in(enough)).min().alias("good_at"),
        (said.is_in(enough).any() & ~(said == wanted).any()).alias("skipped"),
        at.filter(said.is_in(refusals)).min().alias("closed_at"),
        at.filter(said.is_in(SPOKEN) | (said == "no_show")).min().alias("spoken_at"),
        ((said == "won").any() & (said == "lost").any() & (wanted == "won")).alias("torn"),
        (said.is_in(enough).any() & (said == "rejected").any() & (wanted != "rejected")).alias("revoked"),
        (said == "rejected").any().alias("rejected"),
        pl.col("reason").filter(said.is_in(refusals)).last().alias("reason"),
        pl.col("rep").drop_nulls().last().alias("rep"),
        at.min().alias("first_report"),
    )


def _tried(decided: pl.DataFrame, touches: pl.DataFrame | None, moment: datetime) -> pl.DataFrame:
    """Per lead: attempts, the first and the last."""
    if touches is None:
        return decided.select(
            _LEAD,
            pl.lit(None, pl.Int64).alias("attempts"),
            pl.lit(None, MOMENT).alias("first_at"),
            pl.lit(None, MOMENT).alias("last_at"),
        )
    times = touches.select(_LEAD, pl.col("at").cast(MOMENT)).join(decided, on=_LEAD, how="inner")
    times = times.filter((pl.col("at") <= moment) & (pl.col("at") >= pl.col("decided_at")))
    counted = times.group_by(_LEAD).agg(
        pl.len().cast(pl.Int64).alias("attempts"),
        pl.col("at").min().alias("first_at"),
        pl.col("at").max().alias("last_at"),
    )
    joined = decided.select(_LEAD).join(counted, on=_LEAD, how="left", maintain_order="left")
    return joined.with_columns(pl.col("attempts").fill_null(0))


def _dated(facts: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    def days(name: str) -> pl.Expr:
        return (pl.col(name) - pl.col("decided_at")).dt.total_seconds() / _DAY

    touched = pl.min_horizontal("first_at", "spoken_at")
    return facts.with_columns(touched_at=touched).with_columns(
        days("good_at").alias("good_after"),
        days("closed_at").alias("closed_after"),
        days("touched_at").alias("first_touch"),
        (days("last_at") - days("first_at")).alias("spread"),
        ((pl.lit(moment) - pl.col("decided_at")).dt.total_seconds() / _DAY).alias("seen"),
        (pl.col("torn") | pl.col("revoked")).fill_null(value=False).alias("disputed"),
        pl.col("skipped").fill_null(value=False),
    )


def _stated(facts: pl.DataFrame, definition: Definition, *, attempts_known: bool) -> pl.DataFrame:
    worked = _worked(definition.negative_needs, attempts_known=attempts_known)
    good = (pl.col("good_after") <= definition.within).fill_null(value=False)
    over = pl.col("seen") >= definition.within
    closed = (pl.col("closed_after") <= definition.within).fill_null(value=False)
    begun = pl.col("touched_at").is_not_null() | (pl.col("attempts") > 0).fill_null(value=False)
    state = (
        pl.when(good)
        .then(pl.lit(State.GOOD.value))
        .when(worked & (over | closed))
        .then(pl.lit(State.BAD.value))
        .when(over | closed | ~begun)
        .then(pl.lit(State.UNWORKED.value))
        .when(worked)
        .then(pl.lit(State.CENSORED.value))
        .otherwise(pl.lit(State.WORKING.value))
    )
    label = pl.when(state == State.GOOD.value).then(1).when(state == State.BAD.value).then(0)
    return facts.with_columns(state=state).select(
        _LEAD,
        "decided_at",
        "state",
        pl.when(~pl.col("disputed")).then(label).cast(pl.Int8).alias("label"),
        "good_after",
        "closed_after",
        "first_touch",
        "seen",
        "attempts",
        "reason",
        "rep",
        "rejected",
        "disputed",
        "skipped",
    )


def _worked(needs: NegativeEffort | None, *, attempts_known: bool) -> pl.Expr:
    """Whether a no of this lead would be a no: somebody spoke with it, or tried as hard as is asked."""
    reported = pl.col("reason").str.to_lowercase()
    answered = pl.col("rejected").fill_null(value=False) & reported.is_not_null() & ~reported.is_in(SILENT)
    spoken = pl.col("spoken_at").is_not_null()
    if needs is None:
        return spoken | answered | (pl.col("attempts") > 0).fill_null(value=False)
    in_time = pl.col("first_touch") <= needs.first_touch_within
    tried = (pl.col("attempts") >= needs.attempts) & (pl.col("spread") >= needs.over)
    if not attempts_known:
        # Without a record of attempts, a reason that only a talk can give stands for the talk.
        return (spoken & in_time).fill_null(value=False) | (answered & pl.col("touched_at").is_null())
    return ((spoken | tried) & in_time).fill_null(value=False)


def _lines(leads: pl.DataFrame, code: OutcomeCode) -> pl.DataFrame:
    return leads.select(
        pl.lit(None, pl.Int64).alias("row"),
        _LEAD,
        pl.lit(None, pl.String).alias("outcome"),
        pl.lit(code.value).alias("code"),
    )
