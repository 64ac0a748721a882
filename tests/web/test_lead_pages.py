from __future__ import annotations

import io
import re
from datetime import timedelta

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpers_app import STRATEGIC, arrive
from helpers_rep import NOW, of, queued, standing
from plumbline.app.models import (
    Access,
    Appeal,
    Lead,
    LedgerBody,
    Outcome,
    Override,
    Response,
    Standing,
    Tombstone,
)
from plumbline.app.services import outcomes
from plumbline.app.services.ledger import DatabaseLedger

pytestmark = pytest.mark.django_db

XSS = '"><script>alert(1)</script>'
#: Queries of the page of a lead, its access row included. Raise it only with a reason.
LEAD_QUERIES = 24


def path(lead, act: str = "lead") -> str:
    return reverse(act, args=[lead.key])


def page(client, lead) -> str:
    answer = client.get(path(lead))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_the_evidence_in_the_words_of_the_report(cast, as_) -> None:
    lead = queued(cast)
    shown = page(as_(cast.alice), lead)
    for part in ('id="score"', 'id="reasons"', 'id="unknown"', 'id="rules"', 'id="facts"', 'id="history"'):
        assert part in shown
    assert "Replays: decided again just now" in shown
    assert f"Ledger entry {standing(lead).decision.seq}" in shown
    assert "jo@" not in shown
    assert "l1@fieldworks.example" in shown
    seen = Access.objects.get()
    assert (seen.what, seen.leads[0], seen.masked) == ("lead page", lead.key, False)


def test_what_does_not_replay_says_so(cast, as_) -> None:
    """Negative control of the badge: a record that was tampered with is called what it is."""
    lead = queued(cast)
    seq = standing(lead).decision.seq
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE plumbline_ledgerbody DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER plumbline_ledgerbody_no_update")
    body = bytes(LedgerBody.objects.get(pk=seq).content)
    forged = re.sub(rb'"points":(-?\d+)', lambda found: b'"points":%d' % (int(found[1]) + 1), body)
    assert forged != body
    LedgerBody.objects.filter(pk=seq).update(content=forged)
    assert "Does not replay" in page(as_(cast.alice), lead)


def test_persons_are_masked_for_roles_that_see_none(cast, as_) -> None:
    lead = queued(cast, fields={"lead.message": "Ring me, Josephine"})
    like = queued(cast, "L2")
    outcomes.report(of(cast.alice), like.key, "won", at=NOW(), now=NOW(), note="Josephine signed")
    for user in (cast.audra, cast.olga):
        client = as_(user)
        alike = client.get(path(lead, "lead-similar")).content.decode()
        for shown in (page(client, lead), page(client, like), alike):
            for personal in ("Jo Field", "Josephine", "l1@field", "l2@field"):
                assert personal not in shown
        assert lead.key in page(client, lead)
    assert Access.objects.filter(masked=True).count() == 8
    assert "Josephine" in page(as_(cast.alice), like)  # negative control


def test_a_blind_lead_shows_what_came_in_and_nothing_that_was_made_of_it(cast, as_) -> None:
    lead = queued(cast, blind=True, fields={"lead.message": "We need it this quarter"})
    because = "Because of a rule nobody may read yet"
    Standing.objects.filter(pk=lead.pk).update(because=because)
    now, client = standing(lead), as_(cast.alice)
    shown = page(client, lead)
    assert "Judge first" in shown
    assert "We need it this quarter" in shown
    telling = (
        because,
        "Band",
        'id="score"',
        'id="rules"',
        'id="reasons"',
        "points",
        "Replays",
        str(now.place),
    )
    for word in telling:
        assert word not in shown
    assert client.get(path(lead, "lead-similar")).status_code == 404
    # Who judges nothing sees it all: they are the negative control.
    assert 'id="score"' in page(as_(cast.rex), lead)
    form = {"version": now.version, "wrong": "no_need"}
    answer = client.post(path(lead, "lead-answer"), form)
    assert answer["Location"] == path(lead)  # and now the score shows
    assert 'id="score"' in page(client, lead)
    assert Response.objects.get().blind


