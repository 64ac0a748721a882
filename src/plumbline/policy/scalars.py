"""The small values of a policy file: names, chances, lengths of time, points.

Each reads what a person writes and gives what the core computes with: a chance becomes a whole number per
10,000, a span whole days. So two files that say the same in different words mean, and hash to, the same.
"""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from plumbline.domain.spans import days

#: Chances are whole numbers per this many, so that draws are computed in integers.
PER: Final = 10_000

NAME_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"
SLUG_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
_SPAN_PATTERN: Final = r"^\s*\d{1,5}\s*([Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear)s?"
_AFTER: Final = " after last contact"


def _per_10k(value: Any) -> int:  # noqa: ANN401 - whatever stands in the file
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a chance is a number from 0 to 1, such as 0.15")  # noqa: TRY004 - pydantic collects it
    if not 0 <= value <= 1:
        raise ValueError(f"{value} is not a chance; write a number from 0 to 1, such as 0.15")
    if abs(value * PER - round(value * PER)) > 1e-6:
        raise ValueError(f"{value} is finer than 0.0001, the smallest step of a chance")
    return round(value * PER)


def _days(value: Any) -> int:  # noqa: ANN401
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a length of time; write it like '90 days' or '12 months'")  # noqa: TRY004
    return days(value)


def _kept(value: Any) -> int:  # noqa: ANN401
    return _days(value.removesuffix(_AFTER) if isinstance(value, str) else value)


Chance = Annotated[
    int,
    BeforeValidator(_per_10k),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
Span = Annotated[
    int,
    BeforeValidator(_days),
    Field(ge=1),
    WithJsonSchema({"type": "string", "pattern": _SPAN_PATTERN + r"\s*$", "examples": ["90 days"]}),
]
#: How long something is kept. The clock of a lead starts at the last contact, so saying so is allowed.
Kept = Annotated[
    int,
    BeforeValidator(_kept),
    Field(ge=1),
    WithJsonSchema(
        {"type": "string", "pattern": _SPAN_PATTERN + rf"({_AFTER})?\s*$", "examples": ["24 months"]}
    ),
]
Points = Annotated[int, Field(ge=-1000, le=1000)]
CutOff = Annotated[int, Field(ge=-100_000, le=100_000)]
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]
Owner = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
Source = Annotated[str, StringConstraints(min_length=1, max_length=200)]
SqlText = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"\S")]
