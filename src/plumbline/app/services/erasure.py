"""Erasing people: their rows, what the ledger and run files hold of them, and what is past its time.

The act itself is one transaction, tombstones included. Run files and the database's old pages follow by the
worker, because a file cannot be part of a transaction; doing that again is harmless.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from plumbline.app.actors import Actor
from plumbline.app.errors import InvalidInputError, NoPolicyError, NotFoundError
from plumbline.app.models import (
    Access,
    Account,
    Appeal,
    Assignment,
    Behaviour,
    Idempotency,
    Import,
    Lead,
    Message,
    Outcome,
    Override,
    Past,
    Response,
    Review,
    Run,
    SavedView,
    Standing,
)
from plumbline.app.models.base import new_key
from plumbline.app.services import outbox
from plumbline.app.services.intakes import StoredLeads
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import live
from plumbline.app.services.outbox import NotYetError
from plumbline.domain.permissions import Perm
from plumbline.ledger import Draft, Event
from plumbline.store import RunFolder
from plumbline.store.erasure import erase_leads
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from plumbline.app.services.outbox import Job
    from plumbline.ledger.entry import Fact

TOPIC: Final = "erase"
#: On what ground, in words: the first is the word that stays in the ledger.
GROUNDS: Final[dict[str, str]] = {
    "request": "They asked for it",
    "objection": "They objected, and nothing outweighs that",
    "unlawful": "It should never have been kept",
    "retention": "Its time is over",
}
RETENTION: Final = "retention"
#: How long the log of who saw whom is kept; the database refuses to let go of it sooner.
LOG: Final = timedelta(days=730)
_SLICE: Final = 500
_WAIT: Final = 30.0
_OPEN_RUNS: Final = (Run.State.WAITING, Run.State.RUNNING)
_TABLES: Final = ("lead", "past", "message", "behaviour", "outcome", "standing", "ledgerbody", "idempotency")


def erase(actor: Actor, leads: Collection[str], *, ground: str, now: datetime) -> Sequence[Lead]:
    """Erase people by the keys of their leads; what is erased already is left alone.

    What stays of a lead is its key, its decisions as numbers, and who saw it. The chain verifies as before.

    Raises:
        InvalidInputError: There is no such ground.
        NotFoundError: One of the keys is of no lead.
    """
    actor.require(Perm.PERSON_ERASE)
    if ground not in GROUNDS:
        raise InvalidInputError("Say on what ground.", "ground")
    with transaction.atomic():
        known = Lead.objects.filter(key__in=leads)
        if known.count() != len(set(leads)):
            raise NotFoundError("There is no such lead.")
        # Standings first, as every act on a lead does: whoever waits for whom, nobody waits in a ring.
        list(Standing.objects.select_for_update().filter(lead__in=known).order_by("pk"))
        theirs = list(known.select_for_update(of=("self",)).filter(erased_at=None).order_by("pk"))
        if theirs:
            _bury(actor, theirs, ground, now)
            _blank(theirs, now)
    return theirs


def _bury(actor: Actor, theirs: Sequence[Lead], ground: str, now: datetime) -> None:
    """Tombstones for what the ledger holds, and the order for what run files hold."""
    keys = [lead.key for lead in theirs]
    if not DatabaseLedger().erase(keys, actor=actor.name, basis=ground, now=now):
        # Nothing of theirs was in the ledger itself; that they were erased is said all the same.
        facts: dict[str, Fact] = {"basis": ground, "refs": ()}
        DatabaseLedger().append([Draft(Event.ERASURE_PERFORMED, new_key(), actor.name, facts)], now=now)
    outbox.put(TOPIC, {"leads": keys, "actor": actor.name, "ground": ground}, now=now)


def _blank(theirs: Sequence[Lead], now: datetime) -> None:
    pks = [lead.pk for lead in theirs]
    _forget_words({lead.email for lead in theirs} | {lead.external_id for lead in theirs}, theirs)
    accounts = {lead.account_id for lead in theirs if lead.account_id}
    for lead in theirs:
        lead.external_id, lead.title, lead.digest = f"erased-{lead.key}", "Erased", ""
        lead.email = lead.filed_under = lead.source = lead.country = ""
        lead.received, lead.account, lead.erased_at = {}, None, now
        lead.save()
    for model in (Past, Message, Behaviour, Outcome):
        model._default_manager.filter(lead__in=pks).delete()  # noqa: SLF001 - Django's own name for it
    _unsay(pks)
    # A company of one person is that person.
    alone = Account.objects.filter(pk__in=accounts, tier="", owner=None)
    alone.exclude(Exists(Lead.objects.filter(account=OuterRef("pk")))).delete()


def _unsay(pks: Sequence[int]) -> None:
    """What people wrote beside their acts goes; that they acted stays."""
    about = Review.objects.filter(Q(lead__in=pks) | Q(other__in=pks))
    about.filter(state=Review.State.OPEN).update(state=Review.State.GONE, version=F("version") + 1)
    about.update(question="This person was erased.", note="")
    for model, words in ((Override, {"note": ""}), (Response, {"note": ""}), (Appeal, {"grounds": ""})):
        model._default_manager.filter(lead__in=pks).update(**words)  # noqa: SLF001
    Assignment.objects.filter(lead__in=pks).update(why="", steps=[])
    Standing.objects.filter(lead__in=pks).update(
        state=Standing.State.CLOSED,
        because="This person was erased.",
        owner=None,
        due_at=None,
        later_until=None,
        blind=False,
        overridden=False,
        version=F("version") + 1,
    )


def _forget_words(words: Collection[str], theirs: Sequence[Lead]) -> None:
    """Answers kept for repeated requests, and searches that people saved, where they name a person."""
    names = [lead.key for lead in theirs] + [word for word in words if word]
    for name in names:
        Idempotency.objects.filter(body__contains=name).delete()
        SavedView.objects.filter(Q(query__contains=name) | Q(query__contains=quote_plus(name))).delete()


def carry_out(job: Job) -> None:
    """The files of runs, then what the database itself left behind."""
    if Run.objects.filter(state__in=_OPEN_RUNS).exists():
        # It may hold them as they were when it began, and would be waited for in any case.
        raise NotYetError(_WAIT)
    given = job.payload
    clean_runs(given["leads"], actor=given["actor"], ground=given["ground"], job=job)
    scrub()


def clean_runs(leads: Sequence[str], *, actor: str, ground: str, job: Job | None = None) -> int:
    """Erase people from the files of every run; how many rows that were."""
    rows = 0
    for path in sorted((settings.DATA / "runs").glob("*/")):
        folder = RunFolder(path)
        if not (path / MANIFEST).exists():  # it never began; what it had gathered is of no use
            StoredLeads(folder).drop()
            continue
        done = erase_leads(folder, DatabaseLedger(), leads, actor=actor, basis=ground, now=timezone.now())
        rows += done.rows
        if job is not None:
            job.keep()
    return rows


def scrub() -> None:
    """Leave no trace where a database keeps old bytes for a while. Not inside a transaction.

    Raises:
        NotYetError: Somebody reads old pages just now.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"VACUUM {', '.join(f'plumbline_{table}' for table in _TABLES)}")
            return
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if cursor.fetchone()[0]:
            raise NotYetError(_WAIT)


