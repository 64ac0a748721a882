from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from helpers_app import GOOD, NOW, arrive
from plumbline.app.models import LedgerBody, LedgerEntry, Tombstone
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.errors import LedgerError
from plumbline.ledger import Draft, Event
from plumbline.ledger.verify import Flaw

pytestmark = pytest.mark.django_db


def review(number: int) -> Draft:
    return Draft(
        Event.REVIEW_DECIDED, f"r{number}", "user:x", {"n": number}, body={"note": "x" * number}, subject="s1"
    )


def test_entries_continue_each_other_and_verify() -> None:
    ledger = DatabaseLedger()
    ledger.append(map(review, range(5)), now=NOW)
    ledger.append([review(5)], now=NOW)
    verdict = ledger.verify()
    assert verdict.intact
    assert (verdict.head.seq, verdict.bodies) == (6, 6)
    assert verdict.head == ledger.head()


def test_saying_the_same_again_changes_nothing_and_something_else_is_refused() -> None:
    ledger = DatabaseLedger()
    first = ledger.append([review(1)], now=NOW)
    assert ledger.append([review(1)], now=NOW) == first
    with pytest.raises(LedgerError, match="already recorded"):
        ledger.append([Draft(Event.REVIEW_DECIDED, "r1", "user:x", {"n": 2})], now=NOW)


def test_it_verifies_after_a_person_is_erased() -> None:
    ledger = DatabaseLedger()
    ledger.append(map(review, range(3)), now=NOW)
    ledger.erase(["s1"], actor="user:dpo", basis="request", now=NOW)
    verdict = ledger.verify()
    assert verdict.intact
    assert (verdict.bodies, verdict.erased) == (0, 3)
    assert set(ledger.tombstones()) == {"r0", "r1", "r2"}


def test_an_act_that_fails_leaves_no_entry() -> None:
    ledger = DatabaseLedger()

    def act() -> None:
        with transaction.atomic():
            ledger.append([review(1)], now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert ledger.head().seq == 0
    assert ledger.append([review(2)], now=NOW)[0].header.seq == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda: LedgerEntry.objects.filter(pk=1).update(kind="x"),
        lambda: LedgerEntry.objects.filter(pk=1).delete(),
        lambda: LedgerBody.objects.filter(pk=1).update(content=b"{}"),
        lambda: LedgerBody.objects.filter(pk=1).delete(),
        lambda: LedgerEntry.objects.create(seq=9, header="{}", hash=bytes(32), kind="a:b", ref="z"),
        lambda: Tombstone.objects.create(ref="r0", entry_id=1) and Tombstone.objects.all().delete(),
    ],
    ids=[
        "entry changed",
        "entry deleted",
        "body changed",
        "body deleted",
        "out of turn",
        "tombstone deleted",
    ],
)
def test_the_database_refuses_to_change_what_is_recorded(act) -> None:
    DatabaseLedger().append([review(0)], now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def test_what_is_changed_behind_the_triggers_is_found() -> None:
    """Negative control: without the triggers the change goes through, and verification names the entry."""
    DatabaseLedger().append(map(review, range(3)), now=NOW)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE plumbline_ledgerbody DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER plumbline_ledgerbody_no_update")
    LedgerBody.objects.filter(pk=2).update(content=b'{"note":"y"}')
    broken = DatabaseLedger().verify().broken
    assert broken is not None
    assert (broken.seq, broken.flaw) == (2, Flaw.BODY)


def test_a_decision_is_in_the_ledger_with_its_lead_as_subject(cast) -> None:
    lead = arrive(GOOD)
    decision = lead.decisions.get()
    body = LedgerBody.objects.get(pk=decision.seq)
    assert body.subject == lead.key
    assert b"jo@fieldworks.example" in bytes(body.content)
    assert "jo@" not in LedgerEntry.objects.get(pk=decision.seq).header
