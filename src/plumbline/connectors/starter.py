"""A starter policy from a guess: valid from the first minute, with points that are plainly examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.connectors.starter_parts import Part, parts_of
from plumbline.connectors.yaml_text import comment, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plumbline.connectors.guess import Guess

_DIMENSIONS: Final = {
    "fit": "Fit: is this an account that we can help?",
    "intent": "Intent: is there active interest?",
    "readiness": "Readiness: is now the time to talk?",
}


def starter_policy(guess: Guess) -> str:
    """The text of a policy for the mapped fields.

    Its points and rules are examples to edit; they come from names and values, never from outcomes. Columns
    that may know what came after the lead are left out, each with its reason.
    """
    parts, left_out = parts_of(guess)
    scored = [part for part in parts if part.bins]
    sections = (
        _head(guess),
        _fields(parts),
        _signals(parts, left_out),
        _scorecard(scored),
        _bands(scored),
        _PEOPLE,
        _rules(parts),
        _ask(parts),
        _CONTROLS,
        _examples(parts, scored),
    )
    return "\n\n".join(text for section in sections if (text := "\n".join(section))) + "\n"


def _head(guess: Guess) -> Iterator[str]:
    yield "# A starter policy: complete and valid, but its points and rules are EXAMPLES. Nobody looked at"
    yield "# outcomes for them. Go through it line by line with the people who know what a good lead is,"
    yield "# then run 'plumbline policy lint' and 'plumbline policy test'."
    yield f"policy: {scalar(_slug(guess.name))}"
    yield "about: EDIT - who we sell to, in one sentence."
    yield "purpose: prioritise"
    yield ""
    yield "# EDIT - what sales reports for a good lead, and how hard they tried before silence means no."
    yield "qualified_lead:"
    yield "  outcome: opportunity_accepted"
    yield "  within: 90 days"
    yield "  negative_needs: {attempts: 3, over: 10 days, first_touch_within: 2 days}"


def _slug(name: str) -> str:
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name).strip("-")
    return kept[:64] or "leads"


def _fields(parts: Iterable[Part]) -> Iterator[str]:
    if any(part.source == "triage.email_kind" for part in parts):
        yield "fields:"
        yield "  contact.email: {purposes: [prioritise], basis: legitimate-interests}"


def _signals(parts: Sequence[Part], left_out: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "# Every input is declared here; nothing else is ever used."
    yield "signals:"
    for dimension, title in _DIMENSIONS.items():
        if any(part.dimension == dimension for part in parts):
            yield f"  # {title}"
        yield from (part.declared() for part in parts if part.dimension == dimension)
    if any(part.dimension is None for part in parts):
        yield "  # Read by rules only; they carry no points."
    yield from (part.declared() for part in parts if part.dimension is None)
    if left_out:
        yield "  # Mapped, but left out here:"
    yield from (f"  # - {comment(column)}: {comment(why)}" for column, why in left_out)


def _scorecard(scored: Sequence[Part]) -> Iterator[str]:
    yield "# EXAMPLES, every number: 20 points double the odds. What is not known gets 0, always."
    yield "scorecard:"
    yield from (part.scored() for part in scored)


def _bands(scored: Sequence[Part]) -> Iterator[str]:
    most = sum(part.most for part in scored)
    yield "# EXAMPLES: the lowest points of a band; below C is D."
    yield f"bands: {{A: {max(3 * most // 5, 2)}, B: {max(3 * most // 10, 1)}, C: 0}}"
    yield "grid:"
    for dimension in _DIMENSIONS:
        top = sum(part.most for part in scored if part.dimension == dimension)
        yield f"  {dimension}: {{high: {max(3 * top // 5, 2)}, medium: {max(top // 4, 1)}}}"


_PEOPLE: Final = (
    "# EDIT - who works the leads. Every route has an owner, so that no lead lies around.",
    "routes: {A: fast_track, B: queue, C: queue, D: nurture}",
    "owners: {review: revops, fast_track: senior-reps, queue: reps, nurture: marketing, objection: privacy-desk}",  # noqa: E501 - a line of the policy
)

_CONTROLS: Final = (
    "# How far the system may go by itself. Disqualifying stays with people.",
    "autonomy: {order_queue: act, route: recommend, nurture: recommend, disqualify: approve}",
    "# Lotteries that show what is missed. Switching one off means not to know.",
    "draws: {audit: 0.15, explore: 0.05, holdout: 0.10, blind: 0.20, probe: 0.01}",
    "retention: {lead: 24 months, message: 12 months}",
)


def _rules(parts: Sequence[Part]) -> Iterator[str]:
    rules = [part.rule for part in parts if part.rule]
    yield "# EXAMPLES. A rule brings a lead more attention from people, never less."
    yield "rules:" if rules else "rules: []"
    yield from rules


def _ask(parts: Sequence[Part]) -> Iterator[str]:
    askable = [part.name for part in parts if part.ask]
    yield "# When what is not known may well change the band, somebody asks or looks."
    yield f"unknowns: {{material: 0.25, then: {'ask' if askable else 'review'}}}"
    yield "actions:"
    if askable:
        yield f"  ask: {{needs: [{', '.join(askable)}]}}"
    yield "  meeting: {bands: [A]}"
    yield "  nurture: {bands: [D]}"


def _examples(parts: Sequence[Part], scored: Sequence[Part]) -> Iterator[str]:
    yield "# Cases on which everybody agrees; they are tried out whenever the policy changes."
    yield "examples:"
    yield "  - why: Knowing nothing yet is no reason to drop a lead."
    yield "    lead: {}"
    # Where nothing can be asked, a lead of which nothing is known may have to go to a person.
    asked = any(part.ask for part in parts)
    yield f"    expect: {{band: C{', route: queue' if asked else ''}}}"
    yield "  - why: A lead with the best of everything is called first."
    yield f"    lead: {{{', '.join(f'{part.name}: {part.best}' for part in scored)}}}"
    yield "    expect: {band: A, route: fast_track}"
    yield from (part.example for part in parts if part.example)
