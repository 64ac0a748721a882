"""The ledger in the application's database, appended to inside the transaction of the act itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

from plumbline.app.models import LedgerBody, LedgerEntry, LedgerHead, Tombstone
from plumbline.ledger.body import Body
from plumbline.ledger.entry import START, Entry, Head, Header, erased_refs
from plumbline.store.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbline.ledger.entry import Event
    from plumbline.ledger.verify import Record

_CHUNK = 2_000


class DatabaseLedger(Ledger):
    """Joins the transaction it is called in, so an act and its entry stand or fall together."""

    def head(self) -> Head:
        """How far the ledger reaches. Keep it elsewhere, such as in a daily e-mail."""
        row = LedgerHead.objects.values_list("seq", "hash").filter(pk=1).first()
        return Head(row[0], bytes(row[1])) if row else START

    def hold(self) -> None:
        """Take the lock of every append now, for acts that lock rows which others lock after an append."""
        with self._writing():
            pass

    def entries(self, kind: Event | None = None, ref: str | None = None, under: str = "") -> Iterator[Entry]:
        """Entries in order, perhaps only of a kind, a reference, or references that begin with ``under``."""
        wanted = LedgerEntry.objects.order_by("seq").select_related("body")
        if kind:
            wanted = wanted.filter(kind=kind.value)
        if ref:
            wanted = wanted.filter(ref=ref)
        if under:
            wanted = wanted.filter(ref__gte=under, ref__lt=under + "\x7f")
        return map(_entry, wanted.iterator(_CHUNK))

    def entry(self, seq: int) -> Entry:
        """The entry of a number; ``LedgerEntry.DoesNotExist`` when there is none."""
        return _entry(LedgerEntry.objects.select_related("body").get(pk=seq))

    def records(self) -> Iterator[Record]:
        """The stored bytes in order, as ``verify`` reads them."""
        columns = ("header", "hash", "body__salt", "body__content")
        rows = LedgerEntry.objects.order_by("seq").values_list(*columns)
        for header, digest, salt, content in rows.iterator(_CHUNK):
            yield header.encode(), bytes(digest), _bytes(salt), _bytes(content)

    def scrub(self) -> None:
        """Nothing here: erasing runs inside the act's transaction, where no database rewrites its own files.

        The worker does it afterwards (``services.erasure.scrub``).
        """

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with transaction.atomic():
            # One row that every append holds: SQLite lets one writer in anyway, PostgreSQL queues here.
            if not LedgerHead.objects.select_for_update().filter(pk=1).exists():
                LedgerHead.objects.bulk_create(
                    [LedgerHead(pk=1, seq=0, hash=START.hash)], ignore_conflicts=True
                )
                LedgerHead.objects.select_for_update().get(pk=1)
            yield

    @contextmanager
    def _reading(self) -> Iterator[None]:
        outermost = not connection.in_atomic_block
        with transaction.atomic():
            if outermost and connection.vendor == "postgresql":
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def _insert(self, entry: Entry, subject: str | None) -> None:
        header = entry.header
        LedgerEntry.objects.create(
            seq=header.seq, header=entry.raw.decode(), hash=entry.hash, kind=header.kind.value, ref=header.ref
        )
        if entry.body:
            LedgerBody.objects.create(
                entry_id=header.seq, subject=subject or "", salt=entry.body.salt, content=entry.body.content
            )
        LedgerHead.objects.filter(pk=1).update(seq=header.seq, hash=entry.hash)

    def _refs_of(self, subjects: Iterable[str]) -> Iterator[str]:
        bodies = LedgerBody.objects.filter(subject__in=list(subjects))
        return iter(bodies.values_list("entry__ref", flat=True))

    def _is_erased(self, ref: str) -> bool:
        return Tombstone.objects.filter(pk=ref).exists()

    def _bury(self, stones: Iterable[Entry], refs: Iterable[str]) -> None:
        Tombstone.objects.bulk_create(
            Tombstone(ref=ref, entry_id=stone.header.seq)
            for stone in stones
            for ref in erased_refs(stone.header)
        )
        LedgerBody.objects.filter(entry__ref__in=list(refs)).delete()

    def _body_under(self, ref: str) -> int | None:
        return LedgerBody.objects.filter(entry__ref=ref).values_list("entry_id", flat=True).first()


def _entry(row: LedgerEntry) -> Entry:
    raw, body = row.header.encode(), getattr(row, "body", None)
    stored = Body(bytes(body.salt), bytes(body.content)) if body else None
    return Entry(Header.decode(raw), raw, bytes(row.hash), stored)


def _bytes(value: object) -> bytes | None:
    return None if value is None else bytes(value)  # type: ignore[call-overload]
