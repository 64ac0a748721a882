"""A person asks what is kept, and for it to go: then no byte of theirs is left, and all verifies."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from helpers_app import GOOD, NOW, POLICY, SYSTEM, arrive
from helpers_installation import environment, plumbline, run
from plumbline.app.actors import Actor
from plumbline.app.errors import InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import (
    Access,
    Account,
    Import,
    Lead,
    LedgerBody,
    Message,
    Outbox,
    Outcome,
    Past,
    Response,
    Run,
    SavedView,
)
from plumbline.app.services import erasure, leads, requests, runs
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.outbox import NotYetError
from plumbline.app.worker import Worker
from plumbline.store import RunFolder
from plumbline.store.run_check import verify_run

pytestmark = pytest.mark.django_db

ADDRESS = "jo@fieldworks.example"


@pytest.fixture
def dora(cast) -> Actor:
    return Actor.of_user(cast.dora)


def lived(cast) -> Lead:
    """A lead with a bit of everything."""
    lead = arrive(GOOD)
    leads.receive(SYSTEM, leads.Arrival("L1", GOOD | {"contact.title": "Owner"}), now=NOW)
    Message.objects.create(lead=lead, channel="email", text=f"I am Jo, {ADDRESS}", at=NOW)
    Outcome.objects.create(
        lead=lead, kind="contacted", at=NOW, reported_at=NOW, reported_by="user:x", note="Jo likes tea"
    )
    Response.objects.create(lead=lead, by=cast.alice, at=NOW, kind="accept", note="Jo called back")
    SavedView.objects.create(user=cast.alice, name="Jo", query="q=jo%40fieldworks.example")
    return Lead.objects.get(pk=lead.pk)


def test_a_person_is_found_by_address_key_or_id_with_all_their_leads(cast, dora) -> None:
    first, second = arrive(GOOD), arrive(GOOD | {"account.name": "Other"}, "L2")
    arrive(GOOD | {"contact.email": "b@b.example"}, "L3")
    for said in (ADDRESS.upper(), first.key, "L2"):
        assert requests.find(dora, f" {said} ") == [first, second]
    assert requests.find(dora, "jo@fieldworks") == []
    assert requests.find(dora, "") == []


def test_the_copy_holds_everything_and_no_name_of_ours(cast, dora) -> None:
    lead = lived(cast)
    content = requests.everything(dora, [lead.key]).decode()
    (told,) = json.loads(content)["leads"]
    assert told["received"]["contact.email"] == ADDRESS
    assert told["messages"][0]["text"].startswith("I am Jo")
    assert told["received_before"][0]["received"]["contact.title"] == "Operations Director"
    assert (told["outcomes"][0]["note"], told["answers"][0]["note"]) == ("Jo likes tea", "Jo called back")
    assert any(one["what"] == "decision:made" for one in told["recorded"])
    assert not any(user.email in content or f'"{user.name}"' in content for user in cast.everybody)
    assert Access.objects.get(what="copy for the person").leads == [lead.key]
    with pytest.raises(NotFoundError):
        requests.everything(dora, [lead.key, "zzzz"])


def test_only_the_officer_erases_and_only_on_a_ground(cast, dora) -> None:
    lead = arrive(GOOD)
    for user in cast.everybody:
        if user != cast.dora:
            with pytest.raises(NotAllowedError):
                erasure.erase(Actor.of_user(user), [lead.key], ground="request", now=NOW)
    with pytest.raises(InvalidInputError):
        erasure.erase(dora, [lead.key], ground="because", now=NOW)
    with pytest.raises(NotFoundError):
        erasure.erase(dora, [lead.key, "zzzz"], ground="request", now=NOW)
    assert Lead.objects.get(pk=lead.pk).email == ADDRESS


def test_what_is_erased_is_gone_and_the_chain_verifies(cast, dora) -> None:
    lead, other = lived(cast), arrive(GOOD | {"contact.email": "b@b.example", "account.name": "B"}, "L3")
    erasure.erase(dora, [lead.key], ground="request", now=NOW)
    gone = Lead.objects.select_related("standing").get(pk=lead.pk)
    assert (gone.email, gone.received, gone.account, gone.standing.state) == ("", {}, None, "closed")
    assert gone.external_id == f"erased-{gone.key}"
    for model in (Message, Past, Outcome):
        assert not model.objects.filter(lead=gone).exists()
    assert not LedgerBody.objects.filter(subject=gone.key).exists()
    assert not SavedView.objects.exists()
    assert not Account.objects.filter(name="Fieldworks Ltd").exists()
    assert list(Response.objects.values_list("kind", "note")) == [("accept", "")]
    verdict = DatabaseLedger().verify()
    assert verdict.intact
    assert verdict.erased > 0
    # The other one is untouched, and doing it again does nothing.
    assert LedgerBody.objects.filter(subject=other.key).exists()
    assert erasure.erase(dora, [lead.key], ground="request", now=NOW) == []
    # They come again: as somebody new.
    assert leads.receive(SYSTEM, leads.Arrival("L1", GOOD), now=NOW).lead.pk != lead.pk


def test_outcomes_of_people_who_are_there_cannot_be_deleted(cast) -> None:
    """Negative control: it is the erasure that opens the way, not a hole in the guard."""
    lead = lived(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Outcome.objects.filter(lead=lead).delete()


def test_files_of_runs_are_emptied_and_verify(cast, dora) -> None:
    lead, other = arrive(GOOD), arrive(GOOD | {"contact.email": "b@b.example"}, "L3")
    runs.start(SYSTEM, runs.ALL, now=timezone.now())
    from plumbline.app.jobs import HANDLERS

    assert Worker({"run": HANDLERS["run"]}, {}, lambda: 0.0).drain() == 1
    folder = RunFolder(runs.folder_of(Run.objects.get()))
    assert set(folder.scan().collect()["lead.id"]) == {lead.key, other.key}
    erasure.erase(dora, [lead.key], ground="request", now=NOW)
    asked = Outbox.objects.get(topic="erase").payload
    assert erasure.clean_runs(asked["leads"], actor=asked["actor"], ground=asked["ground"]) == 1
    assert set(folder.scan().collect()["lead.id"].drop_nulls()) == {other.key}
    assert verify_run(folder, DatabaseLedger()).intact


def test_it_waits_for_a_run_that_may_hold_them(cast, dora) -> None:
    lead = arrive(GOOD)
    runs.start(SYSTEM, runs.ALL, now=timezone.now())
    erasure.erase(dora, [lead.key], ground="request", now=NOW)
    with pytest.raises(NotYetError):
        erasure.carry_out(Outbox.objects.get(topic="erase"))


def test_what_is_past_its_time_goes_and_what_is_fresh_stays(cast) -> None:
    now = timezone.now()
    old, spoken, fresh = (arrive(GOOD | {"contact.email": f"{n}@x.example"}, n) for n in "abc")
    past = now - timedelta(days=5_000)
    Lead.objects.filter(pk__in=[old.pk, spoken.pk]).update(arrived_at=past, changed_at=past)
    Message.objects.create(lead=spoken, channel="email", text="Still here", at=now - timedelta(days=1))
    Message.objects.create(lead=spoken, channel="email", text="Long ago", at=past)
    assert erasure.due(now) == 1
    erased = Lead.objects.exclude(erased_at=None)
    assert list(erased) == [old]
    assert list(Message.objects.values_list("text", flat=True)) == ["Still here"]
    assert Lead.objects.get(pk=fresh.pk).email == "c@x.example"
    assert erasure.due(now) == 0


def test_the_page_finds_copies_and_erases_only_who_is_named_twice(cast, as_, settings) -> None:
    lead = lived(cast)
    kept = Import.objects.create(
        name="crm.csv", path="zz/crm.csv", digest="0" * 64, by=cast.olga, created_at=NOW, key="zz"
    )
    Lead.objects.filter(pk=lead.pk).update(batch=kept)
    file = settings.DATA / "uploads" / "zz" / "crm.csv"
    file.parent.mkdir(parents=True)
    file.write_text("x")
    dora = as_(cast.dora)
    page = dora.post("/requests/", {"who": ADDRESS}).content.decode()
    assert "crm.csv" in page
    assert Access.objects.filter(what="request of a person", leads=[lead.key]).exists()
    copied = dora.post("/requests/copy/", {"leads": [lead.key]})
    assert "attachment" in copied["Content-Disposition"]
    form = {"leads": [lead.key], "who": ADDRESS, "again": "jo@", "ground": "request"}
    assert dora.post("/requests/erase/", form).status_code == 422
    assert dora.post("/requests/erase/", form | {"again": ADDRESS}).status_code == 303
    assert "Nobody like this" in dora.post("/requests/", {"who": ADDRESS}).content.decode()
    assert dora.post("/requests/files/zz/delete/").status_code == 303
    assert not file.exists()


SEED = """
from plumbline.app import demo
from plumbline.app.services import runs
demo.company(sys.argv[1], now=timezone.now())
for n in range(40):
    fields = json.loads(sys.argv[2]) | {"contact.email": f"jo.field{n}@person{n}.example"}
    fields["lead.message"] = f"Reach me at jo.field{n}@person{n}.example, we need pumps"
    lead = leads.receive(SYSTEM, leads.Arrival(f"L{n}", fields), now=timezone.now()).lead
    deciding.decide(SYSTEM, [lead], now=timezone.now())
    leads.receive(SYSTEM, leads.Arrival(f"L{n}", fields | {"contact.title": "Chief"}), now=timezone.now())
