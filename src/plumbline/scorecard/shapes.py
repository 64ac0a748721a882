"""Strict reading of JSON values: each shape knows its JSON Schema and reads a value, noting every problem.

One description serves both, so the published schema and the loader cannot drift apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from plumbline.scorecard.encode import is_text
from plumbline.scorecard.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from plumbline.domain.issues import Issue
    from plumbline.scorecard.encode import Json

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
E = TypeVar("E", bound="StrEnum")
#: Nesting of a free-form part, such as the training manifest.
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Shape(Generic[T_co]):
    """``read(value, path, issues)`` gives the value, or ``None`` after adding to ``issues``."""

    schema: dict[str, Json]
    read: Callable[[object, str, list[Issue]], T_co | None]


def text(*, longest: int, pattern: str | None = None) -> Shape[str]:
    """A string."""
    schema: dict[str, Json] = {"type": "string", "maxLength": longest}
    if pattern is not None:
        schema["pattern"] = pattern

    def read(value: object, at: str, issues: list[Issue]) -> str | None:
        if isinstance(value, str) and len(value) <= longest and (not pattern or re.fullmatch(pattern, value)):
            return value
        return _wrong(f"must be text of at most {longest} characters", value, at, issues)

    return Shape(schema, read)


def number(written: Callable[[float], str]) -> Shape[float]:
    """A finite number as text, in the one form that ``written`` gives."""

    def read(value: object, at: str, issues: list[Issue]) -> float | None:
        if isinstance(value, str) and re.fullmatch(_DECIMAL, value) and written(float(value)) == value:
            return float(value)
        issues.append(problem(Problem.NUMBER, f"{value!r:.60} is not a number in its shortest form", at))
        return None

    return Shape({"type": "string", "pattern": f"^{_DECIMAL}$"}, read)


_DECIMAL = r"-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?"


def decimal() -> Shape[str]:
    """A decimal kept as it is written."""
    return text(longest=40, pattern=f"^{_DECIMAL}$")


def whole(low: int, high: int) -> Shape[int]:
    """A whole number within bounds."""

    def read(value: object, at: str, issues: list[Issue]) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        return _wrong(f"must be a whole number from {low} to {high}", value, at, issues)

    return Shape({"type": "integer", "minimum": low, "maximum": high}, read)


def flag() -> Shape[bool]:
    """True or false."""

    def read(value: object, at: str, issues: list[Issue]) -> bool | None:
        return value if isinstance(value, bool) else _wrong("must be true or false", value, at, issues)

    return Shape({"type": "boolean"}, read)


def choice(words: type[E]) -> Shape[E]:
    """One of a fixed vocabulary."""

    def read(value: object, at: str, issues: list[Issue]) -> E | None:
        if isinstance(value, str) and value in {str(word) for word in words}:
            return words(value)
        return _wrong(f"must be one of {', '.join(words)}", value, at, issues)

    return Shape({"enum": [str(word) for word in words]}, read)


def listing(item: Shape[T], *, longest: int) -> Shape[tuple[T, ...]]:
    """A list of one shape."""

    def read(value: object, at: str, issues: list[Issue]) -> tuple[T, ...] | None:
        if not isinstance(value, list) or len(value) > longest:
            return _wrong(f"must be a list of at most {longest}", value, at, issues)
        items = [item.read(part, f"{at}.{place}", issues) for place, part in enumerate(value)]
        return tuple(part for part in items if part is not None)

    return Shape({"type": "array", "items": item.schema, "maxItems": longest}, read)


def interval(end: Shape[int]) -> Shape[tuple[int, int]]:
    """A list of exactly two whole numbers."""

    def read(value: object, at: str, issues: list[Issue]) -> tuple[int, int] | None:
        if not isinstance(value, list) or len(value) != 2:
            return _wrong("must be a list of two whole numbers", value, at, issues)
        low, high = (end.read(part, at, issues) for part in value)
        return None if low is None or high is None else (low, high)

    return Shape({"type": "array", "items": end.schema, "minItems": 2, "maxItems": 2}, read)


def mapping(item: Shape[T], *, pattern: str) -> Shape[dict[str, T]]:
    """Names to one shape."""

    def read(value: object, at: str, issues: list[Issue]) -> dict[str, T] | None:
        if not isinstance(value, dict) or not all(re.fullmatch(pattern, name) for name in value):
            return _wrong("must be a mapping of plain names", value, at, issues)
        items = {name: item.read(part, f"{at}.{name}", issues) for name, part in value.items()}
        return {name: part for name, part in items.items() if part is not None}

    schema: dict[str, Json] = {
        "type": "object",
        "propertyNames": {"pattern": pattern},
        "additionalProperties": item.schema,
    }
    return Shape(schema, read)


def optional(shape: Shape[T]) -> Shape[T]:
    """A shape or null."""

    def read(value: object, at: str, issues: list[Issue]) -> T | None:
        return None if value is None else shape.read(value, at, issues)

    return Shape({"anyOf": [{"type": "null"}, shape.schema]}, read)


def record(parts: Mapping[str, Shape[object]], make: Callable[..., T]) -> Shape[T]:
    """Exactly these keys. ``make`` gets them by name, and only when all of them could be read."""

    def read(value: object, at: str, issues: list[Issue]) -> T | None:
        if not isinstance(value, dict):
            return _wrong("must be a mapping", value, at, issues)
        before = len(issues)
        dot = f"{at}." if at else ""
        for name in sorted(value.keys() ^ parts.keys()):
            says = "is missing" if name in parts else "is not a key of this format"
            issues.append(problem(Problem.SHAPE, f"'{name:.60}' {says}", at))
        read_parts = {
            name: shape.read(value[name], dot + name, issues)
            for name, shape in parts.items()
            if name in value
        }
        return make(**read_parts) if len(issues) == before else None

    schema: dict[str, Json] = {
        "type": "object",
        "properties": {name: shape.schema for name, shape in parts.items()},
        "required": list(parts),
        "additionalProperties": False,
    }
    return Shape(schema, read)


def free() -> Shape[Json]:
    """Any JSON without fractions, a few levels deep."""

    def read(value: object, at: str, issues: list[Issue]) -> Json:
        if not _plain(value, _DEPTH):
            return _wrong(
                "must hold text, whole numbers, lists and mappings with plain names", value, at, issues
            )
        return value  # type: ignore[return-value]

    return Shape({"not": {"type": "number", "not": {"type": "integer"}}}, read)


def _plain(value: object, depth: int) -> bool:
    if depth == 0:
        return False
    if isinstance(value, dict):
        return all(name.isascii() and _plain(part, depth - 1) for name, part in value.items())
    if isinstance(value, list):
        return all(_plain(part, depth - 1) for part in value)
    if isinstance(value, str):
        return is_text(value)
    return value is None or isinstance(value, (bool, int))


def _wrong(expected: str, value: object, at: str, issues: list[Issue]) -> T | None:
    shown = value if isinstance(value, (str, int)) or value is None else type(value).__name__
    issues.append(problem(Problem.SHAPE, f"{expected}, not {shown!r:.60}", at))
    return None
