"""Imports: a file comes in, is mapped, watched while it is read, looked at, and undone if it was wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Import, Run
from plumbline.app.services import imports, runs, undoing, uploads
from plumbline.app.services.uploads import Wishes
from plumbline.connectors.guess_yaml import values_shown
from plumbline.connectors.settle import Choice
from plumbline.domain.errors import MappingError, UnreadableFileError
from plumbline.domain.fields import EXTRA, RECEIVED
from plumbline.domain.permissions import Perm
from plumbline.web.guards import page, post, saw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.connectors.guess import ColumnGuess, Guess
    from plumbline.web.guards import Request

_PAGE: Final = 20
_KEPT: Final = 50
_REJECTED: Final = 20
_FIELD: Final = "field:"
_WAS: Final = "was:"
_FIELDS: Final = [(name, field.about.rstrip(".")) for name, field in RECEIVED.items()]


@page(Perm.IMPORT_RUN)
def imports_(request: Request) -> HttpResponse:
    """Where a file is brought, and those that were."""
    before = request.GET.get("before", "")
    found = Import.objects.select_related("by", "run").order_by("-pk")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    shown = list(found[: _PAGE + 1])
    values = {
        "imports": shown[:_PAGE],
        "before": shown[_PAGE - 1].pk if len(shown) > _PAGE else None,
        "runs": Run.objects.exclude(kind=runs.OF_IMPORT).select_related("policy").order_by("-pk")[:5],
        "largest": uploads.LARGEST // 1024**3,
    }
    return render(request, "imports.html", values)


@post(Perm.IMPORT_RUN)
def upload(request: Request) -> HttpResponse:
    """Keep a file and go on to its mapping."""
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise InvalidInputError("Choose a file first.", "file")
    sent = uploads.upload(request.actor, file.name or "leads", file.chunks(), now=timezone.now())
    return redirect("import", sent.upload.key)


@page(Perm.IMPORT_RUN, shows="an import")
def import_(request: Request, key: str) -> HttpResponse:
    """One import: its mapping while it waits for one, else how far it is or what became of it."""
    one = uploads.find(request.actor, key)
    saw(request, [])
    if one.state == Import.State.UPLOADED:
        return _mapping(request, one, _wishes(request.GET))
    return render(request, "import.html", _told(request, one))


@page(Perm.IMPORT_RUN, shows="an import")
def progress(request: Request, key: str) -> HttpResponse:
    """How far it is, again and again until it has ended; then the whole page is loaded anew."""
    one = uploads.find(request.actor, key)
    saw(request, [])
    if request.htmx and not _busy(one):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "import_progress.html", _told(request, one))


@page(Perm.IMPORT_RUN, shows="an import", methods=("POST",))
def mapping(request: Request, key: str) -> HttpResponse:
    """Look again with what the form says, start with it, or take the upload back."""
    one = uploads.find(request.actor, key)
    does, wishes = request.POST.get("do", "look"), _wishes(request.POST)
    saw(request, [])
    if does == "discard":
        uploads.discard(request.actor, one)
        messages.info(request, "The file was taken back. Nothing of it was read.")
        return redirect("imports")
    if does != "start":
        return _mapping(request, one, wishes)
    text = uploads.look(request.actor, one, wishes).to_yaml()
    imports.start(request.actor, one, text, now=timezone.now())
    return redirect("import", one.key)


@page(Perm.IMPORT_RUN, shows="rows that were rejected")
def rejected(request: Request, key: str) -> HttpResponse:
    """The rejected rows as a file."""
    one = uploads.find(request.actor, key)
    saw(request, [])
    response = HttpResponse(imports.report(request.actor, one), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{one.key}.csv"'
    return response


@post(Perm.IMPORT_RUN)
def undo(request: Request, key: str) -> HttpResponse:
    """Take an import back."""
    undoing.undo(request.actor, uploads.find(request.actor, key), now=timezone.now())
    return redirect("import", key)


@post(Perm.RUN_START)
def run(request: Request) -> HttpResponse:
    """Decide all leads again, or those that changed."""
    runs.start(request.actor, request.POST.get("kind", ""), now=timezone.now())
    messages.info(request, "The leads are being decided again. This goes on by itself.")
    return redirect("imports")


def _mapping(request: Request, one: Import, wishes: Wishes) -> HttpResponse:
    values: dict[str, object] = {"one": one, "wishes": wishes, "same": uploads.same_file(one), "trouble": ""}
    try:
        ours = uploads.look(request.actor, one, replace(wishes, fields={}))
        guessed = uploads.as_said(ours, wishes.fields)
        sample = uploads.preview(request.actor, one, guessed)
        values |= {
            "guess": guessed,
            "lines": list(_lines(guessed, ours)),
            "sample": sample,
            "fields": _FIELDS,
        }
        values |= {"sheets": uploads.sheets(one, guessed.sheet), "doubts": _doubts(guessed)}
    except (UnreadableFileError, MappingError, InvalidInputError) as error:
        values["trouble"] = str(error)
    return render(request, "import_mapping.html", values, status=422 if values["trouble"] else 200)


def _lines(guessed: Guess, ours: Guess) -> Iterator[dict[str, object]]:
    """A line per column: what it becomes now, and what we took it for before anybody said otherwise."""
    for entry, own in zip(guessed.guesses, ours.guesses, strict=True):
        yield {
            "entry": entry,
            "values": values_shown(entry),
            "extra": _extra(entry),
            "name": _FIELD + entry.column,
            "was": _WAS + entry.column,
            "own": own.field or "",
        }


def _extra(entry: ColumnGuess) -> str:
    """The field of one's own that a column could be kept as."""
    if entry.field and entry.field.startswith(EXTRA):
        return entry.field
    word = "".join(sign if sign.isalnum() else "_" for sign in entry.column.lower()).strip("_")
    return EXTRA + (word if word.isidentifier() else f"column_{abs(hash(word)) % 10_000}")


