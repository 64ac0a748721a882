"""A scorecard as a file: canonical JSON bytes, read strictly. Never pickle.

The bytes are canonical: sorted keys, two spaces, one newline at the end. A file that says the same in other
bytes is refused too, because then somebody or something has rewritten it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import InvalidScorecardError
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard import checks, shapes
from plumbline.scorecard.encode import digest, number_text, plain
from plumbline.scorecard.model import SCHEMA_VERSION, Cap, Provenance, Scorecard, Sigmoid, SignalBins, Term
from plumbline.scorecard.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from plumbline.domain.issues import Issue
    from plumbline.scorecard.encode import Json

#: Largest file read. A card of 120 cells takes some 20 kB.
MAX_BYTES: Final = 8_000_000
_COUNT: Final = 2**40

_text = shapes.text(longest=checks.MAX_TEXT)
_name = shapes.text(longest=64, pattern=checks.SIGNAL_NAME)
_term_name = shapes.text(longest=129, pattern=checks.TERM_NAME)
_points = shapes.whole(-checks.MAX_POINTS, checks.MAX_POINTS)
_bound = shapes.whole(-checks.MAX_BOUND, checks.MAX_BOUND)
_count = shapes.whole(0, _COUNT - 1)
_number = shapes.number(number_text)


_SIGNAL: Final = shapes.record(
    {
        "name": _name,
        "kind": shapes.choice(Kind),
        "label": _text,
        "labels": shapes.listing(_text, longest=checks.MAX_BINS),
        "cuts": shapes.listing(_number, longest=checks.MAX_BINS),
        "specials": shapes.listing(_number, longest=checks.MAX_BINS),
        "low": shapes.optional(_number),
        "high": shapes.optional(_number),
        "groups": shapes.listing(shapes.listing(_text, longest=checks.MAX_LABELS), longest=checks.MAX_BINS),
        "completeness": shapes.flag(),
    },
    SignalBins,
)
_TERM: Final = shapes.record(
    {
        "id": _term_name,
        "label": _text,
        "dimension": shapes.choice(Dimension),
        "signals": shapes.listing(_name, longest=2),
        "points": shapes.listing(_points, longest=checks.MAX_JOINT),
        "intervals": shapes.optional(shapes.listing(shapes.interval(_bound), longest=checks.MAX_JOINT)),
        "rows": shapes.optional(shapes.listing(_count, longest=checks.MAX_JOINT)),
    },
    Term,
)
_CAP: Final = shapes.record(
    {
        "id": _name,
        "terms": shapes.listing(_term_name, longest=checks.MAX_CAP_TERMS),
        "min": shapes.optional(_bound),
        "max": shapes.optional(_bound),
    },
    Cap,
)
_SIGMOID: Final = shapes.record(
    {
        "kind": shapes.text(longest=7, pattern="^sigmoid$"),
        "slope": shapes.decimal(),
        "intercept": shapes.decimal(),
        "rows": _count,
    },
    Sigmoid,
)
_CARD: Final = shapes.record(
    {
        "schema_version": shapes.whole(SCHEMA_VERSION, SCHEMA_VERSION),
        "name": _text,
        "base": _bound,
        "scale": shapes.whole(1, checks.MAX_POINTS),
        "provenance": shapes.choice(Provenance),
        "signals": shapes.listing(_SIGNAL, longest=checks.MAX_TERMS),
        "terms": shapes.listing(_TERM, longest=checks.MAX_TERMS),
        "caps": shapes.listing(_CAP, longest=checks.MAX_TERMS),
        "mix": shapes.optional(
            shapes.mapping(shapes.listing(_count, longest=checks.MAX_BINS + 1), pattern=checks.SIGNAL_NAME)
        ),
        "calibration": shapes.optional(_SIGMOID),
        "manifest": shapes.optional(shapes.mapping(shapes.free(), pattern=checks.SIGNAL_NAME)),
    },
    Scorecard,
)


def scorecard_json_schema() -> dict[str, Json]:
    """The JSON Schema (2020-12) of the file. ``load`` checks what it cannot say, such as the hash."""
    properties = _CARD.schema["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - a record's schema has properties
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Plumbline scorecard",
        **_CARD.schema,
        "properties": {**properties, "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
        "required": [*_CARD.schema["required"], "hash"],  # type: ignore[misc]
    }


def dump(card: Scorecard) -> bytes:
    """The canonical bytes of a card. ``InvalidScorecardError`` when the card itself makes no sense."""
    issues: list[Issue] = []
    _CARD.read(plain(card), "", issues)
    _refuse_any([*issues, *checks.check(card)])
    return _canonical(card)


def load(data: bytes) -> Scorecard:
    """Read a card. ``InvalidScorecardError`` lists every problem found."""
    raw = _parse(data)
    if not isinstance(raw, dict):
        _refuse(problem(Problem.SHAPE, "the file must hold one mapping"))
    _refuse_any(list(_version(raw.get("schema_version"))))
    issues: list[Issue] = []
    said = raw.pop("hash", None)
    if said != _digest(raw):
        issues.append(
            problem(Problem.EDITED, "this file was edited: its content does not match its hash", "hash")
        )
    card = _CARD.read(raw, "", issues)
    if card is not None:
        issues += checks.check(card)
    _refuse_any(issues)
    if card is None or _canonical(card) != data:
        _refuse(problem(Problem.NOT_CANONICAL, "another program rewrote this file; save it with Plumbline"))
    return card


def _canonical(card: Scorecard) -> bytes:
    content = {**plain(card), "hash": card.hash}
    return (
        json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


def _parse(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        _refuse(problem(Problem.SIZE, f"the file is larger than {MAX_BYTES:,} bytes"))
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        _refuse(problem(Problem.NOT_JSON, f"this is not UTF-8 JSON: {error!s:.200}"))


def _version(said: object) -> Iterator[Issue]:
    """Another version is no list of unknown keys: it is said at once, and alone."""
    if isinstance(said, int) and said != SCHEMA_VERSION:
        message = (
            f"the file follows version {said} of the format, this Plumbline reads version {SCHEMA_VERSION}"
        )
        yield problem(Problem.VERSION, message, "schema_version")


def _digest(raw: dict[str, Json]) -> str | None:
    """The hash of what the file holds, whatever it holds; ``None`` when it is too odd to have one."""
    try:
        return digest(raw)
    except (ValueError, RecursionError):
        return None


def _refuse(issue: Issue) -> NoReturn:
    raise InvalidScorecardError([issue])


def _refuse_any(issues: list[Issue]) -> None:
    if issues:
        raise InvalidScorecardError(issues)
