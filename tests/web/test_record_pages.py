"""The ledger and the log of who saw what, in the browser."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from helpers_app import GOOD, arrive
from plumbline.app.models import Access, LedgerBody, LedgerEntry, Notice
from plumbline.app.services import access
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.store.check_export import check

pytestmark = pytest.mark.django_db

ADDRESS = "jo@fieldworks.example"


def decided() -> int:
    return LedgerEntry.objects.get(kind="decision:made").pk


def test_an_entry_links_to_the_one_it_continues_and_shows_its_body_to_the_officer_alone(cast, as_) -> None:
    lead = arrive(GOOD)
    seq = decided()
    page = as_(cast.dora).get(f"/ledger/{seq}/").content.decode()
    before = LedgerEntry.objects.get(pk=seq - 1)
    assert bytes(before.hash).hex() in page
    assert ADDRESS in page
    seen = Access.objects.get(what="ledger entry")
    assert (seen.leads, seen.role) == ([lead.key], "dpo")
    masked = as_(cast.audra).get(f"/ledger/{seq}/").content.decode()
    assert ADDRESS not in masked
    assert "which your role does not see" in masked
    assert as_(cast.dora).get("/ledger/999/").status_code == 404


def test_entries_are_paged_and_filtered_by_kind(cast, as_) -> None:
    for number in range(60):
        arrive(GOOD | {"contact.email": f"p{number}@x.example"}, f"L{number}")
    auditor = as_(cast.audra)
    first = auditor.get("/ledger/").content.decode()
    assert first.count('<th scope="row">') == 50
    assert "before=" in first
    page = auditor.get("/ledger/?kind=policy:published").content.decode()
    assert page.count('<th scope="row">') == 1
    assert "Olga" in page or "Mara" in page
    assert auditor.get("/ledger/?kind=no:such").status_code == 422


def test_verifying_says_it_holds_and_names_the_first_entry_that_does_not(cast, as_) -> None:
    arrive(GOOD)
    auditor, head = as_(cast.audra), str(DatabaseLedger().head())
    assert "It verifies" in auditor.post("/ledger/verify/", {"kept": head}).content.decode()
    other = head[:-4] + ("0000" if head[-4:] != "0000" else "1111")
    assert "is not the one whose hash" in auditor.post("/ledger/verify/", {"kept": other}).content.decode()
    assert auditor.post("/ledger/verify/", {"kept": "what"}).status_code == 422
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE plumbline_ledgerbody DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER plumbline_ledgerbody_no_update")
    LedgerBody.objects.filter(pk=decided()).update(content=b"{}")
    assert f"entry {decided()}</a>" in auditor.post("/ledger/verify/").content.decode()


@pytest.mark.parametrize(("who", "personal"), [("dora", True), ("audra", False)])
def test_the_file_verifies_by_itself_and_holds_people_only_for_who_sees_them(
    cast, as_, tmp_path, who, personal
) -> None:
    arrive(GOOD)
    answer = as_(getattr(cast, who)).post("/ledger/export/")
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(answer.getvalue())
    assert check(str(path), str(DatabaseLedger().head())) == ""
    assert (ADDRESS in path.read_text()) is personal
    assert Access.objects.filter(what="ledger export", masked=not personal).exists()
    # Negative control: a file that lost its bodies and does not say so is refused.
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        line.pop("body", None)
    lines[-1].pop("bodies", None)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "no tombstone" in check(str(path))


def test_the_log_is_filtered_by_who_which_lead_and_day(cast, as_) -> None:
    lead, other = arrive(GOOD), arrive(GOOD | {"contact.email": "b@b.example", "account.name": "B plc"}, "L2")
    as_(cast.alice).get(f"/leads/{lead.key}/")
    as_(cast.rex).get(f"/leads/{other.key}/")
    dora = as_(cast.dora)

    def rows(query: str) -> int:
        return dora.get(f"/access/?{query}").content.decode().count('<th scope="row">')

    assert rows("") >= 2
    assert rows(f"lead={lead.key}") == 1
    assert rows(f"who=user:{cast.rex.key}&lead={other.key}") == 1
    assert rows(f"day={timezone.localdate()}&lead={lead.key}") == 1
    assert rows("day=2020-01-01") == 0
    assert dora.get("/access/?lead=%25").status_code == 422
    assert dora.get("/access/?day=31.3.").status_code == 422


def saw(actor: str, days_ago: int, leads: int, role: str = "rep") -> None:
    at = timezone.now() - timedelta(days=days_ago)
    Access.objects.create(at=at, actor=actor, role=role, purpose="work", what="queue", count=leads)


@pytest.mark.parametrize(("today", "told"), [(499, False), (501, True)])
def test_five_times_the_usual_day_is_a_sign(cast, as_, today, told) -> None:
    for day in range(2, 22):
        saw("user:a", day, 100)
    saw("user:a", 0, today)
    assert access.warn(timezone.now()) == access.warn(timezone.now()) == int(told)
    assert Notice.objects.filter(user=cast.dora, kind="volume").count() == int(told)
    assert ("On a usual day it is 100" in as_(cast.dora).get("/access/").content.decode()) is told


def test_who_is_new_is_held_against_their_role_and_a_busy_page_is_no_sign(cast) -> None:
    saw("user:new", 0, 150)
    assert access.warn(timezone.now()) == 0
    saw("user:new", 0, 300)
    assert access.warn(timezone.now()) == 1
    for day in range(2, 12):
        saw("user:old", day, 400)
    assert access.warn(timezone.now()) == 0