def _doubts(guessed: Guess) -> dict[str, list[object]]:
    """What the file leaves open, once for all its dates and once for all its numbers."""
    open_ = [one for one in guessed.findings if one.choices]
    dates = [one for one in open_ if one.choices[0].startswith("%")]
    numbers = [one for one in open_ if not one.choices[0].startswith("%")]
    return {"dates": [*dates], "numbers": [*numbers]}


def _wishes(said: object) -> Wishes:
    """What a form says of a file."""
    form = {name: str(value) for name, value in said.items()}  # type: ignore[attr-defined]
    day_first = {"day": True, "month": False}.get(form.get("dates", ""))
    # What stands as we guessed it was chosen by nobody: it is guessed anew once more is known of the file.
    chosen = {
        name.removeprefix(_FIELD): value
        for name, value in form.items()
        if name.startswith(_FIELD) and form.get(_WAS + name.removeprefix(_FIELD)) != value
    }
    return Wishes(form.get("sheet") or None, Choice(day_first, form.get("numbers") or None), chosen)


def _busy(one: Import) -> bool:
    """Whether something is still going on."""
    undoing_ = one.undone_at is not None and one.state != Import.State.UNDONE
    return undoing_ or one.state in (Import.State.WAITING, Import.State.RUNNING)


def _told(request: Request, one: Import) -> dict[str, object]:
    ended = not _busy(one)
    lines = imports.rejected_rows(one) if ended else None
    kept = list(undoing.kept_by_people(one)[:_KEPT]) if one.state == Import.State.UNDONE else []
    saw(request, [lead.key for lead in kept])
    return {
        "one": one,
        "busy": not ended,
        "percent": _percent(one),
        "rejected": [] if lines is None else lines.head(_REJECTED).to_dicts(),
        "kept": kept,
        "States": Import.State,
    }


def _percent(one: Import) -> int | None:
    """How much is decided, of what the file brought; None while its length is not known."""
    run_ = one.run
    if run_ is None or not run_.total:
        return None
    return min(99, 100 * (run_.done + run_.loaded) // (2 * run_.total))
