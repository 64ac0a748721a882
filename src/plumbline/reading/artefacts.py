"""What was learned, as JSON that a person can read: coefficients and curves with the evidence they stand on.

Strict: a file of another shape, size or hash is refused. Numbers only; nothing in it can run.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.errors import ReaderModelError
from plumbline.domain.intervals import Share, wilson
from plumbline.reading.calibration import Calibration, Curve, Fitted
from plumbline.reading.linear import Checked, LinearModel
from plumbline.reading.model import VALUES, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMAT: Final = 1
_LARGEST: Final = 20_000_000
_STEEPEST: Final = 1_000.0


def encode_model(model: LinearModel) -> str:
    """A model as JSON text."""
    checked = {name: _share(value) for name, value in _checked_shares(model.checked).items()}
    weights = {name: [*model.weights[name]] for name in sorted(model.weights)}
    return _sealed("linear", {
        "field": model.field.value, "reader": model.reader, "values": [*model.values],
        "intercepts": [*model.intercepts], "weights": weights,
        "checked": {"learned": model.checked.learned, "held_back": model.checked.held_back, **checked},
    })  # fmt: skip


def decode_model(text: str) -> LinearModel:
    """The model that JSON text holds.

    Raises:
        ReaderModelError: It holds none, or was changed.
    """
    data = _opened("linear", text)
    try:
        return _model(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReaderModelError(f"This is no learned reader: {error}.") from error


def encode_calibration(calibration: Calibration) -> str:
    """A calibration as JSON text."""
    fields = {name.value: asdict(fitted) for name, fitted in calibration.fields.items()}
    return _sealed("calibration", {"reader": calibration.reader, "fields": fields})


def decode_calibration(text: str) -> Calibration:
    """The calibration that JSON text holds.

    Raises:
        ReaderModelError: It holds none, or was changed.
    """
    data = _opened("calibration", text)
    try:
        fields = {Field(name): _fitted(Field(name), each) for name, each in data["fields"].items()}
        return Calibration(_text(data["reader"]), fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReaderModelError(f"This is no calibration: {error}.") from error


def _sealed(kind: str, data: Mapping[str, object]) -> str:
    body = {"format": _FORMAT, "kind": kind, **data}
    return json.dumps({**body, "hash": _hash(body)}, ensure_ascii=False, indent=1)


def _hash(body: Mapping[str, object]) -> str:
    plain = json.dumps(body, ensure_ascii=True, sort_keys=True, allow_nan=False)
    return sha256(plain.encode()).hexdigest()


def _opened(kind: str, text: str) -> dict[str, Any]:
    if len(text) > _LARGEST:
        raise ReaderModelError("The file is too large.")
    try:
        data = json.loads(text)
        stored = data.pop("hash")
        whole = stored == _hash(data)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ReaderModelError(f"This is no file of that kind: {error}.") from error
    if not whole:
        raise ReaderModelError("The file was changed after it was written: its hash differs.")
    if data.get("format") != _FORMAT or data.get("kind") != kind:
        raise ReaderModelError(f"This is no {kind} of this format.")
    return dict(data)


def _model(data: dict[str, Any]) -> LinearModel:
    field, values = Field(data["field"]), tuple(map(_text, data["values"]))
    if len(values) < 2 or len(set(values)) < len(values) or not set(values) <= set(VALUES[field]):
        raise ValueError("values")
    weights = {_text(name): _numbers(row, len(values)) for name, row in data["weights"].items()}
    said = data["checked"]
    shares = [_from_share(said[name]) for name in ("model_right", "reader_right", "wins")]
    checked = Checked(_count(said["learned"]), _count(said["held_back"]), *shares)
    reader, intercepts = _text(data["reader"]), _numbers(data["intercepts"], len(values))
    return LinearModel(field, reader, values, intercepts, weights, checked)


def _fitted(name: Field, data: dict[str, Any]) -> Fitted:
    curve = None if data["curve"] is None else Curve(*_numbers(data["curve"], 2))
    if curve is not None and not 0 <= curve.slope < _STEEPEST:
        raise ValueError("slope")
    return Fitted(name, _count(data["labels"]), curve, _text(data["said"]), data["before"], data["after"])


def _checked_shares(checked: Checked) -> dict[str, Share]:
    return {"model_right": checked.model_right, "reader_right": checked.reader_right, "wins": checked.wins}


def _share(share: Share) -> list[int]:
    return [share.hits, share.of]


def _from_share(data: list[int]) -> Share:
    """The interval is computed again: it cannot be claimed."""
    hits, of = (_count(each) for each in data)
    if hits > of:
        raise ValueError("share")
    return wilson(hits, of)


def _numbers(row: object, length: int) -> tuple[float, ...]:
    if not isinstance(row, list) or len(row) != length:
        raise ValueError("numbers")
    if not all(isinstance(each, int | float) and abs(each) < _STEEPEST for each in row):
        raise ValueError("numbers")
    return tuple(map(float, row))


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("count")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value
