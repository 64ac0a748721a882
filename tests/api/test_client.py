from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from helpers_app import GOOD, POOR, STRATEGIC, arrive
from plumbline.api.auth import LIMITS
from plumbline.app.actors import Actor
from plumbline.app.models import ApiKey, Decision, Lead, Outcome, Run
from plumbline.app.services import keys
from plumbline.client import ApiError, Client, Event, Message, NewLead
from plumbline.client.wire import Retry
from plumbline.domain.permissions import ROLES, Role

pytestmark = pytest.mark.django_db


class Flaky(httpx.BaseTransport):
    """Every answer passes through here: ``fates`` say what becomes of the first ones."""

    def __init__(self, *fates) -> None:
        self._inner = httpx.WSGITransport(app=get_wsgi_application())
        self.fates, self.asked = list(fates), []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        fate = self.fates.pop(0) if self.fates else None
        if isinstance(fate, httpx.Response):
            return fate
        answer = self._inner.handle_request(request)
        if fate is not None:
            raise fate  # the work is done, and nobody hears of it
        return answer


@pytest.fixture
def secret(cast):
    LIMITS.forget()
    now = timezone.now()
    end = now + timedelta(days=1)
    return keys.issue(Actor.of_user(cast.adam), "CRM", scopes=ROLES[Role.SERVICE], expires_at=end, now=now)[1]


@pytest.fixture
def open_client(secret):
    """``open_client(fate, …)``: a client, what it was asked to wait for, and the transport."""

    def opened(*fates, tries=4, key=secret):
        waits, transport = [], Flaky(*fates)
        retry = Retry(tries=tries, sleep=waits.append, chance=lambda: 0.0)
        return Client("http://testserver", key, retry=retry, transport=transport), waits, transport

    return opened


LOST = httpx.ReadError("the line is dead")


def test_a_lead_is_sent_and_comes_back_decided(open_client) -> None:
    client, _, _ = open_client()
    with client:
        at = timezone.now()
        told = client.put_lead(
            "crm/1 a?#%26", GOOD, messages=[Message("We need this soon.", at)], events=[Event("demo", at)]
        )
        assert told.added
        assert told.id == "crm/1 a?#%26"
        assert told.decision.points == sum(reason.points for reason in told.reasons)
        lead = client.lead(told.lead)
        assert (lead.id, lead.decision) == (told.id, told.decision)
        assert client.decisions(told.lead) == [told.decision]
        evidence = client.evidence(told.lead)
        assert evidence.replays
        assert evidence.packet["title"] == "Jo Field · Fieldworks Ltd"
        assert Lead.objects.get().messages.get().text == "We need this soon."


def test_what_is_lost_on_the_way_is_asked_again_and_done_once(open_client) -> None:
    client, waits, transport = open_client(LOST, LOST)
    told = client.score(GOOD)
    assert told.added
    assert Decision.objects.count() == 1
    sent = {request.headers["Idempotency-Key"] for request in transport.asked}
    assert (len(transport.asked), len(sent)) == (3, 1)
    assert waits == [0.125, 0.25]


def test_without_a_key_of_its_own_the_same_would_be_done_twice(open_client) -> None:
    """Negative control."""
    client, _, _ = open_client()
    client.score(GOOD, idempotency_key="one")
    client.score(GOOD, idempotency_key="two")
    assert Decision.objects.count() == 2


def test_a_server_that_is_busy_says_for_how_long(open_client) -> None:
    busy = httpx.Response(429, headers={"Retry-After": "7"}, json={})
    away = httpx.Response(503, headers={"Retry-After": "9000"}, text="<html>")
    client, waits, _ = open_client(busy, away)
    assert client.live_policy().number == 1
    assert waits == [7.0, 60.0]


def test_patience_ends(open_client) -> None:
    client, waits, _ = open_client(LOST, LOST, LOST, tries=3)
    with pytest.raises(ApiError) as lost:
        client.live_policy()
    assert (lost.value.code, lost.value.status, len(waits)) == ("unreachable", 0, 2)
    client, _, _ = open_client(httpx.Response(503, text="<html>"), tries=1)
    with pytest.raises(ApiError) as away:
        client.live_policy()
    assert (away.value.code, away.value.status) == ("api_error", 503)


def test_the_limit_of_a_key_is_kept_and_told(open_client) -> None:
    ApiKey.objects.update(per_minute=2)
    client, waits, _ = open_client(tries=2)
    client.live_policy()
    client.live_policy()
    with pytest.raises(ApiError) as refused:
        client.live_policy()
    assert refused.value.code == "too_many_requests"
    assert 0 < waits[0] <= 60