def drop_file(actor: Actor, key: str) -> None:
    """Delete an uploaded file that held people; what came of its rows stays in the tables.

    Raises:
        NotFoundError: There is no such import.
    """
    actor.require(Perm.PERSON_ERASE)
    one = Import.objects.filter(key=key).first()
    if one is None:
        raise NotFoundError("There is no such file.")
    _drop(one)


def is_kept(one: Import) -> bool:
    """Whether the uploaded file is still there."""
    return (settings.DATA / "uploads" / one.path).exists()


def _drop(one: Import) -> None:
    shutil.rmtree(settings.DATA / "uploads" / one.key, ignore_errors=True)


def due(now: datetime) -> int:
    """Erase what is past the time that the live policy allows; how many leads. For the worker's nights."""
    Access.objects.filter(at__lt=now - LOG).delete()
    try:
        keeps = live().bundle.policy.retention
    except NoPolicyError:
        return 0
    _forget_messages(now - timedelta(days=keeps["message"]))
    since = now - timedelta(days=keeps["lead"])
    for one in Import.objects.filter(
        created_at__lt=since, state__in=(Import.State.DONE, Import.State.UNDONE)
    ):
        _drop(one)
    gone, actor = 0, Actor.of_system("retention")
    while keys := list(_past_their_time(since).values_list("key", flat=True)[:_SLICE]):
        gone += len(erase(actor, keys, ground=RETENTION, now=now))
    return gone


def _past_their_time(since: datetime) -> QuerySet[Lead]:
    """Leads that nobody heard of, or did anything about, since then."""
    quiet = Lead.objects.filter(erased_at=None, arrived_at__lt=since, changed_at__lt=since)
    for model in (Message, Behaviour, Outcome, Response):
        later = model._default_manager.filter(lead=OuterRef("pk"), at__gte=since)  # noqa: SLF001
        quiet = quiet.exclude(Exists(later))
    return quiet.order_by("pk")


def _forget_messages(before: datetime) -> None:
    """What people wrote, beside the form and in it. The digest stays, so that no import brings it back."""
    Message.objects.filter(at__lt=before).delete()
    old = Lead.objects.filter(arrived_at__lt=before, changed_at__lt=before)
    written = old.filter(received__has_key="lead.message").order_by("pk")
    while rows := list(written[:_SLICE]):
        for lead in rows:
            lead.received = {name: cell for name, cell in lead.received.items() if name != "lead.message"}
        Lead.objects.bulk_update(rows, ["received"])
    Past.objects.filter(until__lt=before, received__has_key="lead.message").delete()