def test_a_lead_of_another_team_is_not_there(cast, as_) -> None:
    lead = queued(cast)
    client = as_(cast.bob)
    for act in ("lead", "lead-similar"):
        assert client.get(path(lead, act)).status_code == 404
    for act in ("lead-override", "lead-override-end", "lead-appeal", "lead-outcome", "lead-objection"):
        form = {"version": 1, "days": 7, "to": "queue", "reason": "timing", "note": "x", "grounds": "x"}
        form |= {"kind": "won", "on": "2026-03-02"}
        assert client.post(path(lead, act), form).status_code == 404, act
    assert client.get("/leads/nosuchlead234567/").status_code == 404
    assert as_(cast.adam).get(path(lead)).status_code == 403


def test_an_erased_lead_says_so(cast, as_) -> None:
    lead = queued(cast)
    DatabaseLedger().erase([lead.key], actor="user:dpo", basis="request", now=NOW())
    assert Tombstone.objects.exists()
    assert "There is no evidence to show" in page(as_(cast.alice), lead)
    Lead.objects.filter(pk=lead.pk).update(erased_at=NOW(), title="", email="", received={})
    shown = page(as_(cast.alice), lead)
    assert "was erased on" in shown
    assert 'name="accept"' not in shown
    form = {"version": standing(lead).version, "accept": "1"}
    assert as_(cast.alice).post(path(lead, "lead-answer"), form).status_code == 409


def test_a_person_who_objected_has_no_score_and_still_somebody(cast, as_) -> None:
    lead, client = queued(cast), as_(cast.alice)
    before = page(client, lead)
    assert "Record that they object" in before
    assert client.post(path(lead, "lead-objection"), {"how": XSS}).status_code == 303
    shown = page(client, lead)
    assert "No score" in shown
    assert 'id="score"' not in shown
    assert not re.search(r"band [A-D] with", shown)
    assert "objected to profiling" in shown
    assert XSS not in shown


def test_the_whole_round_from_the_page(cast, as_) -> None:
    lead, client = queued(cast), as_(cast.alice)
    form = {
        "version": standing(lead).version,
        "to": "fast_track",
        "reason": "timing",
        "note": XSS,
        "days": 30,
    }
    assert client.post(path(lead, "lead-override"), form).status_code == 303
    shown = page(client, lead)
    assert "Alice</bdi> sent it to fast track" in shown
    assert XSS not in shown
    assert "&lt;script&gt;" in shown
    assert (
        client.post(path(lead, "lead-override-end"), {"version": standing(lead).version}).status_code == 303
    )
    assert client.post(path(lead, "lead-appeal"), {"grounds": XSS, "on_behalf": "person"}).status_code == 303
    assert "waits for an answer" in page(client, lead)
    today = NOW().date().isoformat()
    assert (
        client.post(path(lead, "lead-outcome"), {"kind": "won", "on": today, "note": XSS}).status_code == 303
    )
    shown = page(client, lead)
    assert "won the deal" in shown
    assert XSS not in shown
    assert (Override.objects.count(), Appeal.objects.count(), Outcome.objects.count()) == (1, 1, 1)
    assert DatabaseLedger().verify().intact


def test_forms_that_cannot_be_are_told(cast, as_) -> None:
    lead, client = queued(cast), as_(cast.alice)
    tomorrow = (NOW() + timedelta(days=2)).date().isoformat()
    wrong = [
        ("lead-outcome", {"kind": "won", "on": tomorrow}),
        ("lead-outcome", {"kind": "won", "on": "<b>"}),
        ("lead-outcome", {"kind": "sold", "on": "2026-03-02"}),
        ("lead-override", {"to": "queue", "days": "9" * 30}),
        ("lead-override", {"to": "queue", "days": "999", "version": "1"}),
        ("lead-appeal", {"grounds": ""}),
    ]
    for act, form in wrong:
        assert client.post(path(lead, act), form).status_code == 422, (act, form)


