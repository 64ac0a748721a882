"""From the text of a policy file to a compiled policy, or to every reason why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbline.domain.bands import Cutoffs, Levels
from plumbline.domain.issues import Issue, Severity
from plumbline.domain.words import Band, Dimension, Route, Stream
from plumbline.policy.codes import Code
from plumbline.policy.compiled import (
    Action,
    Cap,
    CompiledPolicy,
    Definition,
    Example,
    NegativeEffort,
    Rule,
    Suggestion,
    Unknowns,
)
from plumbline.policy.conditions import in_words
from plumbline.policy.draft import Draft, draft_of
from plumbline.policy.lint import lint
from plumbline.policy.meaning import canonical, meaning_hash
from plumbline.policy.names import RESULT_LABELS
from plumbline.policy.shape import Shape, read_shape
from plumbline.policy.source import read_source
from plumbline.policy.words import own_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbline.policy.conditions import Condition
    from plumbline.policy.inputs import QualifiedLead
    from plumbline.policy.schema import PolicyFile, RulePart

#: Problems that a broken entry elsewhere may have caused; they are held back while it is named in them.
_FOLLOW_UPS = frozenset(
    {"unknown_name", Code.UNDECLARED_SIGNAL, Code.EXAMPLE_VALUE, Code.EXAMPLE_UNKNOWN_RULE}
)


def compile_policy(text: str) -> tuple[CompiledPolicy | None, list[Issue]]:
    """Compile the text of a policy file.

    Returns:
        The policy, or ``None`` where an error blocks it, and all issues by line: errors and warnings.
    """
    source, issues = read_source(text)
    if source is None:
        return None, issues
    shape, more = read_shape(source)
    issues += more
    if shape is None:
        return None, _by_line(issues)
    draft = draft_of(source, shape)
    issues += [issue for issue in lint(draft) if not _follows_from_broken(issue, shape)]
    blocked = any(issue.severity is Severity.ERROR for issue in issues)
    return (None if blocked else _build(draft)), _by_line(issues)


def _by_line(issues: Iterable[Issue]) -> list[Issue]:
    return sorted(dict.fromkeys(issues), key=lambda issue: (issue.line, issue.path, issue.code))


def _follows_from_broken(issue: Issue, shape: Shape) -> bool:
    """Whether the problem would vanish once a broken entry is mended: it has been reported there."""
    named = any(_names(issue.message, str(path[1])) for path in shape.broken if len(path) > 1)
    whole = any(len(path) == 1 and issue.path.split(".")[0] == path[0] for path in shape.broken)
    purpose = ("purpose",) in shape.broken and issue.code == Code.PURPOSE_NOT_ALLOWED
    rules = issue.code == Code.EXAMPLE_UNKNOWN_RULE and any(path[0] == "rules" for path in shape.broken)
    examples = issue.code == Code.NO_EXAMPLES and any(path[0] == "examples" for path in shape.broken)
    return (named and issue.code in _FOLLOW_UPS) or whole or purpose or rules or examples


def _names(message: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", message) is not None


def _build(draft: Draft) -> CompiledPolicy:
    file, meaning = draft.file, canonical(draft)
    return CompiledPolicy(
        name=file.policy,
        about=file.about or "",
        purpose=file.purpose,
        definition=_definition(file.qualified_lead),
        signals=tuple(draft.specs.values()),
        derived=dict(draft.derived),
        kinds=dict(draft.kinds),
        reads=dict(draft.reads),
        base_points=file.base_points,
        scorecard={name: dict(bins) for name, bins in file.scorecard.items()},
        caps=tuple(Cap(name, cap.signals, cap.min, cap.max) for name, cap in file.caps.items()),
        bands=Cutoffs(file.bands.A, file.bands.B, file.bands.C),
        grid=_grid(file),
        routes=_routes(file),
        owners=file.owners.model_dump(exclude_none=True),
        unknowns=Unknowns(file.unknowns.material, review=file.unknowns.then == "review"),
        rules=tuple(_rule(draft, at, part) for at, part in enumerate(file.rules)),
        asks=_asks(draft),
        actions=_actions(draft),
        autonomy=dict(file.autonomy),
        draws={stream: getattr(file.draws, stream.value) for stream in Stream},
        retention=dict(file.retention),
        examples=_examples(file),
        canonical=meaning,
        hash=meaning_hash(meaning),
        source_hash=draft.source.hash,
    )


def _definition(part: QualifiedLead) -> Definition:
    needs = part.negative_needs
    effort = NegativeEffort(needs.attempts, needs.over, needs.first_touch_within) if needs else None
    return Definition(part.outcome, part.within, effort)


def _grid(file: PolicyFile) -> dict[Dimension, Levels]:
    parts = {dimension: getattr(file.grid, dimension.value) for dimension in Dimension}
    return {name: Levels(part.high, part.medium) for name, part in parts.items()}


def _routes(file: PolicyFile) -> dict[Band, Route]:
    words = {band: getattr(file.routes, band.value) for band in Band}
    return {band: Route.of(word) for band, word in words.items() if word is not None}


def _rule(draft: Draft, at: int, part: RulePart) -> Rule:
    condition = draft.rules[at]
    if condition is None:
        raise AssertionError(part.id)  # an unread condition is an error, and errors end before this
    return Rule(
        id=part.id,
        condition=condition,
        reads=draft.stands_on(condition.fields),
        route=Route.of(part.route) if part.route else None,
        owner=part.owner,
        action=Suggestion(part.action) if part.action else None,
        proposes=part.propose is not None,
        because=part.because or _own_words(draft, part, condition),
        if_unknown=part.if_unknown,
    )


def _own_words(draft: Draft, part: RulePart, condition: Condition) -> str:
    labels = RESULT_LABELS | {name: spec.label for name, spec in draft.specs.items()}
    reach = Route.of(part.route) if part.route else Route.NURTURE
    return own_words(in_words(condition.tree, labels), reach, proposes=part.propose is not None)


def _asks(draft: Draft) -> tuple[str, ...]:
    """Signals with a question: first those the policy wants, then the others in its order."""
    wanted = [name for name in draft.file.actions.ask.needs if name in draft.specs]
    others = [name for name, spec in draft.specs.items() if spec.ask]
    return tuple(dict.fromkeys([*wanted, *others]))


def _actions(draft: Draft) -> tuple[Action, ...]:
    """In order of precedence: where two fit, the partner team gets the lead."""
    parts = {Suggestion.PARTNER: draft.file.actions.partner, Suggestion.MEETING: draft.file.actions.meeting}
    return tuple(
        Action(word, frozenset(part.bands) if part.bands else None, draft.actions.get(word), part.owner)
        for word, part in parts.items()
        if part is not None
    )


def _examples(file: PolicyFile) -> tuple[Example, ...]:
    return tuple(
        Example(part.why, part.lead, part.expect.model_dump(exclude_unset=True)) for part in file.examples
    )
