"""The hash of what a policy means: the same whatever the comments, the layout and the spelling of spans."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from plumbline.policy.schema import PolicyFile

_CONDITION_KEYS: Final = frozenset({"when", "expr"})
_QUOTED_OR_SPACE: Final = re.compile(r"('(?:[^']|'')*')|(\s+)")


def canonical(file: PolicyFile) -> str:
    """The policy as one line of JSON.

    Keys of the schema stand in its order. Names stay in the order of the file, because the order of rules
    breaks ties and that of signals is the order people see.
    """
    plain = file.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(_tidy(plain), ensure_ascii=False, separators=(",", ":"))


def meaning_hash(file: PolicyFile) -> str:
    """SHA-256 of the canonical policy."""
    return hashlib.sha256(canonical(file).encode()).hexdigest()


def one_line(condition: str) -> str:
    """A condition with every run of white space outside quotes made one space."""
    return _QUOTED_OR_SPACE.sub(lambda found: found[1] or " ", condition).strip()


def _tidy(value: Any, key: str = "") -> Any:  # noqa: ANN401 - any plain value of a policy
    if isinstance(value, dict):
        return {inner: _tidy(part, inner) for inner, part in value.items()}
    if isinstance(value, list):
        return sorted(value) if key == "purposes" else [_tidy(part) for part in value]
    return one_line(value) if key in _CONDITION_KEYS and isinstance(value, str) else value
