"""Plain data against the schema: every deviation becomes an issue, and what is sound is still looked at.

A file with a typing mistake in rule 3 should hear about the unknown signal in rule 7 in the same breath. So
broken entries are set aside, required sections that are broken get stand-ins, and the linter works on the
rest.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from plumbline.domain.issues import Issue
from plumbline.policy.codes import Code, sentence
from plumbline.policy.schema import PolicyFile
from plumbline.policy.source import dotted
from plumbline.policy.spelling import did_you_mean, known_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails

    from plumbline.policy.source import Path, Source

_CODES: Final[dict[str, Code]] = {
    "extra_forbidden": Code.UNKNOWN_KEY,
    "missing": Code.MISSING_KEY,
    "enum": Code.NOT_ONE_OF,
    "literal_error": Code.NOT_ONE_OF,
    "greater_than_equal": Code.OUT_OF_RANGE,
    "less_than_equal": Code.OUT_OF_RANGE,
    "too_long": Code.TOO_MANY,
    "too_short": Code.TOO_MANY,
    "string_too_long": Code.TOO_LONG,
    "string_too_short": Code.TOO_LONG,
    "string_pattern_mismatch": Code.BAD_VALUE,
    "value_error": Code.BAD_VALUE,
}
#: Entries of these sections can be set aside one by one.
_ENTRIES: Final = frozenset({"fields", "signals", "scorecard", "caps", "rules", "examples"})
_STAND_INS: Final[dict[str, Any]] = {
    "policy": "stand-in",
    "purpose": "prioritise",
    "qualified_lead": {"outcome": "won", "within": "90 days"},
    "bands": {"A": 3, "B": 2, "C": 1},
    "routes": dict.fromkeys("ABCD", "review"),
    "owners": dict.fromkeys(("review", "fast_track", "queue", "nurture", "objection"), "stand-in"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The sound part of a file. ``broken`` names what was set aside; ``places`` where list items stood."""

    file: PolicyFile
    broken: frozenset[Path]
    places: Mapping[str, Sequence[int]]

    def original(self, path: Path) -> Path:
        """The place in the file of a place in the model."""
        if len(path) > 1 and isinstance(path[1], int) and path[0] in self.places:
            return (path[0], self.places[str(path[0])][path[1]], *path[2:])
        return path


def read_shape(source: Source) -> tuple[Shape | None, list[Issue]]:
    """Check the data of a policy file against the schema."""
    data = copy.deepcopy(source.data)
    places = {section: list(range(len(data[section]))) for section in _lists(data)}
    issues: list[Issue] = []
    broken: set[Path] = set()
    for _ in range(3):
        try:
            file = PolicyFile.model_validate_json(json.dumps(data))
        except ValidationError as error:
            errors = error.errors(include_url=False)
            issues = issues or _issues(errors, source)
            broken |= _set_aside(data, errors, places)
        else:
            return Shape(file, frozenset(broken), places), issues
    return None, issues


def _lists(data: dict[str, Any]) -> list[str]:
    return [name for name in ("rules", "examples") if isinstance(data.get(name), list)]


def _issues(errors: Sequence[ErrorDetails], source: Source) -> list[Issue]:
    """One issue per place: a value that fits none of several types is one mistake, not four."""
    found: dict[Path, Issue] = {}
    for error in errors:
        path = _place(error, source.data)
        if path not in found:
            found[path] = Issue(
                _code(error), sentence(_message(error, path)), dotted(path), source.line(path)
            )
    return list(found.values())


def _code(error: ErrorDetails) -> Code:
    if error["loc"][-1:] == ("[key]",):
        return Code.BAD_NAME
    return _CODES.get(error["type"], Code.WRONG_TYPE)


def _place(error: ErrorDetails, data: Any) -> Path:  # noqa: ANN401 - any plain data
    """The part of an error's location that stands in the file, plus the key that is missing from it."""
    path: list[str | int] = []
    for step in error["loc"]:
        inside = isinstance(data, dict) and step in data
        if not inside and not (isinstance(data, list) and isinstance(step, int) and step < len(data)):
            return (*path, step) if error["type"] == "missing" else tuple(path)
        data = data[step]
        path.append(step)
    return tuple(path)


def _message(error: ErrorDetails, path: Path) -> str:
    kind, context = error["type"], error.get("ctx", {})
    name = path[-1] if path else "file"
    if kind == "extra_forbidden":
        return f"'{name}' is not a key here{did_you_mean(str(name), known_keys(path[:-1]))}"
    if kind == "missing":
        return f"'{name}' is missing"
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if error["loc"][-1:] == ("[key]",):
        return f"'{name}' is not a name; use a letter, then letters, digits and underscores"
    return _worded(error["msg"], error["input"], context)


def _worded(message: str, value: Any, context: Mapping[str, Any]) -> str:  # noqa: ANN401 - any plain value
    """Pydantic's sentence with the value that was found, cut short."""
    shown = json.dumps(value, default=str)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    hint = " (disqualify is no route: write 'propose: disqualify')" if value == "disqualify" else ""
    if "expected" in context:
        return f"{shown} is not one of {context['expected']}{hint}"
    return f"{message[:1].lower()}{message[1:]}, not {shown}"


def _set_aside(
    data: dict[str, Any], errors: Sequence[ErrorDetails], places: dict[str, list[int]]
) -> set[Path]:
    """Take the broken entries out of the data; gives their places in the file."""
    taken: set[Path] = set()
    for path in sorted({_unit(error, data) for error in errors}, key=_last_items_first):
        taken.add(_take(data, path, places))
    return taken


def _unit(error: ErrorDetails, data: dict[str, Any]) -> Path:
    """What has to go so that the rest can be read: a key, an entry or a whole section."""
    path = _place(error, data)
    if error["type"] == "extra_forbidden":
        return path
    depth = 2 if path and path[0] in _ENTRIES and len(path) > 1 else 1
    return path[:depth]


def _last_items_first(path: Path) -> tuple[int, ...]:
    """Deleting from the end keeps the positions of earlier list items; inner places go before outer ones."""
    return (-len(path), *(-step if isinstance(step, int) else 0 for step in path))


def _take(data: dict[str, Any], path: Path, places: dict[str, list[int]]) -> Path:
    holder: Any = data
    for step in path[:-1]:
        holder = holder[step]
    original = path
    if isinstance(holder, list) and path[0] in places and len(path) == 2:
        index = int(path[1])
        original = (path[0], places[str(path[0])].pop(index))
    if isinstance(holder, list):
        del holder[int(path[-1])]
    else:
        holder.pop(path[-1], None)
    if len(path) == 1 and path[0] in _STAND_INS:
        data[str(path[0])] = copy.deepcopy(_STAND_INS[str(path[0])])
    return original
