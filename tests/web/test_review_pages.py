from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpers_app import GOOD, NOW, STRATEGIC, arrive, person
from plumbline.app.actors import Actor
from plumbline.app.models import Access, Lead, Look, Notice, Review, Standing
from plumbline.app.services import appeals
from plumbline.domain.permissions import Role

pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script>"


def ask(kind: str, lead: Lead, **more) -> Review:
    values = {"question": "Is it?", "opened_at": NOW, "due_at": NOW, "team": lead.standing.team}
    return Review.objects.create(kind=kind, lead=lead, decision=lead.standing.decision, **values | more)


def address(review: Review, act: str = "review") -> str:
    return reverse(act, args=[review.key])


def answer(client, review: Review, said: str, note: str = "Because"):
    review.refresh_from_db()
    values = {"answer": said, "note": note, "version": review.version}
    return client.post(address(review, "review-decide"), values)


def test_a_reviewer_opens_the_evidence_and_answers(cast, as_) -> None:
    review = arrive(STRATEGIC).reviews.get(kind="rule")
    client = as_(cast.rex)
    assert answer(client, review, "pursue").status_code == 409  # not opened yet
    page = client.get(address(review)).content.decode()
    assert "Big plc" in page
    assert "Pursue it now" in page
    assert Look.objects.get().by == cast.rex
    assert Access.objects.filter(what="review", leads=[review.lead.key]).exists()
    done = answer(client, review, "act_now")
    assert (done.status_code, done["Location"]) == (303, reverse("reviews"))
    assert "Answered" in client.get(address(review)).content.decode()
    assert review.lead.key not in re.findall(
        r"reviews/(\w+)/", client.get(reverse("reviews")).content.decode()
    )


def test_a_blind_audit_shows_no_score_no_band_and_no_reason_before_the_answer(cast, as_) -> None:
    lead = arrive(GOOD)
    review = ask("audit", lead, question="Is this a good lead?")
    client = as_(cast.rex)
    listed = client.get(reverse("reviews")).content.decode()
    page = client.get(address(review)).content.decode()
    decision, standing = lead.standing.decision, Standing.objects.get(lead=lead)
    assert "Fieldworks" in page
    for told in (decision.because, standing.because, "Band", "points", "Score", "Fast track", "Act now"):
        assert told not in page
        assert told not in listed
    assert not re.search(rf">\s*{decision.points}\b", page)
    assert f'/leads/{lead.key}/"' not in page
    assert answer(client, review, "not_good", "").status_code == 303
    assert decision.because.split(".")[0] in client.get(address(review)).content.decode()


def test_the_same_page_without_blindness_would_tell_it(cast, as_) -> None:
    """Negative control of the test above."""
    lead = arrive(GOOD)
    page = as_(cast.rex).get(address(ask("uncertain", lead))).content.decode()
    assert lead.standing.decision.because.split(".")[0] in page


def test_two_leads_stand_side_by_side_and_are_joined_and_parted(cast, as_) -> None:
    arrive(GOOD, "A")
    repeat = arrive(GOOD | {"contact.name": "Joan Field"}, "B")
    review = repeat.reviews.get(kind="duplicate")
    client = as_(cast.rex)
    page = client.get(address(review)).content.decode()
    assert "Joan Field" in page
    assert "Jo Field" in page
    assert page.count('class="differs"') == 1
    assert answer(client, review, "same", "").status_code == 303
    assert "They are two leads after all" in client.get(address(review)).content.decode()
    parted = client.post(address(review, "review-part"), {"note": "Sisters"})
    assert parted.status_code == 303
    assert Lead.objects.get(pk=repeat.pk).same_as is None


def test_what_people_write_is_text_and_what_is_personal_is_hidden_from_who_may_not_see_it(cast, as_) -> None:
    lead = arrive(GOOD | {"contact.name": XSS, "account.name": "=cmd|' /C calc'!A0"})
    alice = Actor.of_user(cast.alice)
    review = appeals.open_(alice, lead.key, grounds=f"{XSS} =1+1", now=NOW).review
    for user in (cast.rex, cast.olga, cast.audra):
        page = as_(user).get(address(review)).content.decode()
        assert XSS not in page
        assert ("&lt;script&gt;" in page) == (user is cast.rex)
    twin = arrive(GOOD | {"contact.name": "Hidden Person"}, "B").reviews.get(kind="duplicate")
    assert "Hidden Person" not in as_(cast.olga).get(address(twin)).content.decode()
    assert "Hidden Person" not in as_(cast.olga).get(reverse("reviews")).content.decode()


