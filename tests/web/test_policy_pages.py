from __future__ import annotations

import pytest
from django.utils import timezone

from helpers_app import GOOD, POLICY, arrive
from plumbline.app.models import Policy, Proposal

pytestmark = pytest.mark.django_db
HARDER = POLICY.replace("bands: {A: 60, B: 30, C: 0}", "bands: {A: 60, B: 30, C: 20}")


def test_the_live_policy_reads_as_prose(cast, as_) -> None:
    html = as_(cast.alice).get("/policy/").content.decode()
    assert "A lead was good when it came to opportunity accepted within" in html
    assert "from 60" in html
    assert "A named account: a person decides, whatever the score says." in html
    assert "Propose a change" not in html


def test_a_change_goes_from_a_draft_to_live_through_two_people(cast, as_) -> None:
    arrive({name: value for name, value in GOOD.items() if name != "lead.created_at"}, now=timezone.now())
    olga, mara = as_(cast.olga), as_(cast.mara)
    address = olga.post("/policy/proposals/")["Location"]
    page = olga.get(address).content.decode()
    assert "bands: {A: 60" in page
    form = {"text": HARDER, "why": "Too many calls", "version": "1", "do": "preview"}
    seen = olga.post(f"{address}save/", form, follow=True).content.decode()
    assert "leads of the last 12 weeks would be treated otherwise" in seen
    olga.post(f"{address}save/", form | {"version": "2", "do": "propose"})
    proposal = Proposal.objects.get()
    assert proposal.state == "proposed"
    assert "Your answer" not in olga.get(address).content.decode()
    assert "Your answer" in mara.get(address).content.decode()
    done = mara.post(f"{address}decide/", {"answer": "approve", "version": str(proposal.version)})
    assert done.status_code == 302
    assert Policy.objects.order_by("-number").first().text.strip() == HARDER.strip()
    version = mara.get("/policy/versions/2/").content.decode()
    assert "What changed" in version
    mara.post("/policy/back/", {"why": "Wrong"})
    assert Policy.objects.order_by("-number").first().back_to.number == 1


def test_the_linter_answers_while_somebody_types(cast, as_) -> None:
    olga = as_(cast.olga)
    address = olga.post("/policy/proposals/")["Location"]
    wrong = POLICY.replace("from: account.industry", "from: account.industri")
    answer = olga.post(f"{address}check/", {"text": wrong}, headers={"HX-Request": "true"}).content.decode()
    assert "blocks this policy" in answer
    assert "line " in answer
    assert Proposal.objects.get().text == POLICY


def test_what_somebody_wrote_meanwhile_is_not_overwritten(cast, as_) -> None:
    olga = as_(cast.olga)
    address = olga.post("/policy/proposals/")["Location"]
    olga.post(f"{address}save/", {"text": HARDER, "why": "a", "version": "1", "do": "keep"})
    late = olga.post(f"{address}save/", {"text": POLICY, "why": "b", "version": "1", "do": "keep"})
    assert late.status_code == 409
    assert Proposal.objects.get().why == "a"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=1+1", "\x00", "'\"><img src=x onerror=x>"])
def test_text_of_people_is_shown_and_never_run(cast, as_, text) -> None:
    olga = as_(cast.olga)
    address = olga.post("/policy/proposals/")["Location"]
    form = {"text": f"# {text}\n{POLICY}", "why": text, "version": "1", "do": "keep"}
    answer = olga.post(f"{address}save/", form, follow=True)
    assert answer.status_code in {200, 422}
    assert b"<script>alert" not in answer.content
    assert b"<img src=x" not in answer.content


def test_the_switch_is_pulled_and_shown_to_everybody(cast, as_) -> None:
    as_(cast.olga).post("/policy/pull/", {"why": "Odd leads since noon"})
    html = as_(cast.alice).get("/policy/").content.decode()
    assert "the system does nothing by itself" in html
    assert "Odd leads since noon" in html
    as_(cast.mara).post("/policy/release/", {"why": "A bad file, undone"})
    assert "nothing by itself" not in as_(cast.alice).get("/policy/").content.decode()
