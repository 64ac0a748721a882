"""From a history to one answer: ready, not yet, or nothing to learn; and what to do first."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from plumbline.assurance.agreement import agreement, label_consistency
from plumbline.assurance.leakage import Leak, LeakReport, leaks
from plumbline.assurance.lift import Learnable, Lift, candidates, lift
from plumbline.assurance.maturity import Rate, curve, events_of, good_rate, horizons
from plumbline.assurance.needs import Supply, supply
from plumbline.assurance.readiness.areas import areas
from plumbline.assurance.readiness.checks import CHECKS
from plumbline.assurance.readiness.model import (
    Answer,
    Conclusion,
    Readiness,
    Reviewed,
    SignalLine,
)
from plumbline.assurance.reliability import associations, reliability
from plumbline.assurance.words import State
from plumbline.domain.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plumbline.assurance.agreement import RepLabels
    from plumbline.assurance.maturity import Horizons
    from plumbline.assurance.readiness.model import Check, Material

#: Fewer outcomes of the rarer kind teach nothing; up to the second number they only help a written card.
_FEWEST, _BAR = 20, 40


def assess(material: Material) -> Readiness:
    """Look at everything, and say whether it can be learned from."""
    found = leaks(material.columns, material.facts)
    kept = _by(found, {Leak.CLEAN, Leak.AS_OF})
    doubtful = _by(found, {Leak.CLEAN, Leak.AS_OF, Leak.ASK})
    names = frozenset(_names(material))
    undeclared = names - material.declared if material.declared else frozenset()
    usable = candidates(material.columns, (names - kept) | undeclared)
    wider = candidates(material.columns, (names - doubtful) | undeclared)
    best, more = lift(usable, material.facts), lift(wider, material.facts)
    signals = _signals(material, found, {column.name for column in usable})
    checks = tuple(check(material) for check in CHECKS)
    reviewed, reps = _reviewed(material), _reps(material)
    stock = supply(material.outcomes)
    blocking = tuple(_blocking(material, stock, best, bool(usable)))
    conclusion = _conclusion(blocking, stock, best)
    matured = horizons(material.outcomes, material.source) if material.timed else None
    rate, young = _rates(material, matured)
    return Readiness(
        name=material.name,
        definition=material.definition,
        policy=material.policy,
        as_of=material.outcomes.as_of.isoformat(),
        conclusion=conclusion,
        statement=_statement(conclusion, stock),
        blocking=blocking,
        steps=_steps(checks, found, conclusion),
        rows=material.rows,
        leads=material.leads.height,
        states={state.value: rows for state, rows in material.outcomes.counts().items()},
        checks=checks,
        areas=areas(checks, signals, best, (reviewed, reps), material),
        signals=signals,
        lift=best,
        lift_with_doubtful=more,
        supply=stock,
        horizons=matured,
        maturing=() if matured is None else _maturing(material),
        rate=rate,
        young_rate=young,
        reviewed=reviewed,
        reps=reps,
        outcome_issues=dict(sorted(material.outcomes.issues["code"].value_counts().iter_rows())),
        notes=tuple(_notes(material)),
    )


def _names(material: Material) -> list[str]:
    return [column.name for column in material.columns]


def _by(found: Iterable[LeakReport], verdicts: set[Leak]) -> frozenset[str]:
    return frozenset(report.column for report in found if report.verdict in verdicts)


def _signals(material: Material, found: Sequence[LeakReport], usable: set[str]) -> tuple[SignalLine, ...]:
    reports = {report.column: report for report in found}
    kept = [
        column
        for column in material.columns
        if reports[column.name].verdict is not Leak.LEAK
        and (column.name in material.declared or not material.declared)
    ]
    like = associations(candidates(kept, frozenset()))
    lines = []
    for column in material.columns:
        others, partner = like.get(column.name, (None, ""))
        report = reports[column.name]
        known = reliability(column, material.facts, leaks=report.verdict is Leak.LEAK, others=others)
        lines.append(SignalLine(column.name, report, known, partner, column.name in usable, column.label))
    return tuple(lines)


def _blocking(material: Material, stock: Supply, best: Lift, usable: bool) -> Iterable[str]:
    if not stock.good + stock.bad:
        yield "No lead has a known outcome."
    elif not stock.rarer:
        kind = "good" if stock.bad == 0 else "bad"
        yield f"All {stock.good + stock.bad:,} known outcomes are {kind}: there is nothing to tell apart."
    elif stock.rarer < _FEWEST:
        kind = "good" if stock.good <= stock.bad else "bad"
        yield f"Only {stock.rarer} leads are known to be {kind}; {_FEWEST} are the least that teach anything."
    if not usable:
        yield "No column is left that was surely known when the lead was decided."
    elif best.verdict is Learnable.NOTHING:
        yield (
            f"Earlier leads say nothing about later ones: their order is {best.auc.value:.2f} "
            f"({best.auc.low:.2f} to {best.auc.high:.2f}), and 0.50 is chance."
        )
    if material.breaks:
        yield "Two definitions of a good lead are mixed in the outcomes."


def _conclusion(blocking: Sequence[str], stock: Supply, best: Lift) -> Conclusion:
    if best.verdict is Learnable.NOTHING and stock.rarer >= _FEWEST:
        return Conclusion.NOTHING
    if blocking or best.verdict is not Learnable.SOMETHING:
        return Conclusion.NOT_YET
    return Conclusion.READY


def _statement(conclusion: Conclusion, stock: Supply) -> str:
    if conclusion is Conclusion.NOTHING:
        return "There is nothing to learn here: what was recorded does not tell good leads from bad ones."
    if conclusion is Conclusion.READY and stock.rarer >= _BAR:
        return "You can learn from this history."
    if conclusion is Conclusion.READY:
        return "You can begin to learn: a learned card may help the written one, not replace it."
    if stock.rarer >= _FEWEST:
        return "Not yet: there are outcomes, and it cannot be told whether anything foretells them."
    return "Not yet: until then, scores come from the written card, and say so."


def _steps(checks: Sequence[Check], found: Sequence[LeakReport], conclusion: Conclusion) -> tuple[str, ...]:
    """What to do first: the columns in doubt, then the weakest checks; each thing once."""
    steps = []
    if conclusion is Conclusion.NOTHING:
        steps.append("Stay with the written card, and record what sales asks in the first call.")
    asking = [report.column for report in found if report.verdict is Leak.ASK]
    if asking:
        more = f" and {len(asking) - 4} more" if len(asking) > 4 else ""
        steps.append(f"Find out who fills these columns and when: {', '.join(asking[:4])}{more}.")
    order = (Answer.NOT_YET, Answer.NOT_KNOWN, Answer.PARTLY)
    weak = sorted(
        (check for check in checks if check.answer in order), key=lambda one: order.index(one.answer)
    )
    steps += [check.next_step for check in weak]
    if conclusion is Conclusion.READY:
        steps.append("Learn on the older leads, and test on the newest fifth before anybody sees a score.")
    return tuple(dict.fromkeys(steps))


def _reviewed(material: Material) -> tuple[Reviewed, ...]:
    """Every pair of people who judged the same leads, the pair with most of them first."""
    if material.reviews is None:
        return ()
    verdicts = material.reviews.drop_nulls(["lead.id", "reviewer", "verdict"])
    wide = verdicts.unique(["lead.id", "reviewer"], keep="first", maintain_order=True).pivot(
        "reviewer", index="lead.id", values="verdict"
    )
    names = sorted(name for name in wide.columns if name != "lead.id")
    pairs = [Reviewed((a, b), agreement(wide[a], wide[b])) for a, b in combinations(names, 2)]
    return tuple(sorted((one for one in pairs if one.raters.leads), key=lambda one: -one.raters.leads))


def _reps(material: Material) -> tuple[RepLabels, ...]:
    leads = material.outcomes.leads
    segment = (
        material.source if material.source is not None else pl.Series([""]).new_from_index(0, leads.height)
    )
    return label_consistency(leads.select("rep", segment.alias("segment"), "label"))


def _rates(material: Material, matured: Horizons | None) -> tuple[Rate, Rate | None]:
    if matured is None:
        known = material.outcomes.leads["label"].drop_nulls()
        share = wilson(int((known == 1).sum()), known.len())
        return Rate(share.rate, share.low, share.high, share.of, "of unknown age: no times"), None
    days = matured.segments[0].days
    young = good_rate(material.outcomes, days, immature=True)
    return good_rate(material.outcomes, days), young if young.leads else None


def _maturing(material: Material) -> tuple[tuple[float, float, float, float], ...]:
    """The curve of worked leads becoming good, at some forty days up to a third beyond the definition's."""
    worked = material.outcomes.leads.filter(pl.col("state") != State.UNWORKED.value)
    if worked.is_empty():
        return ()
    found = curve(*events_of(worked))
    days = np.linspace(0, min(1.34 * material.outcomes.definition.within, found.longest), 41)
    return tuple((float(day), *found.at(float(day))) for day in days)


def _notes(material: Material) -> Iterable[str]:
    if not material.rewound:
        yield (
            "No history of changes was given. Values are those of the day of the export, and columns that "
            "grew or were corrected since then cannot all be told from the data."
        )
    if not material.facts.ordered:
        yield "No column says when leads came in: the order of the rows was taken for the order of time."
    if not material.timed:
        yield "Outcomes have no times: young leads that may still turn good are counted as they stand."
    if drop := _newest_drop(material):
        yield drop


def _newest_drop(material: Material) -> str | None:
    """The newest tenth is worse than the rest: most often it is only too young."""
    if material.timed or not material.facts.ordered:
        return None
    label = material.facts.label[material.facts.known]
    cut = label.size - label.size // 10
    old, new = (wilson(int(part.sum()), part.size) for part in (label[:cut], label[cut:]))
    if new.high >= old.low:
        return None
    return (
        f"{new.rate or 0:.0%} of the newest tenth are good and {old.rate or 0:.0%} of the others: "
        "many of them are probably too young to be called bad."
    )
