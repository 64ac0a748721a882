"""Many rows at once, past the ORM: COPY on PostgreSQL, one prepared statement on SQLite.

Frames go in as they are; moments are text as ``moment`` writes it, JSON is text. The statements around them
are the same for both databases. Constraints and triggers hold here as everywhere.
"""

from __future__ import annotations

import gc
import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from django.db import connection, models

from plumbline.app.models.base import ALPHABET, KEY_LENGTH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from django.db.models import Field, Model

_TYPES: Final = {
    pl.String(): "text",
    pl.Int64(): "bigint",
    pl.Int32(): "bigint",
    pl.Boolean(): "boolean",
}
#: Bytes from here on would make the first signs of the alphabet more frequent.
_FAIR: Final = 256 - 256 % len(ALPHABET)


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold back the search for rubbish while many rows are objects, which all live until the end.

    Measured: it looked through them again and again, found nothing, and took a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def moment(at: datetime) -> str:
    """A moment as both databases store or read it: UTC, without its zone."""
    return str(at.astimezone(UTC).replace(tzinfo=None))


def new_keys(count: int) -> list[str]:
    """As many keys as ``new_key`` would make, in one draw."""
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)
    wanted, drawn = count * KEY_LENGTH, np.empty(0, np.uint8)
    while len(drawn) < wanted:
        fresh = np.frombuffer(os.urandom(2 * (wanted - len(drawn)) + 64), np.uint8)
        drawn = np.concatenate((drawn, fresh[fresh < _FAIR]))
    text = letters[drawn[:wanted] % len(ALPHABET)].tobytes().decode()
    return [text[at : at + KEY_LENGTH] for at in range(0, wanted, KEY_LENGTH)]


def new_ids(model: type[Model], count: int) -> list[int]:
    """Numbers for new rows of a table that nobody else gets. Inside a transaction."""
    table = model._meta.db_table  # noqa: SLF001 - documented for use by others
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        first = (last[0] if last else 0) + 1
    return list(range(first, first + count))


def insert(table: str, frame: pl.DataFrame) -> None:
    """Add the rows of a frame to a table; its columns are named as those of the table."""
    if frame.is_empty():
        return
    names = ", ".join(f'"{name}"' for name in frame.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(_csv(frame))
            return
        places = ", ".join(["%s"] * frame.width)
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", frame.rows())  # noqa: S608 - names of ours


def create(objects: Sequence[Model]) -> None:
    """Add rows that stand as objects of one model. Without numbers they get the next ones."""
    if objects:
        meta = type(objects[0])._meta  # noqa: SLF001 - documented for use by others
        fields = [one for one in meta.concrete_fields if not (one.primary_key and objects[0].pk is None)]
        insert(meta.db_table, _frame_of(objects, fields))


def update(objects: Sequence[Model], names: Collection[str]) -> None:
    """Write these columns of rows that are there."""
    if not objects:
        return
    meta = type(objects[0])._meta  # noqa: SLF001 - documented for use by others
    fields = [one for one in meta.concrete_fields if one.primary_key or one.attname in names]
    key = str(next(one.column for one in fields if one.primary_key))
    temporary("changing", _frame_of(objects, fields), unique=key)
    sets = ", ".join(f'"{one.column}" = {_cast(one)}' for one in fields if not one.primary_key)
    execute(f"UPDATE {meta.db_table} SET {sets} FROM changing AS i WHERE i.{key} = {meta.db_table}.{key}")  # noqa: S608
    forget("changing")


def _frame_of(objects: Sequence[Model], fields: Sequence[Field[Any, Any]]) -> pl.DataFrame:
    return pl.DataFrame([_series(objects, one) for one in fields])


def _series(objects: Sequence[Model], one: Field[Any, Any]) -> pl.Series:
    values = [getattr(each, one.attname) for each in objects]
    if isinstance(one, models.DateTimeField):
        values = [None if value is None else moment(value) for value in values]
    elif isinstance(one, models.JSONField):
        values = [json.dumps(value, ensure_ascii=False) for value in values]
    kind = one.get_internal_type()
    whole = "Integer" in kind or kind in {"BigAutoField", "ForeignKey", "OneToOneField"}
    return pl.Series(
        one.column, values, pl.Int64() if whole else pl.Boolean() if kind == "BooleanField" else pl.String()
    )


def _cast(one: Field[Any, Any]) -> str:
    """A column of a temporary table as its table wants it; SQLite takes what it gets."""
    name = f'i."{one.column}"'
    return f"{name}::{one.db_type(connection)}" if connection.vendor == "postgresql" else name


def temporary(table: str, frame: pl.DataFrame, *, unique: str = "") -> None:
    """A table of this connection alone with the rows of a frame; one of that name before it is gone."""
    columns = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in frame.schema.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns})")
        insert(table, frame)
        if unique:
            cursor.execute(f"CREATE UNIQUE INDEX {table}_{unique} ON {table} ({unique})")
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {table}")


def forget(*tables: str) -> None:
    """Drop temporary tables."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def execute(statement: str, values: Sequence[Any] = ()) -> int:
    """Carry out a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)


def rows(query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def frame(query: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows of a query as a frame. On PostgreSQL they never become Python objects on the way."""
    if connection.vendor != "postgresql":
        return pl.DataFrame(rows(query), schema=schema, orient="row")
    out = BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for piece in copy:
            out.write(piece)
    if not out.tell():
        return pl.DataFrame(schema=schema)
    texts = {name: pl.String() if kind == pl.Boolean() else kind for name, kind in schema.items()}
    out.seek(0)
    read = pl.read_csv(out, has_header=False, schema=texts)
    flags = [pl.col(name) == "t" for name, kind in schema.items() if kind == pl.Boolean()]
    return read.with_columns(flags)


def listed(numbers: Iterable[int]) -> str:
    """A subquery that yields these numbers, in any quantity: no database counts them as parameters."""
    text = ",".join(map(str, numbers))
    if connection.vendor == "postgresql":
        return f"SELECT unnest('{{{text}}}'::bigint[])"
    return f"SELECT value FROM json_each('[{text}]')"  # noqa: S608 - numbers


def _csv(frame: pl.DataFrame) -> bytes:
    """Nothing between two commas is null; an empty text is quoted."""
    out = BytesIO()
    frame.write_csv(out, include_header=False, quote_style="necessary")
    return out.getvalue()
