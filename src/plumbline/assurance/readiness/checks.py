"""The seven checks of the field, each answered from the rows of the history. Here: what a lead is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.readiness.asking import (
    EMPTY_WORDS,
    answer_of,
    fact,
    issues_of,
    normal,
    rows_of,
    unknown,
    worse,
)
from plumbline.assurance.readiness.following import (
    disqualification_reasons,
    lifecycle_stages,
    routing_impact,
    sales_feedback,
)
from plumbline.assurance.readiness.model import Answer, Check, Evidence
from plumbline.assurance.words import OutcomeCode, State
from plumbline.domain.intervals import wilson

if TYPE_CHECKING:
    from plumbline.assurance.readiness.model import Material


def lead_definition(material: Material) -> Check:
    """Is it written down what a good lead is, and do the reports keep to it?"""
    leads, issues = material.outcomes.leads, issues_of(material)
    settled = leads.filter(pl.col("state").is_in([State.GOOD.value, State.BAD.value]))
    muddled = (
        issues[OutcomeCode.CONTRADICTION] + issues[OutcomeCode.SKIPPED] + issues[OutcomeCode.DEFINITIONS]
    )
    measure = wilson(max(settled.height - muddled, 0), settled.height)
    answer = answer_of(measure, 0.95, 0.80)
    evidence = [
        Evidence(f"{settled.height:,} leads have a known outcome by: {material.definition}."),
        Evidence("Known outcomes that no other report contradicts.", measure),
    ]
    evidence += fact(
        issues[OutcomeCode.SKIPPED], "Leads that went on without the defining step ever reported: {:,}."
    )
    evidence += fact(
        issues[OutcomeCode.LATE], "Leads that became good after the definition's time was up: {:,}."
    )
    evidence += fact(issues[OutcomeCode.DEFINITIONS], "Reports made under another definition: {:,}.")
    if material.breaks:
        first, last = (moment.date().isoformat() for moment in material.breaks)
        evidence.append(Evidence(f"Only leads that came in from {first} to {last} ever became good."))
    if not material.written or material.breaks:
        answer = worse(answer, Answer.PARTLY)
    if not material.written:
        evidence.append(Evidence("It is a value of a column; no policy says what makes a lead good."))
    step = "Nothing: keep the definition, and give a changed one a new version."
    if material.breaks:
        step = "Say when the definition changed, and learn only from leads under the present one."
    elif not material.written:
        step = "Write the definition into a policy: which outcome, within how many days, after what effort."
    elif answer is not Answer.READY:
        step = "Settle the contradicting reports with sales, and say which step counts."
    if not settled.height:
        step = "Let sales report outcomes; without one known outcome there is nothing to check."
    return Check(
        "lead_definition",
        "Lead definition",
        "Is it written down what a good lead is, and do the reports keep to it?",
        answer,
        measure,
        "known outcomes without contradiction",
        0.95,
        tuple(evidence),
        step,
    )


def crm_hygiene(material: Material) -> Check:
    """Are rows and cells what they say they are?"""
    sound = max(material.rows - material.rejected - material.repeated, 0)
    measure = wilson(sound, material.rows)
    broken = sum(material.unreadable.values())
    thin = [column for column in material.columns if column.filled.mean() < 0.5]
    issues = issues_of(material)
    evidence = [Evidence("Rows that are a lead of their own.", measure)]
    evidence += fact(material.repeated, "Rows that repeat a lead that is there already: {:,}.")
    evidence += fact(material.rejected, "Rows that cannot be a lead at all: {:,}.")
    evidence += fact(broken, "Cells that cannot be read as what their column holds: {:,}.")
    if thin:
        names = ", ".join(column.name for column in thin[:5])
        more = f" and {len(thin) - 5} more" if len(thin) > 5 else ""
        evidence.append(
            Evidence(
                f"{len(thin)} of {len(material.columns)} columns are less than half full: {names}{more}."
            )
        )
    lost = issues[OutcomeCode.ORPHAN]
    evidence += fact(lost, "Outcomes of leads that are not in the history: {:,}.")
    for code, text in (
        (OutcomeCode.TOO_EARLY, "Outcomes dated before their lead came in: {:,}."),
        (OutcomeCode.FUTURE, "Outcomes dated in the future: {:,}."),
        (OutcomeCode.UNKNOWN_WORD, "Outcomes that are none of the words of reports: {:,}."),
        (OutcomeCode.NO_TIME, "Outcomes without a time: {:,}."),
    ):
        evidence += fact(issues[code], text)
    evidence += fact(material.alike, "Rows that differ from another one by ids and times alone: {:,}.")
    answer = answer_of(measure, 0.95, 0.80)
    if max(lost, material.alike) > 0.05 * max(material.outcomes.leads.height, 1):
        answer = worse(answer, Answer.PARTLY)
    step = "Nothing: go on checking each import."
    if answer is not Answer.READY:
        step = "Join the repeated leads and correct the rows listed by `plumbline issues`."
    return Check(
        "crm_hygiene",
        "CRM hygiene",
        "Are rows and cells what they say they are?",
        answer,
        measure,
        "rows that are a lead of their own",
        0.95,
        tuple(evidence),
        step,
    )


def source_tracking(material: Material) -> Check:
    """Is it known where each lead came from?"""
    question = "Is it known where each lead came from?"
    if material.source is None:
        return unknown(
            "source_tracking",
            "Source tracking",
            question,
            "The history has no column that says where a lead came from.",
            "Map the column that holds the source, or start to record it at the form.",
        )
    said = normal(material.source)
    named = said.is_not_null() & ~said.is_in(list(EMPTY_WORDS))
    measure = wilson(int(named.sum()), material.source.len())
    counts = material.source.filter(named).value_counts(sort=True, name="#n")
    evidence = [Evidence("Leads with a source that says something.", measure, rows_of(material, ~named))]
    if counts.height:
        top = ", ".join(f"{name} {rows:,}" for name, rows in counts.head(3).iter_rows())
        evidence.append(Evidence(f"{counts.height} sources, most often {top}."))
    spellings = counts.height - normal(counts.to_series(0)).n_unique()
    evidence += fact(spellings, "Sources that differ from another one only in case or signs: {:,}.")
    answer = answer_of(measure, 0.90, 0.70)
    if spellings:
        answer = worse(answer, Answer.PARTLY)
    step = {
        Answer.READY: "Nothing: keep the list of sources short and closed.",
    }.get(answer, "Make the source a closed list that is filled when the lead is created, not by hand later.")
    return Check(
        "source_tracking",
        "Source tracking",
        question,
        answer,
        measure,
        "leads with a source that says something",
        0.90,
        tuple(evidence),
        step,
    )


CHECKS: Final = (
    lead_definition,
    crm_hygiene,
    source_tracking,
    lifecycle_stages,
    disqualification_reasons,
    sales_feedback,
    routing_impact,
)
