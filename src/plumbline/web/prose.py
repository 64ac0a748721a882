"""A policy as prose: what a person would say when asked how leads are treated here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.domain.words import Band, Dimension
from plumbline.policy.compiled import OBJECTION
from plumbline.policy.conditions import in_words
from plumbline.report.phrases import ROUTES, STREAMS
from plumbline.report.words import count, percent, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.policy import CompiledPolicy
    from plumbline.policy.compiled import Rule

_DAYS_A_MONTH: Final = 30


class RuleText(NamedTuple):
    """A rule: what it is called, when it fires, what happens then, and why."""

    id: str
    when: str
    then: str
    because: str


class Points(NamedTuple):
    """A signal that counts: its label, its dimension, and points per answer."""

    label: str
    dimension: str
    cells: tuple[tuple[str, str], ...]


def definition(policy: CompiledPolicy) -> str:
    """What a good lead is here, and when silence counts as a no."""
    good = policy.definition
    outcome = good.outcome.replace("_", " ")
    text = f"A lead was good when it came to {outcome} within {count(good.within, 'day')}."
    effort = good.negative_needs
    if effort is None:
        return text
    return (
        f"{text} Silence counts as a no only after {count(effort.attempts, 'attempt')} over "
        f"{count(effort.over, 'day')}, the first of them within {count(effort.first_touch_within, 'day')}."
    )


def points(policy: CompiledPolicy) -> list[Points]:
    """What gives or takes points, by dimension."""
    order = {dimension: at for at, dimension in enumerate(Dimension)}
    specs = [spec for spec in policy.signals if spec.name in policy.scorecard]
    specs.sort(key=lambda spec: order.get(spec.dimension or Dimension.FIT, len(order)))
    return [
        Points(
            spec.label,
            spec.dimension.value if spec.dimension else "",
            tuple((cell, signed(value)) for cell, value in policy.scorecard[spec.name].items()),
        )
        for spec in specs
    ]


def bands(policy: CompiledPolicy) -> list[tuple[str, str]]:
    """Each band with where it begins and where its leads go."""
    lows = {Band.A: policy.bands.a, Band.B: policy.bands.b, Band.C: policy.bands.c}
    lines = []
    for band in Band:
        start = f"from {lows[band]} points" if band in lows else "everything below"
        route = policy.routes[band]
        owner = policy.owners.get(route.word, "")
        lines.append((band.value, f"{start}: {ROUTES[route.word]}{owner and f', with {owner}'}"))
    return lines


def rules(policy: CompiledPolicy) -> list[RuleText]:
    """Every rule as a sentence."""
    labels = {f"{dimension}_level": dimension.value for dimension in Dimension}
    labels |= {spec.name: spec.label for spec in policy.signals}
    return [
        RuleText(rule.id, in_words(rule.condition.tree, labels), _then(rule), rule.because)
        for rule in policy.rules
    ]


def rest(policy: CompiledPolicy) -> list[tuple[str, str]]:
    """Questions, objections, lots, autonomy and how long things are kept, as label and text."""
    return list(_rest(policy))


def _then(rule: Rule) -> str:
    does = []
    if rule.proposes:
        does.append("a disqualification is proposed to a person")
    elif rule.route is not None:
        does.append(f"it goes to {ROUTES[rule.route.word].lower()}")
    if rule.action is not None:
        does.append(f"the next step is {rule.action.value.replace('_', ' ')}")
    if rule.owner:
        does.append(f"{rule.owner} has it")
    return ", ".join(does)


def _rest(policy: CompiledPolicy) -> Iterator[tuple[str, str]]:
    labels = {spec.name: spec.label for spec in policy.signals}
    if policy.asks:
        yield "Asked for when missing", ", ".join(labels[name] for name in policy.asks)
    chance = percent(policy.unknowns.material)
    does = "a person looks" if policy.unknowns.review else "the question is put"
    yield "Missing fields", f"Where they change the band with a chance of {chance} or more, {does}."
    yield "Who objects", f"is not scored, and waits with {policy.owners.get(OBJECTION, 'a person')}."
    yield (
        "Lots",
        ", ".join(f"{STREAMS[name][0].lower()} {percent(chance)}" for name, chance in policy.draws.items()),
    )
    yield (
        "By itself",
        ", ".join(f"{name.replace('_', ' ')}: {stage}" for name, stage in policy.autonomy.items()),
    )
    kept = (f"{name} {_span(days)}" for name, days in policy.retention.items())
    yield "Kept", ", ".join(kept)


def _span(days: int) -> str:
    months = round(days / _DAYS_A_MONTH)
    return count(months, "month") if days >= 2 * _DAYS_A_MONTH else count(days, "day")
