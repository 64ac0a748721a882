"""Nearest known words, for messages that help."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from plumbline.policy.schema import PolicyFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.fields import FieldInfo


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint to append: ``; did you mean 'employees'?`` or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean '{near[0]}'?" if near else ""


def known_keys(path: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at a place of the policy file."""
    part: object = PolicyFile
    for step in path:
        part = _inside(part, step)
    return [field.alias or name for name, field in _fields(part).items()]


def _inside(part: object, step: str | int) -> object:
    """The type found one step further down: a field of a model, else what a mapping or list holds."""
    by_key = {field.alias or name: field.annotation for name, field in _fields(part).items()}
    return _model(by_key[str(step)]) if str(step) in by_key else part


def _fields(part: object) -> dict[str, FieldInfo]:
    return dict(part.model_fields) if isinstance(part, type) and issubclass(part, BaseModel) else {}


def _model(annotation: object) -> object:
    """The model inside ``tuple[RulePart, ...]``, ``dict[str, Signal]`` or ``ActionPart | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model(part) for part in get_args(annotation))
    return next((part for part in inner if isinstance(part, type) and issubclass(part, BaseModel)), None)