runs.start(SYSTEM, runs.ALL, now=timezone.now())
"""
ERASE = """
from plumbline.app.services import erasure, requests
dpo = Actor.of_user(User.objects.get(role="dpo"))
theirs = [one.key for one in requests.find(dpo, "jo.field7@person7.example")]
erasure.erase(dpo, theirs, ground="request", now=timezone.now())
"""
TELL = """
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.runs import folder_of
from plumbline.store import RunFolder
from plumbline.store.run_check import verify_run
folders = [RunFolder(folder_of(one)) for one in Run.objects.all()]
print(DatabaseLedger().verify().intact, all(verify_run(one, DatabaseLedger()).intact for one in folders))
"""


def test_no_byte_of_them_is_left_in_any_file(tmp_path) -> None:
    data = tmp_path / "data"
    env = environment(data)
    assert plumbline(env, "migrate", "--quiet").returncode == 0
    run(env, SEED, POLICY, json.dumps(GOOD))
    assert plumbline(env, "worker", "--once").returncode == 0

    def holding(word: str) -> set[str]:
        files = [path for path in data.rglob("*") if path.is_file()]
        return {path.name for path in files if word.encode() in path.read_bytes() or _in_parquet(path, word)}

    assert {"plumbline.sqlite3", "part-00000.parquet"} <= holding("jo.field7@person7")
    run(env, ERASE)
    # Negative control: the act alone leaves the files of runs, and old pages of the database.
    assert "part-00000.parquet" in holding("jo.field7@person7")
    assert plumbline(env, "worker", "--once").returncode == 0
    assert holding("jo.field7@person7") == set()
    assert "plumbline.sqlite3" in holding("jo.field8@person8")
    assert run(env, TELL) == "True True"


def _in_parquet(path, word: str) -> bool:
    """Parquet is packed: its cells are looked through instead."""
    import polars as pl

    if path.suffix != ".parquet":
        return False
    return word in str(pl.read_parquet(path, glob=False).to_dicts())
