from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from helpers_app import GOOD, PASSWORD, POOR, STRATEGIC, arrive
from plumbline.api.auth import LIMITS
from plumbline.api.permissions import needed, needs, operations
from plumbline.api.service import api
from plumbline.app.actors import Actor
from plumbline.app.errors import InvalidInputError, NotAllowedError
from plumbline.app.models import Access, ApiKey, Decision, Lead, LedgerEntry, Outcome
from plumbline.app.services import keys
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import Perm

pytestmark = pytest.mark.django_db
ALL = (
    Perm.LEAD_READ,
    Perm.LEAD_READ_ALL,
    Perm.LEAD_READ_PERSONAL,
    Perm.LEAD_WRITE,
    Perm.OUTCOME_REPORT,
    Perm.POLICY_READ,
)


@pytest.fixture(autouse=True)
def _nobody_asked_yet():
    LIMITS.forget()


class Program:
    """A program with a key."""

    def __init__(self, secret: str) -> None:
        self._client, self._headers = Client(), {"Authorization": f"Bearer {secret}"}

    def ask(self, method: str, path: str, body=None, **headers: str):
        more = {} if body is None else {"data": body if isinstance(body, bytes) else json.dumps(body)}
        return self._client.generic(
            method,
            f"/api/v1{path}",
            **more,
            content_type="application/json",
            headers=self._headers | headers,
        )


@pytest.fixture
def program(cast):
    """``program(Perm…)``: a program whose key holds these."""

    def made(*scopes: Perm, **more) -> Program:
        now = timezone.now()
        settings = {"expires_at": now + timedelta(days=30), **more}
        _, secret = keys.issue(Actor.of_user(cast.adam), "CRM", scopes=scopes or ALL, now=now, **settings)
        return Program(secret)

    return made


def test_a_lead_that_is_sent_is_decided_with_reasons_that_add_up(program) -> None:
    answer = program().ask("PUT", "/leads/by-id/crm-1", {"fields": GOOD})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["added"] is True
    assert told["decision"]["route"] in {"queue", "fast_track", "review"}
    assert told["decision"]["points"] == sum(reason["points"] for reason in told["reasons"])
    assert Decision.objects.get().pk == told["decision"]["id"]
    assert DatabaseLedger().verify().intact


def test_the_same_lead_again_changes_nothing_and_another_value_changes_one_lead(program) -> None:
    one = program()
    one.ask("PUT", "/leads/by-id/a/b c", {"fields": GOOD})
    again = one.ask("PUT", "/leads/by-id/a/b c", {"fields": GOOD})
    assert (again.status_code, again.json()["changed"]) == (200, False)
    assert Decision.objects.count() == 1
    other = one.ask("PUT", "/leads/by-id/a/b c", {"fields": GOOD | {"account.employees": "12"}})
    assert (other.status_code, other.json()["changed"]) == (200, True)
    lead = Lead.objects.get()
    assert lead.pasts.get().received["account.employees"] == "240"
    assert Decision.objects.count() == 2


def test_a_form_is_scored_in_one_call(program) -> None:
    told = program().ask("POST", "/score", {"fields": POOR}).json()
    assert told["id"].startswith("form-")
    assert told["decision"]["route"]


