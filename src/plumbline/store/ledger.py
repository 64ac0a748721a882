"""A ledger, wherever it is kept: what it means to append, to erase and to verify. Keepers only store."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import LedgerError
from plumbline.ledger.body import Body
from plumbline.ledger.entry import Draft, Entry, Event, Head, erased_refs, seal, to_the_hour
from plumbline.ledger.verify import Broken, Flaw, Verdict, verify

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from plumbline.ledger.verify import Record

_SALT_BYTES: Final = 32
#: References in one tombstone; more become several, so that no header grows without bound.
_REFS: Final = 500


class Ledger(ABC):
    """Appended to by any number of processes, changed by none."""

    def append(self, drafts: Iterable[Draft], *, now: datetime) -> list[Entry]:
        """Record drafts in order, all or none. One whose (kind, ref) is recorded gives the entry there is.

        Raises:
            LedgerError: A draft says something else than the entry already recorded under its (kind, ref).
            StorageError: The disk refused; nothing was recorded.
        """
        with self._writing():
            return self._append(drafts, to_the_hour(now))

    def verify(self, *, expected_head: Head | None = None, keep: Collection[Event] = ()) -> Verdict:
        """Recompute everything; the verdict names the first broken entry and why.

        Headers of the kinds to ``keep`` come with the verdict, read from the chain and from no index.
        """
        with self._reading():  # all of one moment
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
        with self._writing():
            refs = sorted({*self._refs_of(subjects), *rows})
            fresh = [ref for ref in refs if not self._is_erased(ref)]
            drafts = [_tombstone(fresh[i : i + _REFS], actor, basis) for i in range(0, len(fresh), _REFS)]
            stones = self._append(drafts, to_the_hour(now))
            self._bury(stones, refs)
        self.scrub()
        return stones

    @abstractmethod
    def head(self) -> Head:
        """How far the ledger reaches. Keep it elsewhere, such as in a daily e-mail."""

    @abstractmethod
    def entries(self, kind: Event | None = None, ref: str | None = None, under: str = "") -> Iterator[Entry]:
        """Entries in order, perhaps only of a kind, a reference, or references that begin with ``under``."""

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """The stored bytes in order, as ``verify`` reads them."""

    @abstractmethod
    def scrub(self) -> None:
        """Leave no trace of what was erased where the keeper can see to it."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[None]:
        """A transaction that no second writer of the ledger runs beside: both would read the same head."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[None]:
        """A transaction that sees one moment."""

    @abstractmethod
    def _insert(self, entry: Entry, subject: str | None) -> None:
        """Store an entry with its body."""

    @abstractmethod
    def _refs_of(self, subjects: Iterable[str]) -> Iterator[str]:
        """The references of bodies that are about these subjects."""

    @abstractmethod
    def _is_erased(self, ref: str) -> bool:
        """Whether a tombstone names the reference."""

    @abstractmethod
    def _bury(self, stones: Iterable[Entry], refs: Iterable[str]) -> None:
        """Store what the tombstones name, and delete the bodies under these references."""

    @abstractmethod
    def _body_under(self, ref: str) -> int | None:
        """The entry whose body is still there under a reference, if one is."""

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

    def _recorded(self, draft: Draft) -> Entry | None:
        entry = next(iter(self.entries(draft.kind, draft.ref)), None)
        if entry and not _says(entry, draft):
            raise LedgerError(f"{draft.kind} {draft.ref} is already recorded, with other content.")
        return entry

    def _with_the_resurrected(self, verdict: Verdict) -> Verdict:
        """A body that a restored backup brought back although its tombstone stands."""
        for ref in self.tombstones():
            seq = self._body_under(ref)
            if seq is not None:
                message = f"The body of entry {seq} has a tombstone and is still there."
                return replace(verdict, broken=Broken(seq, Flaw.RESURRECTED, message))
        return verdict


def _tombstone(refs: list[str], actor: str, basis: str) -> Draft:
    return Draft(Event.ERASURE_PERFORMED, secrets.token_hex(16), actor, {"basis": basis, "refs": tuple(refs)})


def _says(entry: Entry, draft: Draft) -> bool:
    if entry.header.facts != draft.facts or (entry.header.commitment is None) != (draft.body is None):
        return False
    return entry.body is None or entry.body.content == Body.of(draft.body, entry.body.salt).content
