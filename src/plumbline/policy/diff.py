"""What changes between two policies, in plain words. Comments, layout and spelling are no changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from plumbline.policy.scalars import PER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plumbline.policy.compiled import CompiledPolicy

    Path = tuple[str, ...]


class ChangeKind(StrEnum):
    """How a place differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``path`` names the place; rules are named by their id. ``words`` is for people."""

    kind: ChangeKind
    path: str
    words: str
    before: str | None = None
    after: str | None = None


#: Mappings whose entries people add and remove: what one is called, and what its own keys are called.
_ENTRIES: Final[dict[str, str]] = {
    "fields": "Field",
    "signals": "Signal",
    "scorecard": "Points of",
    "caps": "Cap",
    "rules": "Rule",
    "examples": "Example",
}
_SECTIONS: Final[dict[str, str]] = {
    "policy": "Name",
    "about": "Description",
    "purpose": "Purpose",
    "qualified_lead": "Qualified lead",
    "base_points": "Points every lead starts with",
    "bands": "Lowest points of band",
    "grid": "Level of",
    "routes": "Route of band",
    "owners": "Owner of",
    "unknowns": "Unknown fields",
    "actions": "Action",
    "autonomy": "Autonomy of",
    "draws": "Draw",
    "retention": "Retention of",
}
_CHANCES: Final = frozenset({("unknowns", "material")})
_DAYS: Final = frozenset({"within", "over", "first_touch_within", "max_age", "half_life", "window"})


def diff(old: CompiledPolicy | None, new: CompiledPolicy | None) -> tuple[Change, ...]:
    """Every difference in meaning: none exactly when the hashes are equal. ``None`` stands for no policy."""
    if old is None or new is None:
        return _whole(old, new)
    before, after = _tree(old), _tree(new)
    return tuple(_compare((), before, after))


def _whole(old: CompiledPolicy | None, new: CompiledPolicy | None) -> tuple[Change, ...]:
    if new is not None:
        return (Change(ChangeKind.ADDED, "", f"Policy '{new.name}' is new.", None, new.name),)
    if old is not None:
        return (Change(ChangeKind.REMOVED, "", f"Policy '{old.name}' is gone.", old.name),)
    return ()


def _tree(policy: CompiledPolicy) -> dict[str, Any]:
    """The canonical policy with rules and examples by name instead of by position."""
    tree: dict[str, Any] = json.loads(policy.canonical)
    tree["rules"] = {rule.pop("id"): rule for rule in tree["rules"]}
    tree["examples"] = _by_words(tree["examples"])
    return tree


def _by_words(examples: list[dict[str, Any]]) -> dict[str, Any]:
    """Examples by what they show; a second one with the same words is numbered."""
    named: dict[str, Any] = {}
    for example in examples:
        name, number = example.pop("why"), 2
        key = name
        while key in named:
            key, number = f"{name} ({number})", number + 1
        named[key] = example
    return named


def _compare(path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys([*before, *after]):
        yield from _compare_one((*path, key), before.get(key), after.get(key))
    shared = [key for key in before if key in after]
    if shared != [key for key in after if key in before]:
        yield _reordered(path, shared, after)


def _compare_one(path: Path, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401 - any plain value
    if before == after and not isinstance(before, dict):
        return
    if len(path) == 2 and path[0] in _ENTRIES and (before is None or after is None):
        yield _entry(path, before, after)
    elif isinstance(before, dict) or isinstance(after, dict):
        yield from _compare(path, before or {}, after or {})
    else:
        yield _leaf(path, before, after)


def _entry(path: Path, before: Any, after: Any) -> Change:  # noqa: ANN401
    """A signal, rule, cap ... that is new or gone."""
    name = f"{_ENTRIES[path[0]]} '{path[1]}'"
    if before is None:
        words = f"{name}: new, {_summary(path, after)}."
        return Change(ChangeKind.ADDED, ".".join(path), words, None, _json(after))
    words = f"{name}: gone, was {_summary(path, before)}."
    return Change(ChangeKind.REMOVED, ".".join(path), words, _json(before))


def _summary(path: Path, entry: Mapping[str, Any]) -> str:
    """What an entry says, in few words."""
    shown = (f"{_key(key)} {_inline((*path, key), value)}" for key, value in entry.items() if value != [])
    return ", ".join(shown)


def _inline(path: Path, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, dict):
        return f"({_summary(path, value)})"
    return _shown(path, value)


def _leaf(path: Path, before: Any, after: Any) -> Change:  # noqa: ANN401
    old, new = _shown(path, before), _shown(path, after)
    words = f"{_place(path)}: {old} → {new}."
    if before is None:
        return Change(ChangeKind.ADDED, ".".join(path), words, None, new)
    if after is None:
        return Change(ChangeKind.REMOVED, ".".join(path), words, old)
    return Change(ChangeKind.CHANGED, ".".join(path), words, old, new)


def _place(path: Path) -> str:
    """A place as people call it: "Rule 'strategic', if unknown"."""
    if path[0] in _ENTRIES:
        head, rest = f"{_ENTRIES[path[0]]} '{path[1]}'", path[2:]
    else:
        head, rest = " ".join([_SECTIONS[path[0]], *(_key(step) for step in path[1:2])]), path[2:]
    return ", ".join([head, *(_key(step) for step in rest)])


def _key(key: str) -> str:
    return key.replace("_", " ")


def _shown(path: Path, value: Any) -> str:  # noqa: ANN401
    """A value as people write it."""
    if value is None:
        return "not set"
    if path[0] == "draws" or path[:2] in _CHANCES:
        return f"{value * 100 / PER:g} %"
    if path[0] == "retention" or path[-1] in _DAYS:
        return f"{value} days"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "nothing"
    return f"{value:+d}" if path[0] == "scorecard" else str(value)


def _json(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, ensure_ascii=False)


def _reordered(path: Path, before: Sequence[str], after: Mapping[str, Any]) -> Change:
    """The same entries in another order, which breaks ties and is the order people see."""
    now = [key for key in after if key in set(before)]
    moved = next(key for key, other in zip(now, before, strict=True) if key != other)
    where = "The policy" if not path else path[0].capitalize() if len(path) == 1 else _place(path)
    words = f"{where}: another order, from '{moved}' on."
    return Change(ChangeKind.REORDERED, ".".join(path), words, ", ".join(before), ", ".join(now))
