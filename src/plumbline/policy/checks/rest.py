"""Actions, autonomy, draws and examples."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.words import Autonomy, Band, Kind, Route
from plumbline.policy.checks.rules import known_of
from plumbline.policy.checks.scoring import undeclared
from plumbline.policy.codes import Code
from plumbline.policy.compiled import Suggestion
from plumbline.policy.conditions import never_true
from plumbline.policy.scalars import PER
from plumbline.policy.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbline.domain.issues import Issue
    from plumbline.policy.draft import Draft

#: Lowest chances, per 10,000, that the controls standing on a draw can work with.
FLOORS: Final = {"audit": 500, "explore": 200}
#: An example may say that the person objected.
OBJECTED: Final = "objected"


def asks(draft: Draft) -> Iterator[Issue]:
    """What is asked for is declared and has a question."""
    for at, name in enumerate(draft.file.actions.ask.needs):
        path = ("actions", "ask", "needs", at)
        yield from undeclared(draft, name, *path)
        signal = draft.file.signals.get(name)
        if signal and signal.ask is None:
            yield draft.error(Code.NOT_ASKABLE, f"'{name}' has no question: write its 'ask'", *path)


def actions(draft: Draft) -> Iterator[Issue]:
    """Actions that some lead can get."""
    file, known = draft.file, known_of(draft)
    for band in file.actions.nurture.bands:
        if "nurture" in file.actions.model_fields_set:
            yield from _reached(draft, "nurture", band, {Route.NURTURE})
    for band in (file.actions.meeting.bands or ()) if file.actions.meeting else ():
        yield from _reached(draft, "meeting", band, {Route.QUEUE, Route.FAST_TRACK})
    for word, condition in draft.actions.items():
        if never_true(condition.tree, known):
            message = "no lead can meet this condition"
            yield draft.error(Code.ACTION_NOT_REACHED, message, "actions", word, "when")


def _reached(draft: Draft, word: str, band: Band, where: Iterable[Route]) -> Iterator[Issue]:
    route = getattr(draft.file.routes, band.value)
    if route is not None and Route.of(route) not in where:
        message = f"band {band} goes to {route}, where nobody gets '{word}'"
        yield draft.warning(Code.ACTION_NOT_REACHED, message, "actions", word, "bands")


def disqualify(draft: Draft) -> Iterator[Issue]:
    """Only a person disqualifies (law 9)."""
    if draft.file.autonomy.disqualify is Autonomy.ACT:
        message = "disqualification is never automatic; 'approve' is the highest stage"
        yield draft.error(Code.DISQUALIFY_ACTS, message, "autonomy", "disqualify")


def draws(draft: Draft) -> Iterator[Issue]:
    """Chances that the statistics can stand on."""
    for stream, floor in FLOORS.items():
        chance = getattr(draft.file.draws, stream)
        if chance == 0:
            message = f"without {stream}, what it measures will not be known"
            yield draft.warning(Code.DRAW_OFF, message, "draws", stream)
        elif chance < floor:
            message = f"{chance / PER:g} is below the floor of {floor / PER:g}"
            yield draft.error(Code.DRAW_BELOW_FLOOR, message, "draws", stream)


def examples(draft: Draft) -> Iterator[Issue]:
    """No examples, no publication; and each example can be run and expects something."""
    if not draft.file.examples:
        yield draft.error(
            Code.NO_EXAMPLES, "write at least one example: no examples, no publication", "examples"
        )
    for at, example in enumerate(draft.file.examples):
        for name, value in example.lead.items():
            yield from _value(draft, name, value, "examples", at, "lead", name)
        if not example.expect.model_fields_set:
            message = "an example that expects nothing proves nothing"
            yield draft.error(Code.EXAMPLE_EXPECTS_NOTHING, message, "examples", at, "expect")
        yield from _expected(draft, at)


def _expected(draft: Draft, at: int) -> Iterator[Issue]:
    expect = draft.file.examples[at].expect
    rules = [rule.id for rule in draft.file.rules]
    for name in expect.rules or ():
        if name not in rules:
            message = f"there is no rule '{name}'{did_you_mean(name, rules)}"
            yield draft.error(Code.EXAMPLE_UNKNOWN_RULE, message, "examples", at, "expect", "rules")
    words = [word.value for word in Suggestion]
    if expect.action is not None and expect.action not in words:
        message = f"'{expect.action}' is no action{did_you_mean(expect.action, words)}"
        yield draft.error(Code.NOT_ONE_OF, message, "examples", at, "expect", "action")


def _value(draft: Draft, name: str, value: Any, *path: str | int) -> Iterator[Issue]:  # noqa: ANN401
    """A value of an example fits its signal."""
    if name != OBJECTED and name not in draft.file.signals:
        hint = did_you_mean(name, draft.file.signals)
        yield draft.error(Code.EXAMPLE_VALUE, f"'{name}' is not a declared signal{hint}", *path)
        return
    kind = Kind.FLAG if name == OBJECTED else draft.kinds[name]
    if value is not None and not _fits(value, kind):
        yield draft.error(Code.EXAMPLE_VALUE, f"{value!r} is no {kind}, which '{name}' is", *path)


def _fits(value: Any, kind: Kind) -> bool:  # noqa: ANN401 - any scalar
    if kind is Kind.NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is Kind.DATE:
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, bool if kind is Kind.FLAG else str)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