def test_an_idempotency_key_carries_out_once_and_refuses_another_body(program) -> None:
    one = program()
    first = one.ask("POST", "/score", {"fields": POOR}, **{"Idempotency-Key": "k1"})
    again = one.ask("POST", "/score", {"fields": POOR}, **{"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Lead.objects.count() == 1
    other = one.ask("POST", "/score", {"fields": GOOD}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")
    without = one.ask("POST", "/score", {"fields": POOR})  # negative control
    assert without.json()["lead"] != first.json()["lead"]


def test_many_leads_are_answered_line_by_line_and_a_bad_line_stops_nothing(program) -> None:
    lines = [
        json.dumps({"id": "1", "fields": GOOD}),
        "{not json",
        json.dumps({"id": "2", "fields": {"account.shoe_size": "9"}}),
        json.dumps({"id": "3", "fields": POOR}),
    ]
    answer = program().ask("POST", "/leads:bulk", "\n".join(lines).encode())
    told = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [line["line"] for line in told] == [1, 2, 3, 4]
    assert ["received" in line for line in told] == [True, False, False, True]
    assert told[2]["error"] == {
        "code": "invalid_input",
        "message": "'account.shoe_size' is no field of a lead.",
        "field": "account.shoe_size",
    }
    assert Lead.objects.count() == 2


def test_leads_come_in_pages_and_everybody_who_read_them_is_noted(program) -> None:
    for number in range(5):
        arrive(GOOD, f"L{number}")
    one, seen, after = program(), [], 0
    while after is not None:
        page = one.ask("GET", f"/leads?after={after}&limit=2").json()
        seen += [lead["id"] for lead in page["leads"]]
        after = page["after"]
    assert seen == [f"L{number}" for number in range(5)]
    assert Access.objects.filter(what="api:list_leads").count() == 3


def test_evidence_comes_as_data_and_replays(program) -> None:
    lead = arrive(GOOD)
    told = program().ask("GET", f"/leads/{lead.key}/evidence").json()
    assert told["replays"] is True
    assert told["packet"]["title"] == "Jo Field · Fieldworks Ltd"


def test_who_may_not_see_people_gets_no_names(program) -> None:
    lead = arrive(GOOD)
    masked = program(Perm.LEAD_READ, Perm.LEAD_READ_ALL)
    for path in (f"/leads/{lead.key}", f"/leads/{lead.key}/evidence", "/leads"):
        text = masked.ask("GET", path).content.decode()
        assert "Jo Field" not in text
        assert "jo@" not in text
    assert "Jo Field" in program().ask("GET", f"/leads/{lead.key}").content.decode()


def test_what_became_of_a_lead_is_reported(program) -> None:
    lead = arrive(GOOD)
    body = {"kind": "contacted", "at": timezone.now().isoformat()}
    answer = program().ask("POST", f"/leads/{lead.key}/outcomes", body)
    assert answer.status_code == 201, answer.content
    assert Outcome.objects.get().kind == "contacted"
    assert LedgerEntry.objects.filter(kind="outcome:reported").count() == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/leads/zzzzzzzzzzzzzzzz", None, 404, "not_found"),
        ("PUT", "/leads/by-id/x", {"fields": {"a": 1}}, 422, "invalid_input"),
        ("PUT", "/leads/by-id/x", {"fields": GOOD, "more": 1}, 422, "invalid_input"),
        ("PUT", "/leads/by-id/x", {"fields": {"contact.name": "x" * 20_001}}, 422, "invalid_input"),
        ("GET", "/leads?limit=5000", None, 422, "invalid_input"),
        ("GET", "/policies/99", None, 404, "not_found"),
        ("POST", "/runs", {}, 403, "not_allowed"),
    ],
)
def test_errors_have_one_shape(program, method, path, body, status, code) -> None:
    answer = program().ask(method, path, body)
    assert answer.status_code == status, answer.content
    told = answer.json()
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message", "field", "details", "request"}
    assert told["error"]["code"] == code
    assert told["error"]["request"]


def test_an_unexpected_error_shows_a_request_and_never_its_text(program, monkeypatch) -> None:
    def broken(*_, **__):
        raise RuntimeError("jo@fieldworks.example")

    monkeypatch.setattr("plumbline.api.leads.lead_out", broken)
    lead = arrive(GOOD)
    answer = program().ask("GET", f"/leads/{lead.key}")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "unexpected"
    assert b"jo@" not in answer.content


def test_no_key_a_wrong_one_an_old_one_and_a_revoked_one_are_refused(program, cast) -> None:
    assert Client().get("/api/v1/leads").status_code == 401
    assert Program("plk_wrong").ask("GET", "/leads").status_code == 401
    one = program()
    assert one.ask("GET", "/leads").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now())
    assert one.ask("GET", "/leads").status_code == 401
    two = program()
    keys.revoke(Actor.of_user(cast.adam), ApiKey.objects.order_by("-pk").first().key, now=timezone.now())
    assert two.ask("GET", "/leads").status_code == 401


def test_the_secret_is_not_stored(program) -> None:
    program()
    stored = str(list(ApiKey.objects.values()))
    assert keys.PREFIX not in stored


def test_a_key_holds_no_more_than_a_program_may(cast) -> None:
    actor, now = Actor.of_user(cast.adam), timezone.now()
    with pytest.raises(InvalidInputError):
        keys.issue(actor, "x", scopes=[Perm.POLICY_APPROVE], expires_at=now + timedelta(days=1), now=now)
    with pytest.raises(InvalidInputError):
        keys.issue(actor, "x", scopes=[Perm.LEAD_READ], expires_at=now + timedelta(days=900), now=now)
    with pytest.raises(NotAllowedError):
        keys.issue(
            Actor.of_user(cast.alice),
            "x",
            scopes=[Perm.LEAD_READ],
            expires_at=now + timedelta(days=1),
            now=now,
        )


def test_a_key_that_is_tied_to_a_team_sees_its_leads_alone(program, cast) -> None:
    lead = arrive(GOOD)
    assert program(*ALL, teams=[cast.two]).ask("GET", f"/leads/{lead.key}").status_code == 404
    assert program(*ALL, teams=[cast.one]).ask("GET", f"/leads/{lead.key}").status_code == 200


