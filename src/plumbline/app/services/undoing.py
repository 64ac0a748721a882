"""Taking an import back: what nobody acted on goes as it came, what people acted on stays and is listed.

A lead that the import added is removed, from the runs too, unless somebody answered, overrode, reported or
decided something about it, or it was changed since. A lead that it changed says again what it said before.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, NoPolicyError
from plumbline.app.models import (
    Appeal,
    Assignment,
    Behaviour,
    Decision,
    Import,
    Lead,
    Look,
    Message,
    Outcome,
    Override,
    Past,
    Response,
    Review,
    Run,
    Standing,
)
from plumbline.app.services import bulk, notices, outbox, runs
from plumbline.app.services.leads import account_of, columns_of, digest_of
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import Perm
from plumbline.ledger import Draft, Event
from plumbline.store import RunFolder
from plumbline.store.erasure import erase_leads
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.app.services.outbox import Job

TOPIC: Final = "import.undo"
_SLICE: Final = 2_000
_MANY: Final = 100_000
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SYSTEM: Final = Actor.of_system("import")
_BASIS: Final = "import-undone"


def undo(actor: Actor, one: Import, *, now: datetime) -> None:
    """Ask for an import to be taken back.

    Raises:
        ConflictError: It is not done, or is being taken back already.
    """
    actor.require(Perm.IMPORT_RUN)
    with transaction.atomic():
        done = Import.objects.filter(
            pk=one.pk, state__in=(Import.State.DONE, Import.State.FAILED), undone_at=None
        )
        if not done.update(undone_at=now):
            raise ConflictError("Only an import that has ended can be undone, and only once.")
        outbox.put(TOPIC, {"import": one.key, "by": actor.name}, now=now, key=f"u-{one.key}"[:16])


def carry_out(job: Job) -> None:
    """Take back step by step; what is taken back already is not found again by who goes on with it."""
    one = Import.objects.select_related("by").get(key=job.payload["import"])
    if one.state == Import.State.UNDONE:
        return
    by = str(job.payload["by"])
    _leave_the_queue(one, job)
    _erase_from_runs(one, by, job)
    while pks := _slice(untouched(added_by(one))):
        job.keep()
        _remove(one, pks, by)
    while pks := _slice(restorable(one)):
        job.keep()
        _restore(one, pks)
    _finish(one, by)


def added_by(one: Import) -> QuerySet[Lead]:
    """The leads that are there because of an import."""
    return Lead.objects.filter(batch=one, erased_at=None)


def untouched(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Those about whom nobody did anything, and who were not changed since they came."""
    mine = {"lead": OuterRef("pk")}
    more = (
        Message.objects.filter(**mine),
        Past.objects.filter(**mine),
        Lead.objects.filter(same_as=OuterRef("pk")).exclude(batch=OuterRef("batch")),
        Standing.objects.filter(**mine).exclude(state__in=(Standing.State.OPEN, Standing.State.CLOSED)),
    )
    return leads.filter(_none_of(more), _none_of(_acts(mine)), objected_at=None)


def _acts(mine: Mapping[str, Any], since: datetime = _EVER) -> Sequence[QuerySet[Any]]:
    """What people may have done about a lead."""
    decided = Review.objects.filter(
        Q(state=Review.State.DECIDED, decided_at__gt=since) | ~Q(proposed_by=None)
    )
    return (
        Response.objects.filter(**mine, at__gt=since),
        Override.objects.filter(**mine, at__gt=since),
        Outcome.objects.filter(**mine, reported_at__gt=since),
        Appeal.objects.filter(**mine, at__gt=since),
        decided.filter(**mine),
        decided.filter(other=OuterRef("pk")),
    )


def _none_of(rows: Sequence[QuerySet[Any]]) -> Q:
    return reduce(and_, (Q(~Exists(one)) for one in rows))


def restorable(one: Import) -> QuerySet[Lead]:
    """Leads that the import changed, that still say what it made them say, and that nobody acted on since."""
    mine = {"lead": OuterRef("pk")}
    later = Past.objects.filter(**mine, until__gt=one.created_at).exclude(batch=one)
    return _changed_by(one).filter(~Exists(later), _none_of(_acts(mine, one.created_at)))


def _changed_by(one: Import) -> QuerySet[Lead]:
    return Lead.objects.filter(Exists(Past.objects.filter(lead=OuterRef("pk"), batch=one)), erased_at=None)


