"""The checks of what happens after a lead came in: stages, reasons, reports, routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.readiness.asking import (
    EMPTY_WORDS,
    answer_of,
    fact,
    normal,
    rows_of,
    unknown,
    worse,
)
from plumbline.assurance.readiness.model import Answer, Check, Evidence
from plumbline.assurance.words import SILENT, State
from plumbline.domain.intervals import wilson

if TYPE_CHECKING:
    from plumbline.assurance.readiness.model import Material

#: Days after which a lead that somebody was to work should have left a trace.
_TRACE: Final = 30


def lifecycle_stages(material: Material) -> Check:
    """Does every lead reach an end that is written down?"""
    outcomes = material.outcomes
    old = outcomes.leads.filter(pl.col("seen") >= outcomes.definition.within)
    if not material.timed:
        old = outcomes.leads
    known = old.filter(pl.col("label").is_not_null())
    measure = wilson(known.height, old.height)
    counts = outcomes.counts()
    evidence = [
        Evidence(
            "Leads old enough to have an outcome that have one."
            if material.timed
            else "Leads whose last state is an outcome.",
            measure,
        ),
        Evidence("; ".join(f"{state.value} {rows:,}" for state, rows in counts.items() if rows) + "."),
    ]
    step = "Nothing: go on closing leads."
    answer = answer_of(measure, 0.70, 0.40)
    if not material.timed:
        answer = worse(answer, Answer.PARTLY)
        evidence.append(Evidence("States have no times: only the last one of each lead is known."))
        step = "Export the history of stages with times, not only the stage of today."
    elif answer is not Answer.READY:
        step = "Have every lead closed within its time: good, refused with a reason, or tried and given up."
    return Check(
        "lifecycle_stages",
        "Lifecycle stages",
        "Does every lead reach an end that is written down, with its time?",
        answer,
        measure,
        "leads with an end that counts",
        0.70,
        tuple(evidence),
        step,
    )


def disqualification_reasons(material: Material) -> Check:
    """Does sales say why a lead was refused?"""
    title, question = "Disqualification reasons", "Does sales say why a lead was refused?"
    leads = material.outcomes.leads
    reasons = material.reason if material.reason is not None else leads["reason"]
    refused = (leads["label"] == 0) | leads["rejected"].fill_null(value=False)
    refused = refused.fill_null(value=False)
    if not refused.sum() or (material.reason is None and not material.timed):
        return unknown(
            "disqualification_reasons",
            title,
            question,
            "Nothing in the history says why a lead was refused.",
            "Give reps a short list of reasons, and ask for one whenever a lead is closed as no.",
        )
    said = normal(reasons)
    told = said.is_not_null() & ~said.is_in(list(EMPTY_WORDS))
    measure = wilson(int((refused & told).sum()), int(refused.sum()))
    counts = reasons.filter(refused & told).value_counts(sort=True, name="#n")
    evidence = [
        Evidence(
            "Refused leads with a reason that says something.", measure, rows_of(material, refused & ~told)
        )
    ]
    if counts.height:
        top = ", ".join(f"{name} {rows:,}" for name, rows in counts.head(4).iter_rows())
        evidence.append(Evidence(f"{counts.height} reasons, most often {top}."))
    silent = int((refused & said.is_in([word.replace("_", " ") for word in SILENT])).sum())
    evidence += fact(silent, "Of them never reached, which speaks of effort and not of the lead: {:,}.")
    answer = answer_of(measure, 0.80, 0.50)
    step = (
        "Nothing: go on asking for a reason."
        if answer is Answer.READY
        else "Ask for a reason from a short list whenever a lead is closed as no."
    )
    return Check(
        "disqualification_reasons", title, question, answer, measure,
        "refused leads with a reason", 0.80, tuple(evidence), step,
    )  # fmt: skip


def sales_feedback(material: Material) -> Check:
    """Does sales report what became of the leads it was given?"""
    title, question = (
        "Sales feedback",
        "Does sales report what became of the leads it was given, and in time?",
    )
    leads = material.outcomes.leads
    if not material.timed:
        return unknown(
            "sales_feedback",
            title,
            question,
            "The history has a final state and no reports: who said what, and when, cannot be seen.",
            "Export calls, meetings and changes of stage with times and the rep's name.",
        )
    old = leads.filter(pl.col("seen") >= _TRACE)
    traced = old.filter(
        pl.col("good_after").is_not_null()
        | pl.col("closed_after").is_not_null()
        | pl.col("first_touch").is_not_null()
        | (pl.col("attempts") > 0)
    )
    measure = wilson(traced.height, old.height)
    evidence = [
        Evidence(f"Leads older than {_TRACE} days with any report or attempt.", measure),
        Evidence(f"{leads['rep'].n_unique() - int(leads['rep'].null_count() > 0)} people reported."),
    ]
    if not material.outcomes.attempts_known:
        evidence.append(Evidence("Attempts are not recorded, so silence can never count as a no."))
    answer = answer_of(measure, 0.80, 0.50)
    if not material.outcomes.attempts_known:
        answer = worse(answer, Answer.PARTLY)
    step = "Nothing: go on reporting."
    if not material.outcomes.attempts_known:
        step = "Record every attempt with its time: a no without effort says nothing about the lead."
    elif answer is not Answer.READY:
        step = "Follow up leads that left no trace after a month; tell sales what their reports changed."
    return Check(
        "sales_feedback", title, question, answer, measure,
        "leads of which sales left a trace", 0.80, tuple(evidence), step,
    )  # fmt: skip


def routing_impact(material: Material) -> Check:
    """Does it make a difference where a lead is sent?"""
    title, question = "Routing impact", "Does it make a difference for a lead where it is sent?"
    outcomes, needs = material.outcomes, material.outcomes.definition.negative_needs
    if not material.timed or not outcomes.attempts_known:
        return unknown(
            "routing_impact",
            title,
            question,
            "No attempt is recorded, so nobody can say how fast and how hard a lead was worked.",
            "Record attempts with their times; then the effect of a route can be seen.",
        )
    days = needs.first_touch_within if needs else 2
    old = outcomes.leads.filter(pl.col("seen") >= max(days, _TRACE))
    quick = old.filter(pl.col("first_touch") <= days)
    measure = wilson(quick.height, old.height)
    counts = outcomes.counts()
    evidence = [
        Evidence(f"Leads first tried within {days} days.", measure),
        Evidence(
            "Leads that nobody tried hard enough to know.",
            wilson(counts[State.UNWORKED], outcomes.leads.height),
        ),
        *_by_route(material, old, days),
    ]
    answer = answer_of(measure, 0.80, 0.50)
    step = (
        "Nothing: compare routes again each quarter."
        if answer is Answer.READY
        else "Give sales no more leads than it can work in time, the best first: late calls spoil leads."
    )
    return Check(
        "routing_impact", title, question, answer, measure,
        "leads tried in time", 0.80, tuple(evidence), step,
    )  # fmt: skip


def _by_route(material: Material, old: pl.DataFrame, days: int) -> list[Evidence]:
    if material.routes is None:
        return [Evidence("No past routes were given, so routes cannot be compared.")]
    routes = material.routes.unique("lead.id", keep="first", maintain_order=True).select("lead.id", "route")
    joined = old.join(routes, on="lead.id", how="inner")
    found = joined.group_by("route").agg(
        pl.len().alias("n"), (pl.col("first_touch") <= days).sum().alias("k")
    )
    lines = found.filter(pl.col("n") >= 20).sort("route").iter_rows()
    return [
        Evidence(f"Sent to {route}: first tried within {days} days.", wilson(k, n)) for route, n, k in lines
    ]