def test_a_key_that_asks_too_often_is_told_when_to_come_back(program) -> None:
    one = program(*ALL, per_minute=3)
    statuses = [one.ask("GET", "/leads").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = one.ask("GET", "/leads")
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert 0 < int(refused["Retry-After"]) <= 60


def test_a_person_uses_the_api_with_their_session_and_the_token_of_the_page(cast, as_) -> None:
    lead = arrive(GOOD)
    assert as_(cast.alice).get(f"/api/v1/leads/{lead.key}").status_code == 200
    assert as_(cast.bob).get(f"/api/v1/leads/{lead.key}").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.login(email=cast.alice.email, password=PASSWORD)
    body = json.dumps({"kind": "contacted", "at": timezone.now().isoformat()})
    address = f"/api/v1/leads/{lead.key}/outcomes"
    assert strict.post(address, body, content_type="application/json").status_code in {401, 403}
    assert Outcome.objects.count() == 0


def test_every_operation_needs_a_permission_and_a_key() -> None:
    for path, method, function, auth in operations(api):
        assert needed(function) is not None, (method, path)
        assert len(auth) == 2, (method, path)


def test_an_operation_that_says_nothing_is_found() -> None:
    """Negative control."""

    def careless(request):
        return None

    assert needed(careless) is None
    assert needed(needs(Perm.LEAD_READ)(careless)) == (Perm.LEAD_READ, "")


def test_the_description_is_for_who_is_signed_in(cast, as_) -> None:
    assert Client().get("/api/v1/openapi.json").status_code == 302
    told = as_(cast.alice).get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert "/api/v1/leads/{key}/evidence" in told["paths"]


def test_the_reasons_told_at_once_are_those_of_the_evidence(program) -> None:
    one = program()
    for number, fields in enumerate((GOOD, POOR, {"contact.email": "x@y.example"})):
        told = one.ask("PUT", f"/leads/by-id/r{number}", {"fields": fields}).json()
        again = one.ask("PUT", f"/leads/by-id/r{number}", {"fields": fields}).json()
        assert again["changed"] is False
        assert told["reasons"] == again["reasons"]
        assert told["decision"] == again["decision"]


def test_scoring_a_form_takes_as_many_statements_as_are_needed(
    program, django_assert_max_num_queries
) -> None:
    """43 once, when the answer was made by deciding again."""
    one = program()
    one.ask("POST", "/score", {"fields": GOOD})
    with django_assert_max_num_queries(35):
        one.ask("POST", "/score", {"fields": GOOD | {"contact.email": "b@b.example"}})


def test_reviews_come_in_pages_and_without_what_people_wrote(program, cast, as_) -> None:
    arrive(STRATEGIC)
    told = program(*ALL, Perm.REVIEW_READ).ask("GET", "/reviews?kind=rule").json()
    (review,) = told["reviews"]
    assert (review["kind"], review["state"], review["team"]) == ("rule", "open", "Team two")
    assert told["after"] is None
    assert as_(cast.alice).get("/api/v1/reviews").json()["reviews"] == []
    assert program(*ALL, Perm.REVIEW_READ).ask("GET", "/reviews?after=zzzz").status_code == 404
    assert Access.objects.filter(what="api:list_reviews").count() == 2


def test_a_person_overrides_by_the_api_and_a_program_cannot(program, cast, as_) -> None:
    lead = arrive(GOOD)
    browser = as_(cast.alice)
    version = browser.get(f"/api/v1/leads/{lead.key}").json()["version"]
    wish = {
        "to": "nurture",
        "reason": "timing",
        "note": "Next year.",
        "until": (timezone.now() + timedelta(days=7)).isoformat(),
        "version": version,
    }
    address = f"/leads/{lead.key}/overrides"
    assert program().ask("POST", address, wish).status_code == 403
    done = browser.post(f"/api/v1{address}", json.dumps(wish), content_type="application/json")
    assert (done.status_code, done.json()["to"]) == (201, "nurture")
    assert LedgerEntry.objects.get(seq=done.json()["entry"]).kind == "decision:overridden"
    late = browser.post(f"/api/v1{address}", json.dumps(wish), content_type="application/json")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")


def test_an_outcome_with_a_reference_is_reported_once(program) -> None:
    lead = arrive(GOOD)
    body = {"kind": "contacted", "at": timezone.now().isoformat(), "ref": "crm-77"}
    first = program().ask("POST", f"/leads/{lead.key}/outcomes", body)
    again = program().ask("POST", f"/leads/{lead.key}/outcomes", body)
    assert first.json() == again.json() == {"ref": "crm-77"}
    assert Outcome.objects.count() == 1


def test_what_is_too_large_is_refused_in_the_one_shape(program, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2
    for method, path in (("POST", "/score"), ("POST", "/leads:bulk")):
        answer = program().ask(method, path, b"x" * (1024**2 + 1), **{"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
