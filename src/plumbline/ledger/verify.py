"""Reading a ledger from its first entry to its last, believing nothing that is not recomputed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import LedgerError
from plumbline.ledger.entry import GENESIS, START, Event, Head, Header, erased_refs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

#: header bytes, entry hash, salt, body content; the last two are null where there is no body.
Record = tuple[bytes, bytes, bytes | None, bytes | None]

# Canonical bytes end with these keys, and a quote inside text is escaped, so the match cannot be led astray.
# It is several times faster than parsing the whole header.
_HEADER: Final = re.compile(
    rb'\{"actor":"[^"\\]*(?:\\.[^"\\]*)*","commitment":(?:null|"([0-9a-f]{64})"),"facts":\{.*\},'
    rb'"kind":"([a-z_]+:[a-z_]+)","ref":"([^"\\]+)","seq":(\d{1,18}),"time":"\d{4}-\d\d-\d\dT\d\d:00Z"\}'
)
_TOMBSTONE: Final = Event.ERASURE_PERFORMED.value.encode()


class Flaw(StrEnum):
    """Why an entry, a part of a run or a row does not verify. Keep the list alphabetical."""

    BODY = "body"
    CHAIN = "chain"
    DOCUMENT = "document"
    FILE = "file"
    HEAD = "head"
    HEADER = "header"
    MISSING_BODY = "missing_body"
    MISSING_PART = "missing_part"
    RESURRECTED = "resurrected"
    ROOT = "root"
    ROW = "row"
    SEQUENCE = "sequence"
    TRUNCATED = "truncated"
    UNEXPECTED_BODY = "unexpected_body"
    UNKNOWN_PART = "unknown_part"
    UNREADABLE_PART = "unreadable_part"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that does not hold: ``seq`` is its entry (0: none of the ledger)."""

    seq: int
    flaw: Flaw
    message: str

    def __str__(self) -> str:
        return f"{self.message} [{self.flaw}]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was read, how far it holds, and the first thing that does not. ``kept``: headers asked for."""

    head: Head
    bodies: int
    erased: int
    broken: Broken | None = None
    kept: tuple[Header, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether everything holds."""
        return self.broken is None


def verify(
    records: Iterable[Record], *, expected_head: Head | None = None, keep: Collection[Event] = ()
) -> Verdict:
    """Read entries in order; memory grows only with erased bodies and the kinds of headers to ``keep``.

    A missing body needs a tombstone later in the same chain. A tail cut off, or a chain written anew from
    some entry on, is consistent in itself: only ``expected_head``, kept outside, shows it. A head older than
    the present one will do.
    """
    walk = _Walk(expected_head or START, keep)
    broken = walk.through(records) or walk.end()
    return Verdict(Head(walk.seq, walk.hash), walk.bodies, walk.erased, broken, tuple(walk.kept))


class _Walk:
    """How far the reading has come."""

    __slots__ = ("bodies", "erased", "expected", "hash", "keep", "kept", "missing", "seq")

    def __init__(self, expected: Head, keep: Collection[Event]) -> None:
        self.seq, self.hash, self.bodies, self.erased = 0, GENESIS, 0, 0
        self.expected = expected
        self.keep = frozenset(kind.value.encode() for kind in keep)
        self.kept: list[Header] = []
        self.missing: dict[bytes, list[int]] = {}

    def through(self, records: Iterable[Record]) -> Broken | None:
        """Take entries while they hold. One flat loop: a call for each would cost a third of the speed."""
        rare, expected = self.keep | {_TOMBSTONE}, self.expected.seq
        for seq, (raw, digest, salt, content) in enumerate(records, start=1):
            match = _HEADER.fullmatch(raw)
            if match is None or sha256(self.hash + raw).digest() != digest or int(match[4]) != seq:
                return _broken_link(seq, match)
            self.seq, self.hash = seq, digest
            commitment, kind, ref, _ = match.groups()
            if seq == expected and digest != self.expected.hash:
                return Broken(seq, Flaw.HEAD, f"Entry {seq} is not the one whose hash was kept outside.")
            if kind in rare and not self._take(kind, raw):
                return _broken_link(seq, None)
            if salt is None or content is None:
                if commitment is not None:
                    self.missing.setdefault(ref, []).append(seq)
            elif commitment is None:
                return Broken(seq, Flaw.UNEXPECTED_BODY, f"Entry {seq} never committed to its body.")
            elif sha256(salt + content).hexdigest().encode() != commitment:
                return Broken(seq, Flaw.BODY, f"The body of entry {seq} is not what it committed to.")
            else:
                self.bodies += 1
        return None

    def _take(self, kind: bytes, raw: bytes) -> bool:
        """Note a header that more depends on; whether it can be read at all."""
        try:
            header = Header.decode(raw)
        except LedgerError:
            return False
        if kind in self.keep:
            self.kept.append(header)
        if kind == _TOMBSTONE:
            self.erased += sum(len(self.missing.pop(ref.encode(), ())) for ref in erased_refs(header))
        return True

    def end(self) -> Broken | None:
        """What can only be told once all entries were read."""
        if self.missing:
            seq = min(seqs[0] for seqs in self.missing.values())
            return Broken(
                seq, Flaw.MISSING_BODY, f"The body of entry {seq} is gone, and no tombstone says why."
            )
        if self.seq < self.expected.seq:
            return Broken(
                self.seq + 1,
                Flaw.TRUNCATED,
                f"The ledger ends at entry {self.seq}, but {self.expected.seq} entries were known outside.",
            )
        return None


def _broken_link(seq: int, match: re.Match[bytes] | None) -> Broken:
    if match is None:
        return Broken(seq, Flaw.HEADER, f"The header of entry {seq} is not what Plumbline writes.")
    if int(match[4]) != seq:
        return Broken(
            seq, Flaw.SEQUENCE, f"Entry {seq} is missing: number {int(match[4])} stands in its place."
        )
    return Broken(seq, Flaw.CHAIN, f"Entry {seq} was changed, or does not continue the entry before it.")
