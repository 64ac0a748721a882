"""A ledger in one SQLite file: appended to by any number of processes, changed by none."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from plumbline.domain.errors import LedgerError, PlumblineError, StorageError, TamperedError
from plumbline.ledger.body import Body
from plumbline.ledger.entry import START, Draft, Entry, Event, Head, Header, erased_refs, seal, to_the_hour
from plumbline.ledger.verify import Broken, Flaw, Verdict, verify
from plumbline.store.ledger_database import open_database, transaction
from plumbline.store.sqlite_errors import sqlite_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from types import TracebackType

    from plumbline.ledger.verify import Record

_SALT_BYTES: Final = 32
#: References in one tombstone; more become several, so that no header grows without bound.
_REFS: Final = 500
# In a damaged file any column may hold anything: what is no header reads as an empty one.
_RECORDS: Final = (
    "SELECT ifnull(CAST(header AS BLOB), x''), ifnull(CAST(hash AS BLOB), x''), "
    "CAST(salt AS BLOB), CAST(content AS BLOB) "
    "FROM entry LEFT JOIN body USING (seq) WHERE {where} ORDER BY seq"
)


class LedgerFile:
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

    def append(self, drafts: Iterable[Draft], *, now: datetime) -> list[Entry]:
        """Record drafts in order, all or none. One whose (kind, ref) is recorded gives the entry there is.

        Raises:
            LedgerError: A draft says something else than the entry already recorded under its (kind, ref).
            StorageError: The disk refused; nothing was recorded.
        """
        with self._transaction():
            return self._append(drafts, to_the_hour(now))

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

    def verify(self, *, expected_head: Head | None = None, keep: Collection[Event] = ()) -> Verdict:
        """Recompute everything; the verdict names the first broken entry and why.

        Headers of the kinds to ``keep`` come with the verdict, read from the chain and from no index.
        """
        with sqlite_errors(self.path), transaction(self._db, "DEFERRED"):  # all of one moment
            verdict = verify(self.records(), expected_head=expected_head, keep=keep)
            return verdict if verdict.broken else self._with_the_resurrected(verdict)

    def tombstones(self) -> dict[str, int]:
        """Every erased reference, with the entry that says so."""
        stones = self.entries(Event.ERASURE_PERFORMED)
        return {ref: stone.header.seq for stone in stones for ref in erased_refs(stone.header)}

    def erase(
        self,
        subjects: Iterable[str],
        *,
        actor: str,
        basis: str,
        now: datetime,
        rows: Sequence[str] = (),
    ) -> list[Entry]:
        """Destroy the bodies of these subjects, and say so in the chain first, in one transaction.

        ``rows`` are references of rows in run files (``ledger.parts.row_ref``) that the same tombstones shall
        name; the caller rewrites those files afterwards. ``basis``: a word, such as ``request``.
        Returns the tombstones; none when nothing is known of the subjects.

        Raises:
            StorageError: Another process reads old pages, so that bytes remain. Call ``scrub`` again.
        """
        with self._transaction():
            refs = sorted({*self._refs_of(subjects), *rows})
            fresh = [ref for ref in refs if not self._is_erased(ref)]
            drafts = [_tombstone(fresh[i : i + _REFS], actor, basis) for i in range(0, len(fresh), _REFS)]
            stones = self._append(drafts, to_the_hour(now))
            self._bury(stones, refs)
        self.scrub()
        return stones

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
    def _transaction(self) -> Iterator[None]:
        """IMMEDIATE: two writers never read the same head."""
        with sqlite_errors(self.path), transaction(self._db, "IMMEDIATE"):
            yield

    def _append(self, drafts: Iterable[Draft], hour: datetime) -> list[Entry]:
        head, written = self.head(), []
        for draft in drafts:
            entry = self._recorded(draft)
            if entry is None:
                body = (
                    Body.of(draft.body, secrets.token_bytes(_SALT_BYTES)) if draft.body is not None else None
                )
                entry = seal(draft, after=head, hour=hour, body=body)
                self._insert(entry, draft.subject)
                head = entry.head
            written.append(entry)
        return written

    def _insert(self, entry: Entry, subject: str | None) -> None:
        row = (entry.header.seq, entry.raw.decode(), entry.hash)
        self._db.execute("INSERT INTO entry (seq, header, hash) VALUES (?, ?, ?)", row)
        if entry.body:
            body = (entry.header.seq, subject, entry.body.salt, entry.body.content)
            self._db.execute("INSERT INTO body (seq, subject, salt, content) VALUES (?, ?, ?, ?)", body)

    def _recorded(self, draft: Draft) -> Entry | None:
        entry = next(self.entries(draft.kind, draft.ref), None)
        if entry and not _says(entry, draft):
            raise LedgerError(f"{draft.kind} {draft.ref} is already recorded, with other content.")
        return entry

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

    def _with_the_resurrected(self, verdict: Verdict) -> Verdict:
        """A body that a restored backup brought back although its tombstone stands."""
        query = "SELECT seq FROM body JOIN entry USING (seq) WHERE ref = ?"
        for ref in self.tombstones():
            row = self._db.execute(query, (ref,)).fetchone()
            if row:
                message = f"The body of entry {row[0]} has a tombstone and is still there."
                return replace(verdict, broken=Broken(row[0], Flaw.RESURRECTED, message))
        return verdict


def refuse_broken(verdict: Verdict) -> None:
    """Raise a ``TamperedError`` for a verdict that names something broken."""
    if verdict.broken:
        raise TamperedError(str(verdict.broken))


def _tombstone(refs: list[str], actor: str, basis: str) -> Draft:
    return Draft(Event.ERASURE_PERFORMED, secrets.token_hex(16), actor, {"basis": basis, "refs": tuple(refs)})


def _says(entry: Entry, draft: Draft) -> bool:
    if entry.header.facts != draft.facts or (entry.header.commitment is None) != (draft.body is None):
        return False
    return entry.body is None or entry.body.content == Body.of(draft.body, entry.body.salt).content
