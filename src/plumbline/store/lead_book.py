"""The book of leads: what every source system said of each lead, and every version of it, in one SQLite file.

A lead is known by its source system and its id there. An import adds a version where a lead is new or says
something else than before; nothing written is changed, and a lead that an export no longer has stays.
An import happens as a whole or not at all, however it ends; several at once wait for each other.
"""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import polars as pl

from plumbline.domain.errors import LeadBookError, UnknownLeadError
from plumbline.domain.rowcodes import RowCode
from plumbline.store.files import storage_errors
from plumbline.store.lead_book_schema import (
    AGAIN,
    BOOK,
    COUNTS,
    MERGE,
    NAMED,
    STAGED,
    STAGED_INDEX,
    VANISHED,
)
from plumbline.store.lead_content import content_columns, contents, field_names, hash_of
from plumbline.store.lead_import import COLUMNS, Added, Import, Version, import_of, version_of
from plumbline.store.ledger_database import open_database, transaction
from plumbline.store.sqlite_errors import sqlite_errors
from plumbline.triage.report import issues, no_issues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from types import TracebackType

_CURRENT: Final = {
    "system": pl.String,
    "lead.id": pl.String,
    "version": pl.Int64,
    "absent": pl.Int64,
    "content": pl.String,
}


class LeadBook:
    """Opens, or creates, the book at a path. One object belongs to one thread; any number may be open.

    Raises:
        StorageError: The file cannot be created or opened.
        LeadBookError: It is damaged, no book, or of a newer Plumbline.
    """

    def __init__(self, path: Path | str, *, create: bool = True, patience: float = 600.0) -> None:
        self.path = Path(path)
        if create and not self.path.exists():
            # It holds what people said of themselves: for its owner's eyes only.
            with storage_errors(self.path):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._db = open_database(self.path, create=create, patience=patience, form=BOOK)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self._db.close()

    def add(
        self,
        batches: Iterable[tuple[pl.DataFrame, int]],
        *,
        system: str,
        file: str,
        file_hash: str,
        at: datetime,
        mapping: str = "",
        named: bool = True,
    ) -> Added:
        """Take in a file as a whole.

        Args:
            batches: frames with ``row``, ``lead.id`` fields as text, each with its count of rejected rows.
            system: the source system; ids are unique within it.
            file: what people call the file.
            file_hash: hash of everything that decides what its rows are.
            at: when this happens, with a time zone.
            mapping: text of the mapping that the rows came through.
            named: whether leads have ids of their own; without, a lead is called by its content.

        Raises:
            StorageError: The disk refused; the book is as it was.
            LeadBookError: The book is damaged, or was locked for too long.
        """
        with self._errors():
            self._db.execute("DROP TABLE IF EXISTS temp.staged")
            self._db.execute(STAGED)
            names: set[str] = set()
            rejected = 0
            for received, refused in batches:
                self._stage(received)
                names.update(field_names(received))
                rejected += refused
            said = self._again(named=named)
            conflicts = said.filter(~pl.col("same"))
            about = (system, at.astimezone(UTC).isoformat(), file, file_hash, mapping)
            counts, was_known = self._merge(
                about, rejected + conflicts.height, said.height - conflicts.height, names
            )
            self._db.execute("DROP TABLE temp.staged")
        lines = issues(conflicts, RowCode.REPEATED_ID, column="lead.id", value=pl.col("lead.id"))
        return Added(counts, was_known, lines if conflicts.height else no_issues())

    def leads(self, *, system: str | None = None, size: int = 50_000) -> Iterator[pl.DataFrame]:
        """The current leads in the order of system and id, erased ones left out.

        Frames have ``system``, ``lead.id``, ``version``, ``absent`` (the last export of the system did not
        have it) and, in every frame, one text column per field that any lead of the book ever had.
        """
        names = self.fields()
        query = (
            "SELECT system, lead_id, version, absent_since IS NOT NULL, content FROM lead "
            "JOIN version USING (system, lead_id, version) WHERE content IS NOT NULL "
            "AND (?1 IS NULL OR system = ?1) ORDER BY system, lead_id"
        )
        with self._errors(), transaction(self._db, "DEFERRED"):  # all of one moment
            cursor = self._db.execute(query, (system,))
            while rows := cursor.fetchmany(size):
                frame = pl.DataFrame(rows, schema=_CURRENT, orient="row")
                said = content_columns(frame.get_column("content"), names)
                yield frame.drop("content").with_columns(pl.col("absent").cast(pl.Boolean)).hstack(said)

    def by_import(self, *, size: int = 50_000) -> Iterator[tuple[int, pl.DataFrame]]:
        """The current leads by the import that said what they say: its mapping tells how to read.

        Frames are as those of ``leads``, in the order of imports, systems and ids.
        """
        names = self.fields()
        query = (
            "SELECT v.import, system, lead_id, version, absent_since IS NOT NULL, content FROM lead "
            "JOIN version AS v USING (system, lead_id, version) WHERE content IS NOT NULL "
            "ORDER BY v.import, system, lead_id"
        )
        schema = {"import": pl.Int64, **_CURRENT}
        with self._errors(), transaction(self._db, "DEFERRED"):
            cursor = self._db.execute(query)
            while rows := cursor.fetchmany(size):
                frame = pl.DataFrame(rows, schema=schema, orient="row")
                for (number,), part in frame.group_by("import", maintain_order=True):
                    said = content_columns(part.get_column("content"), names)
                    yield int(number), part.drop("import", "content").hstack(said)

    def fields(self) -> tuple[str, ...]:
        """Every field that a lead of the book ever had, in order."""
        with self._errors():
            return tuple(name for (name,) in self._db.execute("SELECT name FROM field ORDER BY name"))

    def lead(self, lead_id: str, *, system: str | None = None) -> Version:
        """What is known of a lead now.

        Raises:
            UnknownLeadError: There is no such lead.
            LeadBookError: Several systems have a lead of this id, and none was named.
        """
        versions = self.versions(lead_id, system=system)
        systems = sorted({version.system for version in versions})
        if len(systems) > 1:
            raise LeadBookError(f"{lead_id!r} is a lead of {', '.join(systems)}; say of which system.")
        return versions[-1]

    def versions(self, lead_id: str, *, system: str | None = None) -> list[Version]:
        """Every version of a lead, oldest first; of all systems that have this id unless one is named.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        # Systems are few and come first in the key: naming them all lets the database look the lead up.
        query = (
            "SELECT v.system, v.lead_id, v.version, i.at, i.file, v.row, v.content FROM version AS v "
            "JOIN import AS i ON i.id = v.import WHERE v.lead_id = ?1 AND v.system IN "
            "(SELECT system FROM import WHERE ?2 IS NULL OR system = ?2) ORDER BY v.system, v.version"
        )
        with self._errors():
            rows = self._db.execute(query, (lead_id, system)).fetchall()
        if not rows:
            raise UnknownLeadError(f"There is no lead {lead_id!r} in {self.path}.")
        return [version_of(row) for row in rows]

    def imports(self, *, system: str | None = None) -> list[Import]:
        """Every import, oldest first."""
        query = f"SELECT {COLUMNS} FROM import WHERE ?1 IS NULL OR system = ?1 ORDER BY id"  # noqa: S608 - fixed words
        with self._errors():
            return [import_of(row) for row in self._db.execute(query, (system,))]

    def erase(self, lead_id: str, *, system: str | None = None) -> int:
        """Empty all versions of a lead for good; how many there were. Its id stays, so it cannot return.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        found = self.versions(lead_id, system=system)
        with self._errors():
            with transaction(self._db, "IMMEDIATE"):
                for one in {version.system for version in found}:
                    key = (one, lead_id)
                    self._db.execute(
                        "UPDATE version SET content = NULL, hash = NULL WHERE system = ? AND lead_id = ?", key
                    )
                    self._db.execute("UPDATE lead SET hash = NULL WHERE system = ? AND lead_id = ?", key)
            # Pages that were split keep copies, and so does the log of changes: the file is written anew.
            # Where there is no room for that, a StorageError says so, and doing it again finishes it.
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(found)

    def _stage(self, received: pl.DataFrame) -> None:
        texts = contents(received)
        rows = zip(
            received.get_column("row"),
            received.get_column("lead.id").str.strip_chars(),
            map(hash_of, texts),
            texts,
            strict=True,
        )
        with transaction(self._db, "DEFERRED"):
            self._db.executemany("INSERT INTO temp.staged VALUES (?, ?, ?, ?)", rows)

    def _again(self, *, named: bool) -> pl.DataFrame:
        """Rows of a lead that stands above them, taken out of what is staged."""
        if not named:
            self._db.execute(NAMED)
        self._db.execute(STAGED_INDEX)
        rows = self._db.execute(AGAIN).fetchall()
        self._db.executemany("DELETE FROM temp.staged WHERE row = ?", [row[:1] for row in rows])
        schema = {"row": pl.Int64, "lead.id": pl.String, "same": pl.Boolean}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _merge(
        self, about: tuple[str, str, str, str, str], rejected: int, repeated: int, names: Iterable[str]
    ) -> tuple[Import, bool]:
        """Bring the staged rows into the book, all or none."""
        system, _, _, file_hash, _ = about
        with transaction(self._db, "IMMEDIATE"):
            last = self._last(system)
            new, changed, erased, unchanged = self._db.execute(COUNTS, {"system": system}).fetchone()
            vanished = self._db.execute(VANISHED, {"system": system}).fetchone()[0]
            read = rejected + repeated + new + changed + erased + unchanged
            counts = (read, rejected, repeated, new, changed, unchanged, erased, vanished)
            if last is not None and last.file_hash == file_hash and not new + changed:
                return import_of((last.id, *about, *counts)), True
            cursor = self._db.execute(
                "INSERT INTO import (system, at, file, file_hash, mapping, read, rejected, repeated, new, "
                "changed, unchanged, erased, vanished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*about, *counts),
            )
            for statement in MERGE:
                self._db.execute(statement, {"system": system, "import": cursor.lastrowid})
            self._db.executemany(
                "INSERT OR IGNORE INTO field VALUES (?)", [(name,) for name in sorted(names)]
            )
            return import_of((cursor.lastrowid, *about, *counts)), False

    def _last(self, system: str) -> Import | None:
        query = f"SELECT {COLUMNS} FROM import WHERE system = ? ORDER BY id DESC LIMIT 1"  # noqa: S608 - fixed words
        row = self._db.execute(query, (system,)).fetchone()
        return import_of(row) if row else None

    def _errors(self) -> AbstractContextManager[None]:
        return sqlite_errors(self.path, BOOK.word, BOOK.error)
