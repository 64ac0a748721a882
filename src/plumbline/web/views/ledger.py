"""The ledger and the log of who saw what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone

from plumbline.app.errors import InvalidInputError
from plumbline.app.services import access, records
from plumbline.domain.permissions import Perm
from plumbline.ledger.entry import Event
from plumbline.web.guards import page, post, saw
from plumbline.web.views.queue import whole

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from plumbline.web.guards import Request


@page(Perm.LEDGER_READ)
def ledger(request: Request) -> HttpResponse:
    """The newest entries, perhaps of one kind."""
    return render(request, "ledger.html", _listed(request))


@post(Perm.LEDGER_READ)
def verify(request: Request) -> HttpResponse:
    """Recompute the chain from its first entry, and compare it with a head that was kept elsewhere."""
    verdict = records.check(request.actor, kept=request.POST.get("kept", ""))
    return render(request, "ledger.html", {"verdict": verdict, **_listed(request)})


@page(Perm.LEDGER_READ, shows="ledger entry")
def entry(request: Request, seq: str) -> HttpResponse:
    """One entry, with its body for who may see it."""
    shown = records.entry_of(request.actor, int(seq) if seq.isdecimal() and len(seq) < 19 else 0)
    saw(request, [shown.subject] if shown.subject and shown.body else [])
    return render(request, "ledger_entry.html", {"shown": shown, "header": shown.line.header})


@post(Perm.LEDGER_READ)
def export(request: Request) -> HttpResponseBase:
    """The ledger as a file that verifies by itself."""
    name = f"ledger-{timezone.localdate():%Y-%m-%d}.jsonl"
    return FileResponse(records.export(request.actor), as_attachment=True, filename=name)


@page(Perm.ACCESS_READ)
def seen(request: Request) -> HttpResponse:
    """Who saw what, newest first. The log holds keys alone, so looking at it shows nobody."""
    wanted, now = _wanted(request), timezone.now()
    rows = access.page_of(request.actor, wanted, before=_before(request))
    shown, more = rows[: access.ROWS], rows[access.ROWS :]
    unusual = access.unusual(request.actor, now=now)
    values = {
        "rows": shown,
        "wanted": wanted,
        "unusual": unusual,
        "names": records.names_of([row.actor for row in shown] + [one.actor for one in unusual]),
        "before": shown[-1].pk if more else "",
    }
    return render(request, "access.html", values)


def _listed(request: Request) -> dict[str, object]:
    kind = request.GET.get("kind", "")
    lines = records.page_of(request.actor, kind=kind, before=_before(request))
    shown, more = lines[: records.PAGE], lines[records.PAGE :]
    return {
        "lines": shown,
        "kind": kind,
        "kinds": list(Event),
        "head": records.head(request.actor),
        "before": shown[-1].header.seq if more else "",
    }


def _before(request: Request) -> int | None:
    text = request.GET.get("before", "")
    return whole(text, "before") if text else None


def _wanted(request: Request) -> access.Wanted:
    given = request.GET
    try:
        day = date.fromisoformat(given["day"]) if given.get("day") else None
    except ValueError:
        raise InvalidInputError("Write the day as 2026-03-31.", "day") from None
    return access.Wanted(given.get("who", "").strip(), given.get("lead", "").strip(), day)
