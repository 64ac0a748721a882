"""Reviews: what waits for a person, and one case with its evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.services import compared, evidence, reviewing, reviews
from plumbline.domain.answers import ANSWERS, NAMES, Answer, Question
from plumbline.domain.permissions import Perm
from plumbline.report.html import packet_values
from plumbline.web.guards import page, post, saw
from plumbline.web.onward import onward
from plumbline.web.views.queue import whole

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.app.models import Review
    from plumbline.app.services.reviewing import Case
    from plumbline.web.guards import Request

_MOMENT: Final = "%Y%m%dT%H%M%S.%f"


@page(Perm.REVIEW_READ, shows="reviews")
def listed(request: Request) -> HttpResponse:
    """What waits, due first before the others; or what was answered."""
    kind = request.GET.get("kind", "")
    kind, answered = (kind if kind in list(Question) else ""), request.GET.get("state") == "answered"
    rows = reviews.page(
        request.actor, kind=kind, answered=answered, after=_mark(request.GET.get("after", ""))
    )
    shown, more = rows[: reviews.PAGE], rows[reviews.PAGE :]
    saw(request, [row.lead.key for row in shown])
    values = {
        "rows": shown,
        "after": _mark_of(shown[-1]) if more else "",
        "kind": kind,
        "answered": answered,
        "names": NAMES,
        "answers": ANSWERS,
        "now": timezone.now(),
    }
    return render(request, "reviews.html", values)


@page(Perm.REVIEW_READ, shows="review")
def review(request: Request, key: str) -> HttpResponse:
    """One case with its evidence. Opening it is what allows somebody to answer it."""
    now = timezone.now()
    case = reviewing.opened(request.actor, key, now=now)
    leads = [one for one in (case.review.lead, case.review.other) if one is not None]
    saw(request, [lead.key for lead in leads])
    values = {"case": case, "review": case.review, "now": now, "names": NAMES, "score": None, "packet": None}
    values |= {"answered": _said(case.review), "rows": compared.rows_of(request.actor, leads)}
    return render(request, "review.html", values | _packet(request, case))


@post(Perm.REVIEW_DECIDE)
def decide(request: Request, key: str) -> HttpResponse:
    """Answer it."""
    form = request.POST
    reviewing.decide(
        request.actor,
        key,
        form.get("answer", ""),
        version=whole(form.get("version", ""), "version"),
        now=timezone.now(),
        note=form.get("note", ""),
    )
    messages.info(request, "Answered, in your name. It stands in the ledger.")
    return onward(request, reverse("reviews"))


@post(Perm.REVIEW_DECIDE)
def acknowledge(request: Request, key: str) -> HttpResponse:
    """Say that you have an appeal."""
    case = reviews.acknowledge(request.actor, key, now=timezone.now())
    messages.info(request, f"You have it. Answer it before {timezone.localtime(case.due_at):%-d %B}.")
    return onward(request, reverse("review", args=[key]))


@post(Perm.REVIEW_DECIDE)
def part(request: Request, key: str) -> HttpResponse:
    """Two leads are two again."""
    reviewing.part(request.actor, key, note=request.POST.get("note", ""), now=timezone.now())
    messages.info(request, "They are two leads again. The later one is back in its queue.")
    return onward(request, reverse("review", args=[key]))


def _packet(request: Request, case: Case) -> dict[str, object]:
    """The evidence; none for a blind audit, for two leads side by side, or of what was erased."""
    decision = case.review.decision
    if case.blind or decision is None or case.review.other is not None:
        return {}
    try:
        return dict(packet_values(evidence.evidence_of(request.actor, decision).packet))
    except NotFoundError:
        return {}


def _said(row: Review) -> str:
    """The answer in words; empty while there is none."""
    choices = ANSWERS[Question(row.kind)]
    return choices[Answer(row.answer)].label if row.answer else ""


def _mark_of(row: Review) -> str:
    return f"{row.due_at.astimezone(UTC):{_MOMENT}}-{row.pk}"


def _mark(text: str) -> tuple[datetime, int] | None:
    """Where a page ended, as ``_mark_of`` wrote it."""
    if not text:
        return None
    due, _, pk = text.partition("-")
    try:
        return datetime.strptime(due, _MOMENT).replace(tzinfo=UTC), whole(pk, "after")
    except ValueError:
        raise InvalidInputError("This is no place in the list.", "after") from None
