from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpers_rep import queued, standing
from plumbline.app.models import Access, Response, SavedView, Standing

pytestmark = pytest.mark.django_db

XSS = '"><script>alert(1)</script>'
#: Queries of a page of the queue: session, user, teams, count, lines, blind ones, views, access log.
QUEUE_QUERIES = 10


def answer_path(lead) -> str:
    return reverse("lead-answer", args=[lead.key])


def test_the_queue_shows_lead_band_reason_and_notes_who_looked(cast, as_) -> None:
    lead = queued(cast)
    page = as_(cast.alice).get("/queue/").content.decode()
    now = standing(lead)
    for shown in ("Jo Field", now.because[:30], f"</span>{now.band}</span>", "Fit ", "Demo Form"):
        assert shown in page
    seen = Access.objects.get()
    assert (seen.what, seen.leads, seen.actor) == ("queue", [lead.key], f"user:{cast.alice.key}")


def test_an_empty_queue_says_what_to_do_next(cast, as_) -> None:
    page = as_(cast.alice).get("/queue/").content.decode()
    assert "Nothing waits for you" in page
    assert "?whose=team" in page
    assert "No lead fits these filters" in as_(cast.alice).get("/queue/?band=D").content.decode()


def test_a_page_costs_the_same_queries_for_one_lead_and_for_many(cast, as_) -> None:
    client = as_(cast.alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/queue/").status_code == 200
        return len(caught)

    first = queued(cast, "L0")
    few = queries()
    like = standing(first)
    for number in range(1, 30):
        lead = first
        lead.pk, lead.id, lead.key, lead.external_id = None, None, f"k{number:015}", f"L{number}"
        lead._state.adding = True
        lead.save(force_insert=True)
        like.pk, like.lead = lead.pk, lead
        like.save(force_insert=True)
    assert Standing.objects.count() == 30
    assert queries() == few
    assert few <= QUEUE_QUERIES


def test_taking_a_lead_in_the_queue_replaces_its_line_and_nothing_else(cast, as_) -> None:
    lead = queued(cast)
    form = {"version": standing(lead).version, "from": "queue", "accept": "1"}
    answer = as_(cast.alice).post(answer_path(lead), form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.startswith("<li")
    assert "Yours now" in page
    assert "<html" not in page
    assert standing(lead).state == "accepted"


def test_without_htmx_an_answer_goes_back_to_the_queue(cast, as_) -> None:
    lead = queued(cast)
    form = {"version": standing(lead).version, "from": "queue", "wrong": "no_need", "note": XSS}
    answer = as_(cast.alice).post(answer_path(lead), form)
    assert (answer.status_code, answer["Location"]) == (303, "/queue/")
    assert Response.objects.get().note == XSS
    assert XSS not in as_(cast.alice).get(reverse("lead", args=[lead.key])).content.decode()


def test_two_browsers_on_one_lead_lose_nothing_and_the_slower_is_told(cast, as_) -> None:
    lead = queued(cast)
    alice, mara = as_(cast.alice), as_(cast.mara)
    pages = [client.get(f"/queue/?whose={whose}") for client, whose in ((alice, "mine"), (mara, "team"))]
    versions = [re.search(rb'name="version" value="(\d+)"', page.content)[1] for page in pages]
    assert versions[0] == versions[1]
    form = {"version": int(versions[0]), "from": "queue"}
    assert mara.post(answer_path(lead), form | {"accept": "1"}).status_code == 303
    slow = alice.post(
        answer_path(lead), form | {"wrong": "no_need", "note": "mine"}, headers={"HX-Request": "true"}
    )
    assert slow.status_code == 409
    assert slow["HX-Retarget"] == "#notice"  # the form with the note stays on the page
    assert "Mara took it" in slow.content.decode()
    assert "Nothing of yours was stored" in slow.content.decode()
    assert [one.by for one in Response.objects.all()] == [cast.mara]


def test_a_blind_line_holds_neither_score_nor_band_nor_reason_nor_route(cast, as_) -> None:
    lead = queued(cast, blind=True)
    because = "Because of a rule nobody may read yet"
    Standing.objects.filter(pk=lead.pk).update(because=because)
    now = standing(lead)
    page = as_(cast.alice).get("/queue/").content.decode()
    line = re.search(rf'<li class="line" id="lead-{lead.key}".*?</form>\s*</li>', page, re.DOTALL)[0]
    assert "Judge these before you see the score" in page
    assert because not in page
    for telling in (str(now.place), f">{now.band}<", "Fit ", "Intent ", 'class="tag"', "points"):
        assert telling not in line
    # Negative control: once judged, the same search finds them.
    as_(cast.alice).post(answer_path(lead), {"version": now.version, "accept": "1", "from": "queue"})
    Standing.objects.filter(pk=lead.pk).update(state="open")
    assert because in as_(cast.alice).get("/queue/").content.decode()
    assert Response.objects.get().blind


def test_a_wrong_reason_or_version_is_told_and_stores_nothing(cast, as_) -> None:
    lead, client = queued(cast), as_(cast.alice)
    for form in ({"accept": "1"}, {"accept": "1", "version": "x"}, {"version": "1", "wrong": XSS}, {}):
        answer = client.post(answer_path(lead), form)
        assert answer.status_code == 422, form
        assert "<script>alert" not in answer.content.decode()
    assert Response.objects.count() == 0


def test_filters_and_pages_that_cannot_be_are_told(cast, as_) -> None:
    client = as_(cast.alice)
    for query in ("band=E", "whose=bob", "after=1.x", "after=%00", "state=%3Cscript%3E"):
        answer = client.get(f"/queue/?{query}")
        assert answer.status_code == 422, query
        assert "<script>" not in answer.content.decode().replace("<script src", "")


def test_views_are_kept_shown_and_forgotten(cast, as_) -> None:
    client = as_(cast.alice)
    answer = client.post("/queue/views/", {"name": XSS, "query": "band=A"})
    assert (answer.status_code, answer["Location"]) == (303, "/queue/?band=A")
    page = client.get("/queue/").content.decode()
    assert "?band=A" in page
    assert XSS not in page
    view = SavedView.objects.get()
    assert as_(cast.mara).post(reverse("queue-view-remove", args=[view.pk])).status_code == 404
    assert client.post(reverse("queue-view-remove", args=[view.pk])).status_code == 303
    assert not SavedView.objects.exists()


def test_next_leads_on_and_back_to_the_queue_at_the_end(cast, as_) -> None:
    first, second = queued(cast, "L1"), queued(cast, "L2")
    client = as_(cast.alice)
    assert second.key in client.get(reverse("queue-next", args=[first.key]))["Location"]
    Standing.objects.filter(pk=second.pk).update(state="accepted")
    assert client.get(reverse("queue-next", args=[first.key]))["Location"] == "/queue/"
    assert as_(cast.bob).get(reverse("queue-next", args=[first.key])).status_code == 404


def test_queues_are_for_those_who_work_leads(cast, as_) -> None:
    lead = queued(cast)
    for user in (cast.rex, cast.olga, cast.adam, cast.dora, cast.audra):
        assert as_(user).get("/queue/").status_code == 403
        assert as_(user).post(answer_path(lead), {"accept": "1", "version": "1"}).status_code == 403
    assert as_(cast.bob).post(answer_path(lead), {"accept": "1", "version": "1"}).status_code == 404
    assert as_(cast.alice).get(answer_path(lead)).status_code == 405
