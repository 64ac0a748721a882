"""The hash of what a policy means: the same whatever the comments, the layout and the spelling."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from plumbline.policy.conditions import to_text

if TYPE_CHECKING:
    from plumbline.policy.draft import Draft


def canonical(draft: Draft) -> str:
    """The policy as one line of JSON.

    Keys of the schema stand in its order, conditions are spelled one way, spans are days, chances whole
    numbers. Names stay in the order of the file, because the order of rules breaks ties and that of signals
    is the order people see.
    """
    plain = draft.file.model_dump(mode="json", by_alias=True, exclude_none=True)
    for name, expression in draft.derived.items():
        plain["signals"][name]["expr"] = to_text(expression.tree)
    for rule, condition in zip(plain["rules"], draft.rules, strict=True):
        rule["when"] = to_text(condition.tree) if condition else rule["when"]
    for word, condition in draft.actions.items():
        plain["actions"][word]["when"] = to_text(condition.tree)
    return json.dumps(_tidy(plain), ensure_ascii=False, separators=(",", ":"))


def meaning_hash(text: str) -> str:
    """SHA-256 of a canonical policy."""
    return hashlib.sha256(text.encode()).hexdigest()


def _tidy(value: Any, key: str = "") -> Any:  # noqa: ANN401 - any plain value of a policy
    """Lists that are sets in one order."""
    if isinstance(value, dict):
        return {inner: _tidy(part, inner) for inner, part in value.items()}
    if isinstance(value, list):
        return sorted(value) if key in ("purposes", "bands") else [_tidy(part) for part in value]
    return value