def test_two_people_do_not_override_each_other_unseen(cast, as_) -> None:
    lead = queued(cast)
    seen = standing(lead).version
    form = {"version": seen, "to": "fast_track", "reason": "timing", "note": "x", "days": 7}
    assert as_(cast.mara).post(path(lead, "lead-override"), form).status_code == 303
    answer = as_(cast.alice).post(path(lead, "lead-override"), form | {"to": "nurture"})
    assert answer.status_code == 409
    assert "Mara moved this lead" in answer.content.decode()
    assert Override.objects.count() == 1


def test_the_page_costs_the_same_queries_however_long_the_history(cast, as_) -> None:
    lead, client = queued(cast), as_(cast.alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(client, lead)
        return len(caught)

    outcomes.report(of(cast.alice), lead.key, "contacted", at=NOW(), now=NOW())
    few = queries()
    for _ in range(12):
        outcomes.report(of(cast.alice), lead.key, "contacted", at=NOW(), now=NOW())
        queued(cast, f"L{_ + 10}")
    assert queries() == few
    assert few <= LEAD_QUERIES


def test_similar_leads_come_as_a_part_or_as_a_page(cast, as_) -> None:
    lead, like, client = queued(cast), queued(cast, "L2"), as_(cast.alice)
    assert (
        "No lead with an outcome is like this one" in client.get(path(lead, "lead-similar")).content.decode()
    )
    outcomes.report(of(cast.alice), like.key, "won", at=NOW(), now=NOW())
    part = client.get(path(lead, "lead-similar"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert like.key in part
    assert "won" in part
    assert Access.objects.filter(what="similar leads").latest("pk").leads == [lead.key, like.key]


def test_the_list_finds_hides_and_notes(cast, as_) -> None:
    lead, blind = queued(cast), queued(cast, "L2", blind=True)
    arrive(STRATEGIC, "L3")
    client = as_(cast.alice)
    shown = client.get("/leads/").content.decode()
    assert lead.key in shown
    assert "Big plc" not in shown
    row = re.search(rf"<tr><th[^>]*><a href=\"/leads/{blind.key}/.*?</tr>", shown, re.DOTALL)[0]
    assert "judge first" in row
    assert "letter-band" not in row
    assert set(Access.objects.get().leads) == {lead.key, blind.key}
    assert "No lead fits" in client.get("/leads/", {"q": XSS}).content.decode()
    assert client.get("/leads/", {"q": "x"}).status_code == 422
    assert client.get("/leads/", {"after": "x"}).status_code == 422
    masked = as_(cast.audra).get("/leads/").content.decode()
    assert "Jo Field" not in masked
    assert "Download" not in masked


def test_a_file_is_streamed_to_who_may_and_kept_in_the_log(cast, as_) -> None:
    queued(cast, fields={"contact.name": "=1+1"})
    client = as_(cast.mara)
    answer = client.post("/leads/export/", {"purpose": "reporting", "kind": "csv"})
    assert answer.status_code == 200
    assert answer.streaming
    assert "attachment" in answer["Content-Disposition"]
    assert b"'=1+1" in b"".join(answer.streaming_content)
    answer = client.post("/leads/export/", {"purpose": "audit", "kind": "parquet"})
    frame = pl.read_parquet(io.BytesIO(b"".join(answer.streaming_content)))
    assert frame["title"][0].startswith("=1+1")
    assert list(Access.objects.filter(what="export").values_list("purpose", flat=True)) == [
        "reporting",
        "audit",
    ]
    assert client.post("/leads/export/", {"kind": "csv"}).status_code == 422
    assert as_(cast.alice).post("/leads/export/", {"purpose": "audit"}).status_code == 403
