"""Lists of leads as a file, made piece by piece. Who took how many of them, and for what, is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.app.errors import InvalidInputError
from plumbline.app.services import access
from plumbline.app.services.responses import JUDGED
from plumbline.app.services.search import FOUND, rows_of
from plumbline.connectors.export import csv_bytes
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from django.db.models import QuerySet

    from plumbline.app.actors import Actor
    from plumbline.app.models import Lead
    from plumbline.app.services.search import Wanted

#: What a file is taken for, in words. It stands in the log of who saw what.
PURPOSES: Final[dict[str, str]] = {
    "sales_work": "Working the leads elsewhere",
    "reporting": "A report or an analysis",
    "audit": "An audit",
    "data_request": "A request of the person themselves",
    "migration": "Moving to another system",
}
_CHUNK: Final = 5_000
_BOM: Final = len("\N{ZERO WIDTH NO-BREAK SPACE}".encode())
_PERSONAL: Final = ("title", "email")
#: What is empty as long as somebody has to judge a lead before they see its score.
_TELLING: Final = ("route", "band", "points", "fit", "intent", "readiness", "because")
_SCHEMA: Final[dict[str, type[pl.DataType] | pl.DataType]] = {
    "lead": pl.String,
    "external_id": pl.String,
    "title": pl.String,
    "email": pl.String,
    "company": pl.String,
    "source": pl.String,
    "country": pl.String,
    "arrived_at": pl.Datetime("us", "UTC"),
    "route": pl.String,
    "band": pl.String,
    "points": pl.Int64,
    "fit": pl.String,
    "intent": pl.String,
    "readiness": pl.String,
    "because": pl.String,
    "state": pl.String,
    "team": pl.String,
    "owner": pl.String,
    "due_at": pl.Datetime("us", "UTC"),
}


def csv_of(actor: Actor, wanted: Wanted, *, purpose: str) -> Iterator[bytes]:
    """A CSV of the wanted leads in pieces; no cell runs as a formula (``connectors.export``).

    Raises:
        InvalidInputError: No such purpose, or a search that finds too much.
        NotAllowedError: The actor may not export.
    """
    rows = _allowed(actor, wanted, purpose)
    return _csv(actor, rows)


def parquet_of(actor: Actor, wanted: Wanted, *, purpose: str) -> BinaryIO:
    """A Parquet file of the wanted leads, open for reading and gone once closed. Values are as they are.

    Raises:
        InvalidInputError: No such purpose, or a search that finds too much.
        NotAllowedError: The actor may not export.
    """
    rows = _allowed(actor, wanted, purpose)
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, frame in enumerate(_frames(actor, rows)):
            parts.append(Path(folder) / f"{number:06d}.parquet")
            frame.write_parquet(parts[-1])
        whole = Path(folder) / "leads.parquet"
        pl.scan_parquet(parts, glob=False).sink_parquet(whole)
        # The name goes with the folder; the open file stays until it is read.
        return whole.open("rb")


def _allowed(actor: Actor, wanted: Wanted, purpose: str) -> QuerySet[Lead]:
    actor.require(Perm.LEAD_EXPORT)
    if purpose not in PURPOSES:
        raise InvalidInputError("Say what the file is for.", "purpose")
    rows = rows_of(actor, wanted)
    count = rows.count()
    if wanted.q and count > FOUND:
        raise InvalidInputError("The search finds too much to be complete: write more letters.", "q")
    first = list(rows.values_list("key", flat=True)[: access.PAGE])
    access.note(actor, what="export", leads=first, purpose=purpose, count=count)
    return rows


def _csv(actor: Actor, rows: QuerySet[Lead]) -> Iterator[bytes]:
    for number, frame in enumerate(_frames(actor, rows)):
        piece = csv_bytes(frame)
        yield piece if number == 0 else piece[_BOM:].split(b"\n", 1)[1]


def _frames(actor: Actor, rows: QuerySet[Lead]) -> Iterator[pl.DataFrame]:
    """Frames of at most ``_CHUNK`` leads, the first one also when it is empty."""
    rows = rows.annotate(judged=JUDGED).select_related("account", "standing__team", "standing__owner")
    rows, last, first = rows.defer("received"), None, True
    while True:
        piece = list((rows if last is None else rows.filter(pk__lt=last))[:_CHUNK])
        if piece or first:
            yield pl.DataFrame([_row(actor, lead) for lead in piece], schema=_SCHEMA)
        if len(piece) < _CHUNK:
            return
        last, first = piece[-1].pk, False


def _row(actor: Actor, lead: Lead) -> dict[str, object]:
    standing = lead.standing
    row: dict[str, object] = {
        "lead": lead.key,
        "external_id": lead.external_id,
        "title": lead.title,
        "email": lead.email,
        "company": lead.account.name if lead.account else None,
        "source": lead.source,
        "country": lead.country,
        "arrived_at": lead.arrived_at,
        "route": Route(standing.route).word,
        "band": standing.band or None,
        "points": standing.points,
        "fit": standing.fit or None,
        "intent": standing.intent or None,
        "readiness": standing.readiness or None,
        "because": standing.because,
        "state": standing.state,
        "team": str(standing.team),
        "owner": str(standing.owner) if standing.owner else None,
        "due_at": standing.due_at,
    }
    hidden = standing.blind and not lead.judged and actor.may(Perm.LEAD_ACT)  # type: ignore[attr-defined]
    empty = (_PERSONAL if actor.masked else ()) + (_TELLING if hidden else ())
    return row | dict.fromkeys(empty)
