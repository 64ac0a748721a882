"""Is text treated as a signal and never as a verdict (law 8)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.domain.fields import READING
from plumbline.policy.codes import Code
from plumbline.policy.conditions.tree import And, IsNull, Or, names_of, walk
from plumbline.policy.names import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.domain.issues import Issue
    from plumbline.policy.conditions.tree import Node
    from plumbline.policy.draft import Draft

_MESSAGE: Final = "lead.message"


def confidences(draft: Draft) -> Iterator[Issue]:
    """A reading says how likely it must be to be right."""
    for name, signal in draft.file.signals.items():
        if (signal.source or "").startswith(READING) and signal.min_confidence is None:
            message = "write a min_confidence, such as 0.8: below it the reading counts as unknown"
            yield draft.error(Code.CONFIDENCE_NEEDED, message, "signals", name)


def grounds(draft: Draft) -> Iterator[Issue]:
    """A proposal to disqualify stands on more than what somebody wrote."""
    text = {name for name in draft.specs if _is_text(draft, name)}
    for at, (rule, condition) in enumerate(zip(draft.file.rules, draft.rules, strict=True)):
        if rule.propose is None or condition is None or not text.intersection(condition.fields):
            continue
        if not _has_other_ground(condition.tree, text):
            message = "a message alone could propose a disqualification; add a ground that is no text"
            yield draft.error(Code.TEXT_ALONE, message, "rules", at, "when")


def _is_text(draft: Draft, name: str) -> bool:
    sources = (draft.specs[below].source or "" for below in draft.stands_on((name,)) if below in draft.specs)
    return any(source.startswith(READING) or source == _MESSAGE for source in sources)


def _has_other_ground(node: Node, text: set[str]) -> bool:
    """Whether the condition cannot be true without a value that is neither text nor a result."""
    if isinstance(node, And):
        return any(_has_other_ground(part, text) for part in node.parts)
    if isinstance(node, Or):
        return all(_has_other_ground(part, text) for part in node.parts)
    if any(isinstance(part, IsNull) for part in walk(node)):
        return False
    names = names_of(node)
    return bool(names) and not any(name in text or name in RESULTS for name in names)
