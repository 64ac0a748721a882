"""What happened to a lead, newest first: decisions and people in one line of time. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from plumbline.app.models import Review, User
from plumbline.app.services import outcomes, overrides
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Route
from plumbline.report.phrases import ROUTES
from plumbline.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import Assignment, Decision, Lead, Response

#: Of each kind the newest ones.
EACH: Final = 20
PROGRAM: Final = "A program"
ITSELF: Final = "Plumbline"
_SAID: Final[dict[str, str]] = {"accept": "took it", "later": "put it off", "wrong": "called it wrong"}
_REPORTED: Final[dict[str, str]] = {
    "contacted": "spoke with them",
    "accepted": "accepted it",
    "rejected": "rejected it",
    "meeting_held": "held a meeting",
    "no_show": "waited for a meeting to which nobody came",
    "opportunity_created": "opened an opportunity",
    "opportunity_accepted": "had the opportunity accepted",
    "won": "won the deal",
    "lost": "lost the deal",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: who did it, what, in which words, and the ledger entry that holds it."""

    at: datetime
    kind: str
    who: str
    what: str
    note: str = ""
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The score that one decision gave, and by which version of the policy."""

    at: datetime
    points: int
    band: str
    policy: int


@dataclass(frozen=True, slots=True)
class History:
    """Moments newest first, scores oldest first, and why the lead went to whom."""

    moments: list[Moment]
    scores: list[Point]
    assignments: list[Assignment]


def history_of(actor: Actor, lead: Lead, *, hidden: bool) -> History:
    """The history of a lead that the actor was shown already.

    ``hidden``: what would tell the score is left out. Notes are hidden from whom personal data is; scores of
    a person who objected are not shown any more.
    """
    actor.require(Perm.LEAD_READ)
    assignments = list(lead.assignments.order_by("-pk").select_related("user", "team")[:EACH])
    moments = [*map(_assigned, assignments), *_changes(lead)]
    if hidden:
        return History(_sorted(actor, moments), [], assignments)
    decisions = list(lead.decisions.order_by("-pk").select_related("policy", "run")[:EACH])
    quiet = lead.objected_at is not None
    moments += [_decided(one, quiet=quiet) for one in decisions]
    moments += [*_answers_and_reports(lead), *_contested(lead)]
    return History(_sorted(actor, moments), [] if quiet else _scores(decisions), assignments)


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The names behind ledger actors, such as ``user:3f…``; programs and jobs have none of their own."""
    wanted = {name: name.partition(":") for name in actors}
    keys = [key for kind, _, key in wanted.values() if kind == "user"]
    people = dict(User.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}
    others = {"system": ITSELF}
    return {
        name: people.get(key) or others.get(kind, PROGRAM) if kind != "user" else people.get(key, "Somebody")
        for name, (kind, _, key) in wanted.items()
    }


def _sorted(actor: Actor, moments: Iterable[Moment]) -> list[Moment]:
    newest = sorted(moments, key=lambda one: one.at, reverse=True)
    return [replace(one, note="") for one in newest] if actor.masked else newest


def _scores(decisions: list[Decision]) -> list[Point]:
    return [
        Point(one.at, one.points, one.band, one.policy.number)
        for one in reversed(decisions)
        if one.points is not None
    ]


def _decided(decision: Decision, *, quiet: bool) -> Moment:
    route = ROUTES[Route(decision.route).word]
    scored = decision.points is not None and not quiet
    score = f", band {decision.band} with {count(decision.points or 0, 'point')}" if scored else ""
    who = f"{ITSELF}, policy {decision.policy.number}"
    because = "" if quiet and decision.points is not None else decision.because
    return Moment(decision.at, "decision", who, f"decided: {route}{score}", because, decision.seq)


def _assigned(one: Assignment) -> Moment:
    to = str(one.user) if one.user else f"the queue of {one.team}"
    return Moment(one.at, "assignment", ITSELF, f"gave it to {to}", one.why)


def _changes(lead: Lead) -> list[Moment]:
    pasts = list(lead.pasts.order_by("-pk").only("until", "changed_by", "lead_id")[:EACH])
    names = names_of(past.changed_by for past in pasts)
    return [Moment(past.until, "change", names[past.changed_by], "changed its fields") for past in pasts]


def _answers_and_reports(lead: Lead) -> Iterator[Moment]:
    responses = list(lead.responses.order_by("-pk").select_related("by")[:EACH])
    yield from map(_answered, responses)
    answers = {one.at for one in responses}
    reports = [
        one for one in lead.outcomes.order_by("-pk")[:EACH] if one.reported_at not in answers
    ]  # an answer in the queue says it already
    names = names_of(one.reported_by for one in reports)
    for one in reports:
        note = ". ".join(filter(None, (outcomes.REASONS.get(one.reason, one.reason), one.note)))
        yield Moment(one.at, "outcome", names[one.reported_by], _REPORTED[one.kind], note)


def _answered(one: Response) -> Moment:
    unseen = " before the score was shown" if one.blind else ""
    note = ". ".join(filter(None, (outcomes.REASONS.get(one.reason, one.reason), one.note)))
    return Moment(one.at, "answer", str(one.by), _SAID[one.kind] + unseen, note)


def _contested(lead: Lead) -> Iterator[Moment]:
    """Overrides, appeals, answered reviews and an objection."""
    for one in lead.overrides.order_by("-pk").select_related("by")[:EACH]:
        route, why = ROUTES[Route(one.to_route).word], overrides.REASONS.get(one.reason, one.reason)
        until = timezone.localtime(one.ended_at or one.expires_at)
        what = f"sent it to {route.lower()} until {until:%-d %B}"
        yield Moment(one.at, "override", str(one.by), what, f"{why}. {one.note}", one.seq)
    for appeal in lead.appeals.order_by("-pk").select_related("by")[:EACH]:
        who = str(appeal.by) if appeal.by else PROGRAM
        yield Moment(appeal.at, "appeal", who, "contested the decision", appeal.grounds)
    answered = lead.reviews.filter(state=Review.State.DECIDED, decided_at__isnull=False)
    for review in answered.order_by("-pk").select_related("decided_by")[:EACH]:
        what = f"answered a review: {review.answer.replace('_', ' ')}"
        yield Moment(review.decided_at, "review", str(review.decided_by or ITSELF), what, review.note)
    if lead.objected_at is not None:
        yield Moment(lead.objected_at, "objection", "The person", "objected to profiling")
