"""A ledger in one SQLite file."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from plumbline.domain.errors import PlumblineError, StorageError
from plumbline.ledger.body import Body
from plumbline.ledger.entry import START, Entry, Event, Head, Header, erased_refs
from plumbline.store.ledger import Ledger
from plumbline.store.ledger_database import open_database, transaction
from plumbline.store.sqlite_errors import sqlite_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from plumbline.ledger.verify import Record

# In a damaged file any column may hold anything: what is no header reads as an empty one.
_RECORDS: Final = (
    "SELECT ifnull(CAST(header AS BLOB), x''), ifnull(CAST(hash AS BLOB), x''), "
    "CAST(salt AS BLOB), CAST(content AS BLOB) "
    "FROM entry LEFT JOIN body USING (seq) WHERE {where} ORDER BY seq"
)


class LedgerFile(Ledger):
    """Opens, or creates, the ledger at a path. One object belongs to one thread; any number may be open.

    Raises:
        StorageError: The file cannot be created or opened.
        LedgerError: It is damaged, no ledger, or of a newer Plumbline.
    """

    def __init__(self, path: Path | str, *, create: bool = True, patience: float = 30.0) -> None:
        self.path = Path(path)
        self._db = open_database(self.path, create=create, patience=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self._db.close()

    def head(self) -> Head:
        """How far the ledger reaches. Keep it elsewhere, such as in a daily e-mail."""
        with sqlite_errors(self.path):
            row = self._db.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(*row) if row else START

    def entries(self, kind: Event | None = None, ref: str | None = None, under: str = "") -> Iterator[Entry]:
        """Entries in order, perhaps only of a kind, a reference, or references that begin with ``under``."""
        tests = {
            "kind = ?": kind,
            "ref = ?": ref,
            "ref >= ?": under or None,
            "ref < ?": under and under + "\x7f",
        }
        wanted = {test: value for test, value in tests.items() if value}
        where = " AND ".join(["TRUE", *wanted])
        with sqlite_errors(self.path):
            for raw, digest, salt, content in self._db.execute(
                _RECORDS.format(where=where), (*wanted.values(),)
            ):
                body = None if content is None else Body(salt, content)
                yield Entry(Header.decode(raw), raw, digest, body)

    def records(self) -> Iterator[Record]:
        """The stored bytes in order, as ``verify`` reads them."""
        with sqlite_errors(self.path):
            yield from self._db.execute(_RECORDS.format(where="TRUE"))

    def scrub(self) -> None:
        """Write the file anew without the traces of what was erased, and empty its log.

        ``secure_delete`` overwrites what is deleted, but not the copies that pages keep in their gaps when
        they are split or merged. Takes about ten seconds a gigabyte, and as much free disk as the file.
        """
        try:
            with sqlite_errors(self.path):
                self._db.execute("VACUUM")
                busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except PlumblineError as error:
            raise StorageError(f"Erased, but traces remain until this is done again: {error}") from error
        if busy:
            raise StorageError(
                f"Another process reads {self.path}, so erased bytes remain in its log. Try again."
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with sqlite_errors(self.path), transaction(self._db, "IMMEDIATE"):
            yield

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with sqlite_errors(self.path), transaction(self._db, "DEFERRED"):
            yield

    def _insert(self, entry: Entry, subject: str | None) -> None:
        row = (entry.header.seq, entry.raw.decode(), entry.hash)
        self._db.execute("INSERT INTO entry (seq, header, hash) VALUES (?, ?, ?)", row)
        if entry.body:
            body = (entry.header.seq, subject, entry.body.salt, entry.body.content)
            self._db.execute("INSERT INTO body (seq, subject, salt, content) VALUES (?, ?, ?, ?)", body)

    def _refs_of(self, subjects: Iterable[str]) -> Iterator[str]:
        query = "SELECT ref FROM body JOIN entry USING (seq) WHERE subject = ?"
        for subject in subjects:
            for (ref,) in self._db.execute(query, (subject,)):
                yield ref

    def _is_erased(self, ref: str) -> bool:
        return self._db.execute("SELECT 1 FROM tombstone WHERE ref = ?", (ref,)).fetchone() is not None

    def _bury(self, stones: Iterable[Entry], refs: Iterable[str]) -> None:
        named = [(ref, stone.header.seq) for stone in stones for ref in erased_refs(stone.header)]
        self._db.executemany("INSERT INTO tombstone (ref, seq) VALUES (?, ?)", named)
        query = "DELETE FROM body WHERE seq IN (SELECT seq FROM entry WHERE ref = ?)"
        self._db.executemany(query, [(ref,) for ref in refs])

    def _body_under(self, ref: str) -> int | None:
        query = "SELECT seq FROM body JOIN entry USING (seq) WHERE ref = ?"
        row = self._db.execute(query, (ref,)).fetchone()
        return row and int(row[0])