def test_an_appeal_is_acknowledged_on_its_page(cast, as_) -> None:
    review = appeals.open_(Actor.of_user(cast.alice), arrive(GOOD).key, grounds="No", now=NOW).review
    client = as_(cast.rex)
    assert "I have it: tell them" in client.get(address(review)).content.decode()
    assert client.post(address(review, "review-acknowledge")).status_code == 303
    assert "Acknowledged" in client.get(address(review)).content.decode()
    assert client.post(address(review, "review-acknowledge")).status_code == 409


def test_another_teams_review_is_not_there_and_who_reads_cannot_answer(cast, as_) -> None:
    review = ask("uncertain", arrive(GOOD))
    assert as_(cast.bob).get(address(review)).status_code == 404
    assert "There is nothing" not in as_(cast.alice).get(address(review)).content.decode()
    assert answer(as_(cast.alice), review, "pursue").status_code == 403
    boss = person("Bea", Role.MANAGER, cast.two)
    assert answer(as_(boss), review, "pursue").status_code == 404
    assert not Look.objects.exists()


def test_an_old_page_is_refused_with_who_was_faster(cast, as_) -> None:
    review = ask("uncertain", arrive(GOOD))
    rita = person("Rita", Role.REVIEWER)
    first, second = as_(cast.rex), as_(rita)
    version = {"version": review.version, "note": "x"}
    first.get(address(review))
    second.get(address(review))
    first.post(address(review, "review-decide"), {"answer": "pursue", **version})
    refused = second.post(address(review, "review-decide"), {"answer": "nurture", **version})
    assert refused.status_code == 409
    assert "Rex answered this" in refused.content.decode()


@pytest.mark.parametrize("mark", ["x", "20260302T100000.000000-", "99999999999999999999-1", "-"])
def test_a_made_up_place_in_the_list_is_refused_plainly(cast, as_, mark) -> None:
    assert as_(cast.rex).get(reverse("reviews"), {"after": mark}).status_code == 422


def test_lists_go_on_and_take_the_same_queries_however_long(cast, as_, monkeypatch) -> None:
    monkeypatch.setattr("plumbline.app.services.reviews.PAGE", 3)
    leads = [arrive(GOOD | {"contact.email": f"p{one}@firm.example"}, f"L{one}") for one in range(4)]
    client = as_(cast.rex)
    ask("rule", leads[0])

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("reviews"), {"kind": "rule"}).status_code == 200
        return len(caught)

    one = queries()
    for lead in leads[1:]:
        ask("rule", lead)
    assert queries() == one
    page = client.get(reverse("reviews"), {"kind": "rule"}).content.decode()
    further = re.search(r'href="([^"]*after=[^"]*)"', page)[1].replace("&amp;", "&")
    rest = client.get(further).content.decode()
    assert len(re.findall(r'class="case"', page)) == 3
    assert len(re.findall(r'class="case"', rest)) == 1


def test_the_bell_counts_and_falls_silent(cast, as_) -> None:
    for number in range(3):
        Notice.objects.create(user=cast.rex, at=NOW, kind="lead", text=f"News {number}", path="/queue/")
    Notice.objects.create(user=cast.alice, at=NOW, kind="lead", text="Not for Rex")
    client = as_(cast.rex)
    page = client.get(reverse("notices")).content.decode()
    assert "<b>3</b>" in page
    assert "Not for Rex" not in page
    last = Notice.objects.filter(user=cast.rex).latest("pk").pk
    assert client.post(reverse("notices-read"), {"upto": last}).status_code == 303
    assert "<b>" not in client.get(reverse("notices")).content.decode()
    assert Notice.objects.get(user=cast.alice).read_at is None


def test_everybody_chooses_whether_they_get_the_e_mail(cast, as_) -> None:
    client = as_(cast.audra)
    client.post(reverse("notices-digest"), {"wanted": "1"})
    cast.audra.refresh_from_db()
    assert cast.audra.digest
    assert "Stop the e-mails" in client.get(reverse("notices")).content.decode()
    client.post(reverse("notices-digest"), {"wanted": "0"})
    cast.audra.refresh_from_db()
    assert not cast.audra.digest
