"""Questions the system puts to people: opened with a decision, owned until somebody answers them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import transaction

from plumbline.app.errors import ConflictError, NotFoundError, SelfApprovalError
from plumbline.app.models import Lead, Review, Standing, User
from plumbline.app.services import duplicates, notices, teams
from plumbline.app.services.acts import person_of
from plumbline.domain.answers import NAMES, Question
from plumbline.domain.permissions import Perm, Role
from plumbline.domain.reasons import ReasonCode
from plumbline.domain.words import Route, Stream
from plumbline.qualify.said import from_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import Decision, Team

PAGE: Final = 50
#: How long an appeal may wait before somebody says that they have it, in working days.
ACKNOWLEDGE: Final = 5
_CHUNK: Final = 200
_BY_REASON: Final = {
    ReasonCode.DEPENDS_ON_UNKNOWN.value: Review.Kind.UNKNOWN,
    ReasonCode.RULE_UNKNOWN.value: Review.Kind.UNKNOWN,
    ReasonCode.RULE_ERROR.value: Review.Kind.UNKNOWN,
    ReasonCode.DISQUALIFY_PROPOSED.value: Review.Kind.DISQUALIFY,
    ReasonCode.RULE_HIT.value: Review.Kind.RULE,
    ReasonCode.OBJECTION.value: Review.Kind.RULE,
}
#: Kinds that come and go with decisions; what people asked for stays until it is answered.
_SYSTEM: Final = (
    Review.Kind.UNCERTAIN,
    Review.Kind.UNKNOWN,
    Review.Kind.RULE,
    Review.Kind.DISQUALIFY,
    Review.Kind.AUDIT,
)
_SAME: Final = Review.Kind.DUPLICATE
#: Asked once, whatever is decided later.
_ONCE: Final = (Review.Kind.AUDIT, Review.Kind.DATA_RIGHT)
_AUDIT: Final = "Drawn by lot from the leads we do not pursue: is this a good lead?"
_CHANGED: Final = "A person closed this lead, and it has changed since. Does that stand?"
_RIGHTS: Final = {
    "unsubscribe": "They ask us to stop writing to them.",
    "object": "They object to being profiled.",
    "erase": "They ask to be erased.",
    "access": "They ask which data we hold about them.",
    "rectify": "They ask us to correct their data.",
}


class Settled(NamedTuple):
    """A lead that was decided and placed. ``readings`` is what its messages say, as the decision keeps it."""

    lead: Lead
    decision: Decision
    standing: Standing
    readings: str | None = None


def open_for(
    lead: Lead, decision: Decision, standing: Standing, *, now: datetime, readings: str | None = None
) -> list[Review]:
    """Open the reviews that a decision asks for; those that only an earlier one asked for go."""
    return open_many([Settled(lead, decision, standing, readings)], now=now)


def open_many(settled: Sequence[Settled], *, now: datetime) -> list[Review]:
    """The same for many leads, with as many queries as for one."""
    wanted = {(one.lead.pk, kind): (one, text) for one in settled for kind, text in _wanted(one)}
    leads = [one.lead.pk for one in settled]
    known = {
        (row.lead_id, row.kind): row for row in Review.objects.filter(lead__in=leads, state=Review.State.OPEN)
    }
    ours = {key: row for key, row in known.items() if row.proposed_by_id is None}
    stale = [row.pk for key, row in ours.items() if key not in wanted and row.kind in _SYSTEM]
    if stale:
        Review.objects.filter(pk__in=stale).update(state=Review.State.GONE, decided_at=now)
    _ask_again([(ours[key], *wanted[key]) for key in wanted if key in ours])
    fresh = _not_answered([(key, *wanted[key]) for key in wanted if key not in known])
    first_time = [one for one in settled if one.standing.version <= 2]
    twins = [one for one in duplicates.candidates(first_time) if (one.repeat.pk, _SAME) not in known]
    return Review.objects.bulk_create(
        [
            *(_new(one, kind, text, now) for (_, kind), one, text in fresh),
            *(_ask_same(repeat, first, team, now) for repeat, first, team in twins),
        ]
    )


def due_of(kind: str, team: Team, now: datetime) -> datetime:
    """When a review that opens now is due: within the team's working hours, an appeal by its first answer.

    That somebody has an appeal is said within five working days; ``acknowledge`` then moves it to a month.
    """
    hours = teams.hours_of(team)
    if kind == Review.Kind.APPEAL:
        return hours.days_later(now, ACKNOWLEDGE)
    return hours.later(now, timedelta(hours=team.sla_hours))


def acknowledge(actor: Actor, key: str, *, now: datetime) -> Review:
    """Say that somebody has an appeal: from then on it is due a month after it was opened.

    Raises:
        ConflictError: It is no appeal, is answered, or was acknowledged already.
        NotFoundError: There is no such review, or it is not for this actor.
        SelfApprovalError: It is their own.
    """
    actor.require(Perm.REVIEW_DECIDE)
    with transaction.atomic():
        review = locked(actor, key)
        appeal = getattr(review, "appeal", None)
        if appeal is None or review.state != Review.State.OPEN or appeal.acknowledged_at is not None:
            raise ConflictError("There is nothing to acknowledge here any more.")
        if review.proposed_by_id == actor.user_id:
            raise SelfApprovalError("You asked this, so somebody else answers it.")
        appeal.acknowledged_at = now
        appeal.save(update_fields=["acknowledged_at"])
        review.due_at = teams.hours_of(review.team).month_later(review.opened_at)
        review.assigned_to, review.escalated_at = person_of(actor), None
        review.save(update_fields=["due_at", "assigned_to", "escalated_at"])
        if appeal.by is not None:
            text = f"{review.assigned_to} has your appeal and answers within a month."
            notices.tell([appeal.by], "review", text, path=path_of(review), now=now)
    return review


def locked(actor: Actor, key: str) -> Review:
    """A review with all it names, locked until the transaction ends.

    Raises:
        NotFoundError: There is none, or it is not for this actor.
    """
    rows = Review.objects.visible_to(actor).select_for_update(of=("self",)).filter(key=key)
    joined = ("lead", "other", "decision", "team__manager", "appeal__by", "decided_by", "proposed_by")
    review: Review | None = rows.select_related(*joined).first()
    if review is None:
        raise NotFoundError("There is no such review.")
    return review


def page(
    actor: Actor, *, kind: str = "", answered: bool = False, after: tuple[datetime, int] | None = None
) -> list[Review]:
    """A page of reviews and one more, the one that is due first before the others.

    ``after`` is when the last one of the page before was due, and its number.
    """
    state = Review.State.DECIDED if answered else Review.State.OPEN
    rows = Review.objects.visible_to(actor).filter(state=state).order_by("due_at", "pk")
    if kind:
        rows = rows.filter(kind=kind)
    if after:
        due, pk = after
        rows = rows.filter(due_at__gte=due).exclude(due_at=due, pk__lte=pk)
    return list(rows.select_related("lead", "team", "assigned_to", "decided_by")[: PAGE + 1])


def escalate(now: datetime) -> int:
    """Give every review that is overdue to somebody who answers for it, and tell them; how many there were.

    For the worker's timer. Overdue appeals and data rights are told to the data protection officers too: a
    legal term is at stake.
    """
    overdue = Review.objects.filter(state=Review.State.OPEN, due_at__lt=now, escalated_at=None)
    pks = list(overdue.order_by("due_at", "pk").values_list("pk", flat=True)[:_CHUNK])
    return sum(_escalate_one(pk, now) for pk in pks)


@transaction.atomic
def _escalate_one(pk: int, now: datetime) -> bool:
    rows = Review.objects.select_for_update(of=("self",)).filter(pk=pk, state=Review.State.OPEN)
    review = rows.filter(escalated_at=None).select_related("team__manager", "team__overflow__manager").first()
    if review is None:  # answered or escalated meanwhile
        return False
    asker = review.proposed_by_id
    user = teams.responsible(review.team, but=() if asker is None else (asker,))
    review.assigned_to, review.escalated_at = user, now
    review.save(update_fields=["assigned_to", "escalated_at"])
    people = [user] if user else []
    if review.kind in {Review.Kind.APPEAL, Review.Kind.DATA_RIGHT}:
        people += User.objects.filter(role=Role.DPO.value, is_active=True)
    kind = "appeal" if review.kind == Review.Kind.APPEAL else "overdue"
    text = f"A review of {review.team} is overdue: {NAMES[Question(review.kind)].lower()}"
    notices.tell(people, kind, text, path=path_of(review), now=now)
    return True


def path_of(review: Review) -> str:
    """Where a review is answered."""
    return f"/reviews/{review.key}/"


def _ask_same(repeat: Lead, first: int, team: Team, now: datetime) -> Review:
    return Review(
        kind=_SAME,
        lead=repeat,
        other_id=first,
        team=team,
        question="Two leads have the same address. Are they one?",
        opened_at=now,
        due_at=due_of(_SAME, team, now),
    )


def _new(one: Settled, kind: str, question: str, now: datetime) -> Review:
    team = one.standing.team
    return Review(
        lead=one.lead,
        kind=kind,
        decision=one.decision,
        team=team,
        question=question[:300],
        opened_at=now,
        due_at=due_of(kind, team, now),
    )


def _ask_again(asked: Iterable[tuple[Review, Settled, str]]) -> None:
    """The same question about a newer decision: who has the old one open will be told that it changed."""
    changed = []
    for review, one, question in asked:
        review.decision, review.team, review.question = one.decision, one.standing.team, question[:300]
        review.version += 1
        changed.append(review)
    if changed:
        Review.objects.bulk_update(changed, ["decision", "team", "question", "version"])


def _not_answered(
    fresh: Sequence[tuple[tuple[int, str], Settled, str]],
) -> Iterator[tuple[tuple[int, str], Settled, str]]:
    """Without what is asked once and was answered."""
    once = {lead for (lead, kind), _, _ in fresh if kind in _ONCE}
    answered: set[tuple[int, str, str]] = set()
    if once:
        rows = Review.objects.filter(lead__in=once, kind__in=_ONCE, state=Review.State.DECIDED)
        answered = set(rows.values_list("lead_id", "kind", "question"))
    return (one for one in fresh if (*one[0], one[2]) not in answered)


def _wanted(one: Settled) -> Iterator[tuple[Review.Kind, str]]:
    decision = one.decision
    if one.standing.overridden:
        # A person has said where it goes; what they closed is not lost when it changes (law 1).
        if one.standing.state == Standing.State.CLOSED and one.lead.changed_at > one.standing.since:
            yield Review.Kind.UNCERTAIN, _CHANGED
    elif decision.proposes:
        yield Review.Kind.DISQUALIFY, decision.because
    elif decision.route == Route.REVIEW.value:
        yield _BY_REASON.get(decision.reason, Review.Kind.UNCERTAIN), decision.because
    if Stream.AUDIT.value in decision.drawn:
        yield Review.Kind.AUDIT, _AUDIT
    rights = {said.right for said in from_text(one.readings) if said.right}
    if rights:
        yield Review.Kind.DATA_RIGHT, " ".join(text for right, text in _RIGHTS.items() if right in rights)
