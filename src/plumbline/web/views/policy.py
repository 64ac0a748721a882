"""The policy: what is live, what is proposed, and the switch that stops everything automatic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils import timezone

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import Policy, Proposal
from plumbline.app.services import previews, proposals, switches
from plumbline.app.services.live import bundle_of_policy
from plumbline.domain.permissions import Perm
from plumbline.web import prose
from plumbline.web.guards import page, post

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.web.guards import Request

_VERSIONS = 50


@page(Perm.POLICY_READ)
def policy(request: Request) -> HttpResponse:
    """The live policy as prose, its versions, and what waits for an answer."""
    live = Policy.objects.order_by("-number").first()
    versions = Policy.objects.select_related("proposed_by", "approved_by", "back_to").order_by("-number")
    values = {
        "live": live,
        "versions": versions[:_VERSIONS],
        "proposals": proposals.open_ones(request.actor),
        "switch": switches.state(),
        **(_told(live) if live else {}),
    }
    return render(request, "policy.html", values)


@page(Perm.POLICY_READ)
def version(request: Request, number: int) -> HttpResponse:
    """One version as prose and as text, and what changed with it."""
    found = Policy.objects.select_related("proposed_by", "approved_by").filter(number=number).first()
    if found is None:
        raise NotFoundError("There is no such version.")
    before = Policy.objects.filter(number__lt=number).order_by("-number").first()
    changes = previews.changes(before.text, found.text) if before else ()
    return render(request, "policy_version.html", {"version": found, "changes": changes, **_told(found)})


@post(Perm.POLICY_PROPOSE)
def begin(request: Request) -> HttpResponse:
    """A new draft on top of the live policy."""
    draft = proposals.start(request.actor, now=timezone.now())
    return redirect("proposal", draft.key)


@page(Perm.POLICY_READ)
def proposal(request: Request, key: str) -> HttpResponse:
    """A proposal: its text while it is a draft, and what it would change and move."""
    found = proposals.get(request.actor, key)
    return render(request, "proposal.html", _shown(request, found))


@post(Perm.POLICY_PROPOSE)
def check(request: Request, key: str) -> HttpResponse:
    """What the linter says about the text in the editor; nothing is kept."""
    found = proposals.get(request.actor, key)
    return render(request, "proposal_check.html", _checked(request.POST.get("text", ""), found))


@post(Perm.POLICY_PROPOSE)
def save(request: Request, key: str) -> HttpResponse:
    """Keep the draft, and go on with what the button said: only keep, see what moves, propose, withdraw."""
    now, does = timezone.now(), request.POST.get("do", "keep")
    version_ = _version(request)
    if does == "withdraw":
        proposals.withdraw(request.actor, key, version=version_, now=now)
        return redirect("policy")
    text, why = request.POST.get("text", ""), request.POST.get("why", "")
    found = proposals.save(request.actor, key, text=text, why=why, version=version_, now=now)
    if does == "preview":
        proposals.preview(request.actor, key, now=now)
    if does == "propose":
        proposals.preview(request.actor, key, now=now)
        proposals.propose(request.actor, key, version=found.version, now=now)
    return redirect("proposal", key)


@post(Perm.POLICY_APPROVE)
def decide(request: Request, key: str) -> HttpResponse:
    """A second person's answer."""
    proposals.decide(
        request.actor,
        key,
        approve=request.POST.get("answer") == "approve",
        answer=request.POST.get("note", ""),
        version=_version(request),
        now=timezone.now(),
    )
    return redirect("policy")


@post(Perm.POLICY_APPROVE)
def step_back(request: Request) -> HttpResponse:
    """The version before becomes live again."""
    proposals.step_back(request.actor, why=request.POST.get("why", ""), now=timezone.now())
    return redirect("policy")


@post(Perm.AUTONOMY_STOP)
def pull(request: Request) -> HttpResponse:
    """Stop everything automatic."""
    switches.pull(request.actor, why=request.POST.get("why", ""), now=timezone.now())
    return redirect("policy")


@post(Perm.POLICY_APPROVE)
def release(request: Request) -> HttpResponse:
    """Let the system act again."""
    switches.release(request.actor, why=request.POST.get("why", ""), now=timezone.now())
    return redirect("policy")


def _told(found: Policy) -> dict[str, object]:
    compiled = bundle_of_policy(found).policy
    return {
        "about": compiled.about,
        "definition": prose.definition(compiled),
        "points": prose.points(compiled),
        "bands": prose.bands(compiled),
        "rules": prose.rules(compiled),
        "rest": prose.rest(compiled),
    }


def _shown(request: Request, found: Proposal) -> dict[str, object]:
    mine = found.created_by_id == request.actor.user_id
    draft = found.state == Proposal.State.DRAFT
    return {
        "proposal": found,
        "writing": mine and draft and request.actor.may(Perm.POLICY_PROPOSE),
        "answering": found.state == Proposal.State.PROPOSED
        and not mine
        and request.actor.may(Perm.POLICY_APPROVE),
        "mine": mine,
        "preview": found.preview if found.preview_of == proposals.hash_of(found.text) else None,
        **_checked(found.text, found),
    }


def _checked(text: str, found: Proposal) -> dict[str, object]:
    return {
        "issues": previews.problems(text),
        "examples": previews.examples(text),
        "changes": previews.changes(found.base.text, text) if found.base else (),
    }


def _version(request: Request) -> int:
    text = request.POST.get("version", "")
    if not text.isdecimal():
        raise InvalidInputError("The form lacks its version: load the page again.", "version")
    return int(text)