@pytest.mark.parametrize(
    ("call", "status", "code", "field"),
    [
        (lambda c: c.lead("zzzz"), 404, "not_found", ""),
        (lambda c: c.score({"account.shoe_size": "9"}), 422, "invalid_input", "account.shoe_size"),
        (lambda c: c.policy(99), 404, "not_found", ""),
        (lambda c: c.report_outcome("zzzz", "eaten", at=timezone.now()), 422, "invalid_input", "kind"),
    ],
)
def test_what_is_refused_is_one_kind_of_error(open_client, call, status, code, field) -> None:
    client, waits, _ = open_client()
    with pytest.raises(ApiError) as refused:
        call(client)
    error = refused.value
    assert (error.status, error.code, error.field) == (status, code, field)
    assert error.request
    assert error.message == str(error)
    assert waits == []


def test_a_wrong_key_is_refused(open_client) -> None:
    client, _, _ = open_client(key="plk_wrong")
    with pytest.raises(ApiError, match="Authorization"):
        client.live_policy()


def test_many_leads_go_in_and_come_out_in_order_though_a_line_is_bad_and_a_connection_breaks(
    open_client,
) -> None:
    client, _, transport = open_client(None, LOST)
    leads = [NewLead(f"b{at}", POOR | {"contact.email": f"{at}@far.example"}) for at in range(5)]
    leads[3] = NewLead("b3", {"account.shoe_size": "9"})
    told = list(client.bulk(iter(leads), chunk=2))
    assert [line.line for line in told] == [1, 2, 3, 4, 5]
    assert [line.received.id if line.received else "" for line in told] == ["b0", "b1", "b2", "", "b4"]
    assert told[3].error["code"] == "invalid_input"
    assert len(transport.asked) == 4
    assert (Lead.objects.count(), Decision.objects.count()) == (4, 4)


def test_leads_and_reviews_come_page_by_page(open_client) -> None:
    for number in range(5):
        arrive(STRATEGIC | {"contact.email": f"{number}@big.example"}, f"L{number}")
    client, _, transport = open_client()
    assert [lead.id for lead in client.leads(page=2)] == [f"L{number}" for number in range(5)]
    assert len(transport.asked) == 3
    reviews = list(client.reviews(kind="rule"))
    assert len(reviews) == 5
    assert reviews == sorted(reviews, key=lambda one: one.due_at)


def test_outcomes_runs_and_policies(open_client) -> None:
    lead = arrive(GOOD)
    client, _, _ = open_client(LOST)
    assert client.report_outcome(lead.key, "contacted", at=timezone.now(), ref="crm-1") == "crm-1"
    assert Outcome.objects.count() == 1
    assert client.live_policy() == client.policy(1)
    client, _, _ = open_client(LOST)
    run = client.start_run()
    assert client.run(run.key) == run
    assert Run.objects.count() == 1


def test_a_newer_server_that_says_more_breaks_nothing(open_client) -> None:
    told = {
        "number": 3,
        "name": "x",
        "published_at": "2026-01-01T00:00:00Z",
        "digest": "",
        "text": "",
        "new": 1,
    }
    client, _, _ = open_client(httpx.Response(200, json=told | {"new": 1}))
    assert client.live_policy().published_at.tzinfo is not None


def test_a_server_that_is_not_there_is_not_reached() -> None:
    """Over a real connection; the benchmark of the application uses the client against a real server."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    retry = Retry(tries=2, sleep=lambda _: None)
    with Client(f"http://127.0.0.1:{port}", "plk_x", retry=retry) as client, pytest.raises(ApiError) as dead:
        client.live_policy()
    assert dead.value.code == "unreachable"


def test_the_examples_of_the_how_to_run(open_client, monkeypatch) -> None:
    client, _, _ = open_client()
    monkeypatch.setattr("plumbline.client.Client", lambda *_, **__: client)
    monkeypatch.setenv("PLUMBLINE_KEY", "plk_example")
    page = (Path(__file__).parents[2] / "docs" / "howto" / "use-the-api.md").read_text("utf-8")
    names: dict[str, object] = {}
    blocks = page.split("```py\n")[1:]
    assert len(blocks) >= 5
    for block in blocks:
        exec(block.split("```")[0], names)  # noqa: S102 - our own page
    assert Lead.objects.count() > 2
