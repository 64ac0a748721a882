"""Rows as bytes, by the million: what is committed to when a whole batch of decisions is recorded.

The bytes of a row are, one after the other:

- the SHA-256 of the layout: ``canonical([[name, kind], …])`` of all columns in the order of their names;
- per column eight bytes, a big-endian signed number: the value of a ``number``, 0 or 1 of a ``flag``, and
  of a ``text`` or ``list`` how many bytes it has; the smallest number stands for null;
- the UTF-8 bytes of the texts and lists, in the same order; a list is written as ``canonical`` writes it.

Lengths come before texts, so that no text can pose as two, and no null as an empty one. Canonical JSON of the
same rows has twice the bytes, most of them the same eighty names again and again, and takes three times as
long.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.errors import LedgerError
from plumbline.ledger.canonical import canonical, refuse_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NULL: Final = -(2**63)
_NUMBER_BYTES: Final = 8
_TEXTS: Final = "texts"
_LIST: Final = "list"
#: Rows at a time: enough to be worth a call, few enough to bound what is copied.
_CHUNK: Final = 16_384


def kinds_of(schema: Mapping[str, pl.DataType]) -> dict[str, str]:
    """What is in each column (``number``, ``flag``, ``text``, ``list``), by name in order."""
    return {name: _kind(schema[name]) for name in sorted(schema)}


def packed_rows(frame: pl.DataFrame) -> Iterator[bytes]:
    """The bytes of every row, in order. Columns hold text, whole numbers, booleans, or lists of these.

    Raises:
        LedgerError: A column has another type, or a number does not fit into 64 signed bits.
    """
    refuse_columns(frame)
    kinds = kinds_of(frame.schema)
    layout = sha256(canonical([list(column) for column in kinds.items()])).digest()
    # Numbered, because a column may be called like a pattern, and Polars would take it for one.
    numbered = pl.DataFrame([frame.get_column(name).alias(str(at)) for at, name in enumerate(kinds)])
    columns = _columns(list(kinds.values()))
    for start in range(0, frame.height, _CHUNK):
        yield from _packed(_evaluated(numbered.slice(start, _CHUNK), columns), layout)


def _columns(kinds: list[str]) -> list[pl.Expr]:
    """A number per column, and the texts joined."""
    written = {str(at): _written(str(at), kind) for at, kind in enumerate(kinds) if kind in {"text", "list"}}
    numbers = [_number(str(at), written.get(str(at))) for at in range(len(kinds))]
    texts = pl.concat_str(written.values(), ignore_nulls=True) if written else pl.lit("")
    return [*numbers, texts.cast(pl.Binary).alias(_TEXTS)]


def _packed(columns: pl.DataFrame, layout: bytes) -> Iterator[bytes]:
    fixed = columns.drop(_TEXTS).to_numpy(order="c").astype(">i8").tobytes()
    width = (columns.width - 1) * _NUMBER_BYTES
    for at, text in enumerate(columns.get_column(_TEXTS).to_list()):
        yield layout + fixed[at * width : (at + 1) * width] + text


def _evaluated(rows: pl.DataFrame, columns: list[pl.Expr]) -> pl.DataFrame:
    _refuse_the_null_number(rows)
    try:
        return rows.select(columns)
    except pl.exceptions.InvalidOperationError as error:
        raise LedgerError("A whole number has more than 64 signed bits and cannot be recorded.") from error


def _refuse_the_null_number(rows: pl.DataFrame) -> None:
    wide = rows.select(pl.col(pl.Int64).min())
    if wide.width and _NULL in wide.row(0):
        raise LedgerError(f"The number {_NULL} stands for null and cannot be recorded.")


def _kind(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        return "list"
    if dtype == pl.Boolean:
        return "flag"
    return "number" if dtype.is_integer() else "text"


def _written(name: str, kind: str) -> pl.Expr:
    """A text as it is, a list as JSON."""
    if kind == "text":
        return pl.col(name).cast(pl.String)
    json = pl.struct(pl.col(name).alias(_LIST)).struct.json_encode()
    bare = json.str.strip_prefix(f'{{"{_LIST}":').str.strip_suffix("}")
    return pl.when(pl.col(name).is_not_null()).then(bare)


def _number(name: str, written: pl.Expr | None) -> pl.Expr:
    value = pl.col(name) if written is None else written.str.len_bytes()
    return value.cast(pl.Int64).fill_null(_NULL).alias(name)
