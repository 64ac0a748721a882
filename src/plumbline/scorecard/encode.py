"""A scorecard as plain JSON values, and the hash of them. No floats: every reader writes those differently.

Numbers with decimals are strings in their shortest form that reads back to the same bits; the rest is whole
numbers and text. The hash is SHA-256 over the sorted, compact form (RFC 8785 for such values).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.scorecard.model import Cap, Scorecard, Sigmoid, SignalBins, Term

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
#: From here on a float may skip whole numbers, so it keeps its exponent.
_WHOLE: Final = 2.0**53


def number_text(value: float) -> str:
    """The one way a number is written: ``50``, ``0.5``, ``1e+300``."""
    if abs(value) < _WHOLE and value == int(value):
        return str(int(value))
    return repr(float(value))


def is_text(value: str) -> bool:
    """Whether a string can be written as UTF-8 at all: half a surrogate pair cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def plain(card: Scorecard) -> dict[str, Json]:
    """Every part of a card except its hash."""
    return {
        "schema_version": card.schema_version,
        "name": card.name,
        "base": card.base,
        "scale": card.scale,
        "provenance": str(card.provenance),
        "signals": [_signal(signal) for signal in card.signals],
        "terms": [_term(term) for term in card.terms],
        "caps": [_cap(cap) for cap in card.caps],
        "mix": None if card.mix is None else {name: list(counts) for name, counts in card.mix.items()},
        "calibration": None if card.calibration is None else _sigmoid(card.calibration),
        "manifest": None if card.manifest is None else dict(card.manifest),
    }


def compact(value: Mapping[str, Json]) -> bytes:
    """Sorted keys, no spaces: what is hashed."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode(errors="surrogatepass")


def digest(value: Mapping[str, Json]) -> str:
    """SHA-256 of the compact form, in hexadecimal."""
    return hashlib.sha256(compact(value)).hexdigest()


def content_hash(card: Scorecard) -> str:
    """The hash that names a card: it changes with anything in it."""
    return digest(plain(card))


def _signal(signal: SignalBins) -> dict[str, Json]:
    return {
        "name": signal.name,
        "kind": str(signal.kind),
        "label": signal.label,
        "labels": list(signal.labels),
        "cuts": _numbers(signal.cuts),
        "specials": _numbers(signal.specials),
        "low": None if signal.low is None else number_text(signal.low),
        "high": None if signal.high is None else number_text(signal.high),
        "groups": [list(group) for group in signal.groups],
        "completeness": signal.completeness,
    }


def _term(term: Term) -> dict[str, Json]:
    return {
        "id": term.id,
        "label": term.label,
        "dimension": str(term.dimension),
        "signals": list(term.signals),
        "points": list(term.points),
        "intervals": None if term.intervals is None else [list(cell) for cell in term.intervals],
        "rows": None if term.rows is None else list(term.rows),
    }


def _cap(cap: Cap) -> dict[str, Json]:
    return {"id": cap.id, "terms": list(cap.terms), "min": cap.min, "max": cap.max}


def _sigmoid(sigmoid: Sigmoid) -> dict[str, Json]:
    return {
        "kind": sigmoid.kind,
        "slope": sigmoid.slope,
        "intercept": sigmoid.intercept,
        "rows": sigmoid.rows,
    }


def _numbers(values: Sequence[float]) -> list[Json]:
    return [number_text(value) for value in values]