def kept_by_people(one: Import) -> QuerySet[Lead]:
    """Leads that the import added or changed and that an undoing leaves, because people acted on them."""
    acted = ~Q(pk__in=untouched(added_by(one)).values("pk")) & Q(batch=one)
    changed = Q(pk__in=_changed_by(one).values("pk")) & ~Q(pk__in=restorable(one).values("pk"))
    return Lead.objects.filter(acted | changed, erased_at=None).order_by("pk")


def _slice(leads: QuerySet[Lead]) -> list[int]:
    return list(leads.order_by("pk").values_list("pk", flat=True)[:_SLICE])


def _leave_the_queue(one: Import, job: Job) -> None:
    """First of all nobody is given these leads any more."""
    now = timezone.now()
    open_ = Standing.objects.filter(state=Standing.State.OPEN)
    while pks := _slice(untouched(added_by(one)).filter(Exists(open_.filter(lead=OuterRef("pk"))))):
        job.keep()
        open_.filter(lead__in=pks).update(
            state=Standing.State.CLOSED,
            because="Its import is being taken back.",
            since=now,
            due_at=None,
            version=F("version") + 1,
        )


def _erase_from_runs(one: Import, by: str, job: Job) -> None:
    """Out of the folders of runs, as long as there is still a lead by which they can be found there."""
    keys = list(untouched(added_by(one)).order_by("pk").values_list("key", flat=True))
    for folder in _runs_since(one) if keys else ():
        for at in range(0, len(keys), _MANY):
            job.keep()
            erase_leads(
                folder, DatabaseLedger(), keys[at : at + _MANY], actor=by, basis=_BASIS, now=timezone.now()
            )


def _runs_since(one: Import) -> list[RunFolder]:
    later = Run.objects.filter(Q(finished_at__gte=one.created_at) | Q(finished_at=None)).exclude(folder="")
    folders = (RunFolder(settings.DATA / "runs" / name) for name in later.values_list("folder", flat=True))
    return [folder for folder in folders if (folder.path / MANIFEST).exists()]


def _remove(one: Import, pks: list[int], by: str) -> None:
    with transaction.atomic():
        list(Standing.objects.select_for_update().filter(lead__in=pks).order_by("pk").values("pk"))
        keys = dict(untouched(Lead.objects.filter(pk__in=pks)).values_list("pk", "key"))
        DatabaseLedger().erase(keys.values(), actor=by, basis=_BASIS, now=timezone.now())
        _delete(list(keys))
        one.taken_back += len(keys)
        Import.objects.filter(pk=one.pk).update(taken_back=one.taken_back)


def _delete(pks: list[int]) -> None:
    """The rows of leads, in the order in which the tables lean on each other."""
    Lead.objects.filter(same_as__in=pks).update(same_as=None)
    Look.objects.filter(review__lead__in=pks).delete()
    Standing.objects.filter(lead__in=pks).delete()
    Review.objects.filter(Q(lead__in=pks) | Q(other__in=pks)).delete()
    for table in (Assignment, Behaviour, Decision):
        table.objects.filter(lead__in=pks).delete()
    Lead.objects.filter(pk__in=pks).delete()


def _restore(one: Import, pks: list[int]) -> None:
    """Leads say again what they said before the import."""
    with transaction.atomic():
        leads = list(Lead.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
        before = {past.lead_id: past for past in Past.objects.filter(lead__in=pks, batch=one).order_by("-pk")}
        for lead in leads:
            fields = before[lead.pk].received
            lead.received, lead.digest, lead.changed_at = fields, digest_of(fields), timezone.now()
            lead.account = account_of(fields)
            for name, value in columns_of(fields, lead.external_id).items():
                setattr(lead, name, value)
        bulk.update(leads, {"received", "digest", "changed_at", "account_id", *columns_of({}, "")})
        Past.objects.filter(lead__in=pks, batch=one).delete()
        one.taken_back += len(leads)
        Import.objects.filter(pk=one.pk).update(taken_back=one.taken_back)


def _finish(one: Import, by: str) -> None:
    now = timezone.now()
    kept = kept_by_people(one).count()
    with transaction.atomic():
        Import.objects.filter(pk=one.pk).update(state=Import.State.UNDONE, kept=kept)
        facts = {"taken_back": one.taken_back, "kept": kept}
        DatabaseLedger().append([Draft(Event.IMPORT_UNDONE, one.key, by, facts)], now=now)
        text = f"An import was taken back: {one.taken_back:,} leads; {kept:,} stay."
        notices.tell([one.by], "import", text, path=f"/imports/{one.key}/", now=now)
    # Leads that say again what they said before are decided again.
    with suppress(ConflictError, NoPolicyError):
        runs.start(_SYSTEM, runs.CHANGED, now=now)
