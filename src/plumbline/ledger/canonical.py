"""One value, one byte string: what is hashed must be the same bytes in every language and year.

JSON with sorted keys, no spaces, UTF-8 unescaped. No floats: their text differs between writers.
"""

from __future__ import annotations

import json
from typing import Final

import polars as pl

from plumbline.domain.errors import LedgerError

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
INTEGERS: Final = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
_PLAIN: Final = (*INTEGERS, pl.String, pl.Boolean, pl.Null)


def canonical(value: object) -> bytes:
    """The canonical bytes of a value made of text, whole numbers, booleans, null, lists and mappings.

    Raises:
        LedgerError: The value holds a float, a key that is no text, text that is no Unicode or another type.
    """
    _refuse_the_ambiguous(value, "value")
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise LedgerError(
            "Text with half a surrogate pair has no UTF-8 form and cannot be recorded."
        ) from error


def canonical_rows(frame: pl.DataFrame) -> pl.Series:
    """The same bytes as ``canonical`` for every row, as a String column: one JSON object per row.

    Columns may hold text, whole numbers, booleans, or lists of these.
    """
    refuse_columns(frame)
    if frame.is_empty():
        return pl.Series("canonical", [], dtype=pl.String)
    columns = [frame.get_column(name) for name in sorted(frame.columns)]
    return pl.DataFrame(columns).to_struct("canonical").struct.json_encode()


def _refuse_the_ambiguous(value: object, place: str) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise LedgerError(f"{place} has the key {key!r}: only text can be a key.")
            _refuse_the_ambiguous(inner, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _refuse_the_ambiguous(inner, f"{place}.{index}")
    elif isinstance(value, float):
        raise LedgerError(f"{place} is the float {value!r}: record whole numbers, such as ten-thousandths.")
    elif value is not None and not isinstance(value, str | int):
        raise LedgerError(f"{place} is a {type(value).__name__}: it has no canonical form.")


def refuse_columns(frame: pl.DataFrame) -> None:
    """``LedgerError`` for a frame whose rows cannot be recorded, naming the column."""
    if not frame.columns:
        raise LedgerError("A row without columns has nothing to record.")
    for name, dtype in frame.schema.items():
        inner = dtype.inner if isinstance(dtype, pl.List) else dtype
        if inner not in _PLAIN:
            raise LedgerError(f"Column {name!r} is {dtype}: record text, whole numbers or booleans.")
