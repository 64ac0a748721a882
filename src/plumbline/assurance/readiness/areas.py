"""The five areas: what the checks and measurements together say about one side of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.assurance.leakage import Leak
from plumbline.assurance.lift import Learnable
from plumbline.assurance.readiness.asking import worse
from plumbline.assurance.readiness.model import Answer, Area
from plumbline.assurance.words import State
from plumbline.domain.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.assurance.agreement import RepLabels
    from plumbline.assurance.lift import Lift
    from plumbline.assurance.readiness.model import Check, Material, Reviewed, SignalLine

#: Agreement beyond chance from which people mean the same, and below which they do not (Landis and Koch).
_AGREE, _DISAGREE = 0.6, 0.4
_USABLE: Final = 3
#: One thing an area stands on: its answer, a sentence, and what to do about it.
Ground = tuple[Answer, str, str]


def areas(
    checks: Sequence[Check],
    signals: Sequence[SignalLine],
    found: Lift,
    people: tuple[Sequence[Reviewed], Sequence[RepLabels]],
    material: Material,
) -> tuple[Area, ...]:
    """The weakest ground decides an area; what is not known weighs less than what is known to be weak."""
    by_id = {check.id: check for check in checks}
    return (
        _area("clarity", "Qualification clarity", by_id, ("lead_definition", "disqualification_reasons"),
              [_raters(people[0])]),
        _area("data", "Data reliability", by_id, ("crm_hygiene", "source_tracking"),
              [_fields(signals, material)]),
        _area("feedback", "Feedback loop", by_id, ("lifecycle_stages", "sales_feedback"), [_reps(people[1])]),
        _area("explainability", "Explainability", by_id, (), [_usable(signals, material), _order(found)]),
        _area("workflow", "Workflow impact", by_id, ("routing_impact",), [_worked(material)]),
    )  # fmt: skip


def _area(
    id_: str, title: str, checks: Mapping[str, Check], names: tuple[str, ...], grounds: list[Ground]
) -> Area:
    every = [(checks[name].answer, _of_check(checks[name]), checks[name].next_step) for name in names]
    every += grounds
    known = [ground for ground in every if ground[0] is not Answer.NOT_KNOWN]
    if not known:
        return Area(id_, title, Answer.NOT_KNOWN, every[0][1], every[0][2], names)
    answer = known[0][0]
    for ground in known[1:]:
        answer = worse(answer, ground[0])
    weakest = next(ground for ground in known if ground[0] is answer)
    gaps = [ground for ground in every if ground[0] is Answer.NOT_KNOWN]
    if answer is Answer.READY and gaps:
        return Area(id_, title, Answer.PARTLY, gaps[0][1], gaps[0][2], names)
    return Area(id_, title, answer, weakest[1], weakest[2], names)


def _of_check(check: Check) -> str:
    if check.measure is None or check.measure.rate is None:
        return check.evidence[0].text
    if check.answer is not Answer.READY and check.measure.low >= (check.wanted or 0.0):
        # The count is as it should be, and something else keeps the check from being ready: said last.
        return f"{check.title}: {check.evidence[-1].text}"
    return f"{check.title}: {check.measure.rate:.0%} {check.measured}."


def _raters(reviewed: Sequence[Reviewed]) -> Ground:
    step = "Let two people judge the same fifty leads without seeing each other's verdict or the score."
    enough = [one for one in reviewed if one.raters.enough]
    if not enough:
        return (
            Answer.NOT_KNOWN,
            "No leads were judged by two people, so nobody knows if they mean the same.",
            step,
        )
    least = min(enough, key=lambda one: one.raters.gwet.value)
    value = least.raters.gwet
    answer = Answer.PARTLY
    if value.low >= _AGREE:
        answer = Answer.READY
    elif value.value < _DISAGREE:
        answer = Answer.NOT_YET
    same = least.raters.same.rate or 0
    said = f"{' and '.join(least.names)} agree on {same:.0%} of {least.raters.leads} leads"
    step = "Go through the leads on which they differ, and sharpen the definition."
    if answer is Answer.READY:
        step = "Repeat it each quarter."
    return answer, f"{said} ({value.value:.2f} beyond chance).", step


def _fields(signals: Sequence[SignalLine], material: Material) -> Ground:
    leaking = [line for line in signals if line.leak.verdict is Leak.LEAK]
    asking = [line for line in signals if line.leak.verdict is Leak.ASK]
    names = ", ".join(line.name for line in (*leaking, *asking)[:4])
    if leaking and not material.rewound:
        text = f"{len(leaking)} columns know the outcome and {len(asking)} may: {names}."
        return Answer.PARTLY, text, "Keep them out, and export the history of changes with times."
    if not material.rewound:
        text = "Every value is that of the export: what was known at the decision cannot be seen."
        return Answer.PARTLY, text, "Export the history of changes with times."
    return (
        Answer.READY,
        "Values are known as they were when each lead was decided.",
        "Keep the history of changes.",
    )


def _reps(reps: Sequence[RepLabels]) -> Ground:
    if not reps:
        return Answer.NOT_KNOWN, "Too few outcomes name a rep to compare how reps report.", (
            "Have reports say who made them."
        )  # fmt: skip
    odd = [rep.rep for rep in reps if rep.odd]
    if odd:
        text = f"{len(odd)} of {len(reps)} reps report far more or fewer good leads of the same kind."
        return Answer.PARTLY, text, f"Read some leads of {', '.join(odd[:3])} together with the others."
    return (
        Answer.READY,
        f"{len(reps)} reps report alike on the same kind of leads.",
        "Compare again each quarter.",
    )


def _usable(signals: Sequence[SignalLine], material: Material) -> Ground:
    usable = [line for line in signals if line.candidate]
    good = [line for line in usable if line.reliability.use != "not yet"]
    step = "Fill the fields that people would name as a reason, and find out about the doubtful ones."
    every = len(material.declared) or len(signals)
    text = f"{len(good)} of {every} signals can be relied on and named as a reason."
    if len(good) >= _USABLE:
        return Answer.READY, text, "Give each a label that a rep would use."
    return (Answer.PARTLY if good else Answer.NOT_YET), text, step


def _order(found: Lift) -> Ground:
    value = found.auc
    text = (
        f"Earlier leads put later ones in order {value.value:.2f} "
        f"({value.low:.2f} to {value.high:.2f}; 0.50 is chance)."
    )
    if found.verdict is Learnable.SOMETHING:
        return Answer.READY, text, "Learn on the older leads and test on the newer."
    answer = Answer.NOT_YET if found.verdict is Learnable.NOTHING else Answer.NOT_KNOWN
    return answer, text, "Ask at the form what decides a deal; what is recorded now does not tell."


def _worked(material: Material) -> Ground:
    counts = material.outcomes.counts()
    idle = wilson(counts[State.UNWORKED], sum(counts.values()))
    if not material.timed or not material.outcomes.attempts_known:
        return Answer.NOT_KNOWN, "How hard leads were worked is not recorded.", "Record attempts with times."
    text = f"{idle.rate or 0:.0%} of the leads were not worked enough to know."
    if idle.high <= 0.30:
        return Answer.READY, text, "Keep it so."
    return (Answer.PARTLY if idle.low <= 0.60 else Answer.NOT_YET), text, (
        "Route no more leads than sales can work; let a lottery choose some of the rest."
    )  # fmt: skip
