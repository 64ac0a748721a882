"""Rows from a database: the answer to one query, kept for as long as it is read.

The query runs once. Its rows wait in a private folder that goes when the source goes, so that every reading
sees the same rows, and memory holds a part of them. Nothing is written to the database.
"""

from __future__ import annotations

import re
import shutil
import weakref
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.dialect import column_names
from plumbline.connectors.errors import NestedColumnError, QueryError
from plumbline.connectors.parquet_file import checked, refuse_nested
from plumbline.domain.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbline.connectors.batch import Batch
    from plumbline.connectors.database_url import DatabaseUrl
    from plumbline.connectors.settings import FileSettings

_PART: Final = 50_000
#: What a query may begin with. A guard against slips: a transaction is never committed in any case.
_QUERY: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:select|with|values|table|from)\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask, and where. Both may hold a password, so nothing that is printed shows them as they are."""

    sql: str = field(repr=False)
    url: DatabaseUrl

    def document(self) -> str:
        """The query as it is kept beside a run, without secrets."""
        return f"-- {self.url}\n{self.url.scrubbed(self.sql.strip())}\n"


class Shelf:
    """A private folder with the parts of an answer. It goes when nobody holds it, or with the process."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="plumbline-query-"))
        self.clear = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def part(self, number: int) -> Path:
        """Where a part is."""
        return self.folder / f"{number:06d}.parquet"


@dataclass(frozen=True, slots=True)
class QuerySource:
    """The answer to a query, as a source of rows. ``shelf`` holds its parts."""

    columns: tuple[str, ...]
    digest: str
    cell_limit: int
    parts: int
    shelf: Shelf

    @property
    def path(self) -> Path:
        """What people call it."""
        return Path("query")

    def sha256(self) -> str:
        """Hash of the rows in the order in which they came."""
        return self.digest

    def batches(self, size: int = 100_000) -> Iterator[Batch]:
        """Rows in the order in which they came, at most ``size`` in a batch."""
        kinds = pl.Schema(dict.fromkeys(self.columns, pl.String))
        for number in range(self.parts):
            frame = pl.read_parquet(self.shelf.part(number), glob=False)
            for piece in frame.iter_slices(size):
                yield checked(piece, kinds, self.cell_limit)


def open_query(query: Query, settings: FileSettings) -> QuerySource:
    """Ask the database. ``QueryError`` when it refuses, or when its driver is not installed."""
    if not _QUERY.match(query.sql):
        raise QueryError(
            "a query begins with SELECT, WITH, VALUES, TABLE or FROM; nothing else is carried out"
        )
    shelf = Shelf()
    digest = sha256()
    parts = 0
    with _errors(query.url), _cursor(query) as (names, fetched):
        columns = column_names(names)
        refuse_nested(pl.Schema(dict.fromkeys(columns, pl.String)))
        row = 0
        for rows in fetched:
            frame = _frame(rows, columns, row)
            frame.write_parquet(shelf.part(parts))
            digest.update(frame.write_csv().encode())
            parts, row = parts + 1, row + frame.height
    digest.update("\0".join(columns).encode())
    return QuerySource(columns, digest.hexdigest(), settings.cell_limit, parts, shelf)


def _frame(rows: Sequence[Sequence[Any]], columns: tuple[str, ...], before: int) -> pl.DataFrame:
    numbers = pl.Series(ROW, range(before + 1, before + len(rows) + 1), dtype=pl.Int64)
    texts = (
        pl.Series(name, [_text(name, value) for value in values], dtype=pl.String)
        for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    )
    return pl.DataFrame([numbers, *texts])


def _text(column: str, value: object) -> str | None:
    """A value as the text a person would have written into a CSV."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (int, float, UUID)):
        return str(value)
    raise NestedColumnError(f"lists, structures and bytes are no cells: {column!r}")


@contextmanager
def _cursor(query: Query) -> Iterator[tuple[list[str], Iterator[Sequence[Sequence[Any]]]]]:
    """The names of the columns and the rows in portions."""
    if query.url.system == "duckdb":
        import duckdb  # noqa: PLC0415 - comes with the extra

        with closing(duckdb.connect(query.url.file, read_only=query.url.file != ":memory:")) as db:
            answer = db.execute(query.sql)
            yield _names(answer.description), _portions(answer)
    elif query.url.system == "sqlite":
        import sqlite3  # noqa: PLC0415 - used by few

        uri = f"{Path(query.url.file).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            found = db.execute(query.sql)
            yield _names(found.description), _portions(found)
    else:
        with _sqlalchemy(query) as answer:
            yield list(answer.keys()), _portions(answer)


@contextmanager
def _sqlalchemy(query: Query) -> Iterator[Any]:
    import sqlalchemy  # noqa: PLC0415 - comes with the extra

    engine = sqlalchemy.create_engine(
        query.url.secret, poolclass=sqlalchemy.pool.NullPool, hide_parameters=True
    )
    # Systems that know read-only transactions get one; the others ignore these options.
    options = {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}
    with engine.connect() as connection:
        asked = connection.execution_options(stream_results=True, yield_per=_PART, **options)
        yield asked.exec_driver_sql(query.sql)


def _names(description: Any) -> list[str]:  # noqa: ANN401 - as drivers have it
    if not description:
        raise QueryError("the query gives no columns")
    return [str(column[0]) for column in description]


def _portions(cursor: Any) -> Iterator[Sequence[Sequence[Any]]]:  # noqa: ANN401 - as drivers have it
    while rows := cursor.fetchmany(_PART):
        yield rows


@contextmanager
def _errors(url: DatabaseUrl) -> Iterator[None]:
    """What a driver says, without the password; the driver's own error is not kept, for it may hold one."""
    try:
        yield
    except UnreadableFileError:
        raise
    except ModuleNotFoundError as error:
        raise QueryError(
            f"{url} needs the module {error.name!r}: pip install 'plumbline[sql]' {url.hint}"
        ) from None
    except Exception as error:  # noqa: BLE001 - every driver has errors of its own
        said = url.scrubbed(str(error)).strip().splitlines()
        raise QueryError(f"{url} refused: {said[0] if said else type(error).__name__}") from None
