"""What a lead says, as canonical JSON: the same fields with the same texts give the same bytes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Columns of a received frame that are no content.
_PLACE: Final = ("row", "lead.id")
#: JSON needs these escaped inside text.
_ESCAPES: Final = {
    "\\": "\\\\",
    '"': '\\"',
    **{chr(code): f"\\u{code:04x}" for code in range(0x20)},
}


def field_names(received: pl.DataFrame) -> list[str]:
    """The fields of a received frame, in the order in which they are written."""
    return sorted(name for name in received.columns if name not in _PLACE)


def contents(received: pl.DataFrame) -> list[str]:
    """Per row its filled fields as canonical JSON: keys in order, no spaces, empty fields left out.

    A column that joins or leaves an export without a value for a lead so does not change that lead.
    """
    names = field_names(received)
    if not names:
        return ["{}"] * received.height
    members = [_member(name) for name in names]
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    return received.select(pl.concat_str(pl.lit("{"), joined, pl.lit("}"))).to_series().to_list()


def _member(name: str) -> pl.Expr:
    """One key and its text; null where there is none."""
    text = pl.col(name).str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    return pl.concat_str(pl.lit(f"{json.dumps(name, ensure_ascii=False)}:" + '"'), text, pl.lit('"'))


def hash_of(content: str) -> bytes:
    """SHA-256 of a content."""
    return sha256(content.encode()).digest()


def read_content(content: str) -> Mapping[str, str]:
    """The fields of one content."""
    return {str(name): str(value) for name, value in json.loads(content).items()}


def content_columns(contents_: pl.Series, fields: Sequence[str]) -> pl.DataFrame:
    """Contents as one text column per field, null where a lead does not have it."""
    if not fields:
        return pl.DataFrame()
    shape = pl.Struct(dict.fromkeys(fields, pl.String))
    return contents_.str.json_decode(shape).struct.unnest()
