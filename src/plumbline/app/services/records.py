"""Looking at the ledger: its newest entries, one of them, whether it holds, and a copy to take away."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import LedgerBody, LedgerEntry, Tombstone, User
from plumbline.app.services import access
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.errors import LedgerError
from plumbline.domain.permissions import Perm
from plumbline.ledger.entry import GENESIS, Event, Head, Header
from plumbline.store.export import export_ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

    from plumbline.app.actors import Actor
    from plumbline.ledger.verify import Verdict

PAGE: Final = 50
_USER: Final = "user:"


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a list shows it. ``who``: the name behind the key, where there still is one."""

    header: Header
    who: str
    hash: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry. ``body`` is None where there is none, it was erased, or it is not for who asks.

    ``raw`` is the header as it was hashed; ``before`` the hash it continues; ``tombstone`` the number of the
    entry that erased the body; ``subject`` the key of the lead the body is about.
    """

    line: Line
    raw: str
    before: str
    body: str | None
    has_body: bool
    tombstone: int | None
    subject: str


def page_of(actor: Actor, *, kind: str = "", before: int | None = None) -> Sequence[Line]:
    """The newest entries and one more than a page, perhaps of one kind, perhaps before a number.

    Raises:
        InvalidInputError: There is no such kind.
    """
    actor.require(Perm.LEDGER_READ)
    rows = LedgerEntry.objects.order_by("-seq")
    if kind:
        rows = rows.filter(kind=_kind(kind).value)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return _lines(list(rows[: PAGE + 1]))


def entry_of(actor: Actor, seq: int) -> Shown:
    """One entry; its body only for who may see personal data.

    Raises:
        NotFoundError: There is no such entry.
    """
    actor.require(Perm.LEDGER_READ)
    row = LedgerEntry.objects.filter(pk=seq).first()
    if row is None:
        raise NotFoundError("There is no such entry.")
    last = LedgerEntry.objects.filter(pk=seq - 1).values_list("hash", flat=True).first()
    body = LedgerBody.objects.filter(entry_id=seq).first()
    return Shown(
        line=_lines([row])[0],
        raw=row.header,
        before=bytes(last).hex() if last else GENESIS.hex(),
        body=_pretty(bytes(body.content)) if body and not actor.masked else None,
        has_body=body is not None,
        tombstone=Tombstone.objects.filter(pk=row.ref).values_list("entry_id", flat=True).first(),
        subject=body.subject if body else "",
    )


def head(actor: Actor) -> Head:
    """How far the ledger reaches."""
    actor.require(Perm.LEDGER_READ)
    return DatabaseLedger().head()


def check(actor: Actor, *, kept: str = "") -> Verdict:
    """Recompute the whole chain now. ``kept``: a head that was kept elsewhere, perhaps an old one.

    Raises:
        InvalidInputError: That is no head.
    """
    actor.require(Perm.LEDGER_READ)
    try:
        expected = Head.parse(kept) if kept.strip() else None
    except LedgerError as error:
        raise InvalidInputError(str(error), "kept") from error
    return DatabaseLedger().verify(expected_head=expected)


def export(actor: Actor) -> BinaryIO:
    """The ledger as JSON lines, open for reading and gone once closed; who took it is kept.

    Bodies are in it only for who may see personal data; the file says so, and verifies all the same.
    """
    actor.require(Perm.LEDGER_READ)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        reached = export_ledger(DatabaseLedger(), path, bodies=not actor.masked)
        access.note(actor, what="ledger export", leads=[], purpose="audit", count=reached.seq)
        # The name goes with the folder; the open file stays until it is read.
        return path.open("rb")


def _kind(text: str) -> Event:
    try:
        return Event(text)
    except ValueError as error:
        raise InvalidInputError("There is no such kind of entry.", "kind") from error


def _lines(rows: Iterable[LedgerEntry]) -> list[Line]:
    found = [(Header.decode(row.header.encode()), bytes(row.hash).hex()) for row in rows]
    names = names_of(header.actor for header, _ in found)
    return [Line(header, names.get(header.actor, header.actor), digest) for header, digest in found]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Actor to the name of the person, of those who are persons."""
    keys = {name.removeprefix(_USER) for name in actors if name.startswith(_USER)}
    rows = User.objects.filter(key__in=keys).values_list("key", "name")
    return {_USER + key: name for key, name in rows}


def _pretty(content: bytes) -> str:
    return json.dumps(json.loads(content), indent=1, ensure_ascii=False)
