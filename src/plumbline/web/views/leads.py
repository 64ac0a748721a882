"""All leads: search, filters, and a file of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from plumbline.app.models import Standing
from plumbline.app.services import exports, search
from plumbline.domain.permissions import Perm
from plumbline.web.guards import page, post, saw

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from plumbline.web.guards import Request


@page(Perm.LEAD_READ, shows="list of leads")
def leads(request: Request) -> HttpResponse:
    """The newest leads, or those that a search and filters find."""
    wanted = search.Wanted.of(request.GET)
    shown = search.page_of(request.actor, wanted, after=request.GET.get("after", ""))
    saw(request, [one.key for one in shown.leads])
    values = {
        "wanted": wanted,
        "shown": shown,
        "states": Standing.State.choices,
        "purposes": exports.PURPOSES,
        "found": search.FOUND,
        "now": timezone.now(),
    }
    return render(request, "leads.html", values)


@post(Perm.LEAD_EXPORT)
def export(request: Request) -> HttpResponseBase:
    """What is listed, as CSV or Parquet. The service keeps who took it, and for what."""
    wanted, purpose = search.Wanted.of(request.POST), request.POST.get("purpose", "")
    name = f"leads-{timezone.localdate():%Y-%m-%d}"
    if request.POST.get("kind") == "parquet":
        file = exports.parquet_of(request.actor, wanted, purpose=purpose)
        return FileResponse(file, as_attachment=True, filename=f"{name}.parquet")
    pieces = exports.csv_of(request.actor, wanted, purpose=purpose)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
