"""What an operator hears: the doctor, figures, logs without people, and records that are only looked at."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from helpers_app import GOOD, arrive
from plumbline.app import operations
from plumbline.app.errors import ConfigurationError, InvalidInputError
from plumbline.app.logs import JsonLines, request_id
from plumbline.app.models import LedgerBody, Membership, Outbox, Team, User
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import ROLES, Role
from plumbline.web.admin import SHOWN

pytestmark = pytest.mark.django_db

ADDRESS = "jo@fieldworks.example"
PARTS = ["settings", "database", "tables", "ledger", "policy", "teams", "worker", "disk"]


def sick() -> dict[str, str]:
    """What the doctor finds wrong, and what it says."""
    return {one.what: one.told for one in operations.examine() if not one.well}


def drop(trigger: str, table: str) -> None:
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        if on:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TRIGGER {trigger}{on}")


def test_a_well_installation_has_nothing_to_say(cast) -> None:
    arrive(GOOD)
    assert [one.what for one in operations.examine()] == PARTS
    assert sick() == {}
    operations.refuse_unready()


def test_the_doctor_finds_settings_that_let_anybody_in(cast) -> None:
    with override_settings(DEMO=True, ALLOWED_HOSTS=["crm.example.com"]):
        assert "PLUMBLINE_DEMO" in sick()["settings"]
        with pytest.raises(ConfigurationError):
            operations.refuse_unready()
    with override_settings(ALLOWED_HOSTS=["*"]):
        assert sick().keys() == {"settings"}


def test_the_doctor_finds_a_guard_that_is_gone(cast) -> None:
    drop("plumbline_ledgerentry_no_delete", "plumbline_ledgerentry")
    assert "plumbline_ledgerentry_no_delete" in sick()["tables"]
    with pytest.raises(ConfigurationError, match="not guarded"):
        operations.refuse_unready()


def test_the_doctor_finds_a_broken_ledger(cast) -> None:
    lead = arrive(GOOD)
    drop("plumbline_ledgerbody_no_update", "plumbline_ledgerbody")
    LedgerBody.objects.filter(subject=lead.key).update(content=b"{}")
    assert "is not what it committed to" in sick()["ledger"]


def test_the_doctor_finds_that_nothing_is_live_and_nobody_works(db) -> None:
    assert sick().keys() == {"policy", "teams"}


def test_the_doctor_names_teams_in_which_nobody_takes_leads(cast) -> None:
    Membership.objects.filter(team=cast.two).update(weight=0)
    (teams,) = [one for one in operations.examine() if one.what == "teams"]
    assert (teams.well, "Team two" in teams.told) == (True, True)


@pytest.mark.parametrize(("minutes", "found"), [(5, False), (15, True)])
def test_the_doctor_finds_work_that_nobody_does(cast, minutes, found) -> None:
    then = timezone.now() - timedelta(minutes=minutes)
    Outbox.objects.create(topic="run", created_at=then, not_before=then)
    assert ("worker" in sick()) is found


def test_the_doctor_finds_a_disk_that_is_almost_full(cast, monkeypatch) -> None:
    monkeypatch.setattr(operations.shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    assert sick()["disk"].startswith("only 5 MB free")


def test_one_part_that_fails_does_not_hide_the_others(cast, monkeypatch) -> None:
    monkeypatch.setattr(operations, "_ledger", lambda: (_ for _ in ()).throw(OSError("gone")))
    assert sick() == {"ledger": "gone"}


def test_the_first_person_is_added_by_command(db) -> None:
    user = operations.add_person(
        "Ada@x.example", name="Ada", role="admin", teams=["Sales"], password="correct horse battery"
    )
    assert (user.email, user.is_staff, Team.objects.get().name) == ("ada@x.example", True, "Sales")
    for wrong in ({"role": "service"}, {"email": "ada@x.example"}, {"password": "password1234"}):
        given = {"email": "b@x.example", "role": "rep", "password": "correct horse battery"} | wrong
        with pytest.raises(InvalidInputError) as error:
            operations.add_person(given.pop("email"), name="B", teams=[], **given)
        assert error.value.field == next(iter(wrong))
    assert User.objects.count() == 1


def test_figures_are_for_who_holds_the_token(cast, as_) -> None:
    arrive(GOOD)
    as_(cast.alice).get("/queue/")
    Outbox.objects.create(
        topic="run", created_at=timezone.now(), not_before=timezone.now() - timedelta(seconds=90)
    )
    assert Client().get("/metrics").status_code == 404
    with override_settings(METRICS_TOKEN="s3cret"):
        assert Client().get("/metrics").status_code == 404
        assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        text = Client().get("/metrics", headers={"Authorization": "Bearer s3cret"}).content.decode()
    assert 'route="queue",status="200"}' in text
    assert 'plumbline_request_seconds_bucket{le="0.05",method="GET",process="' in text
    assert f"plumbline_ledger_entries {DatabaseLedger().head().seq}.0" in text
    assert 'plumbline_decisions{route="nurture"}' in text
    age = float(text.partition('plumbline_outbox_age_seconds{topic="run"} ')[2].split("\n")[0])
    assert 90 <= age < 200
    assert 'plumbline_outbox_waiting{topic="run"} 1.0' in text
    assert ADDRESS not in text


def line(message: str, *args: object, error: bool = False, **extra: object) -> dict[str, object]:
    """What a log call writes."""
    info = None
    if error:
        try:
            int(ADDRESS)
        except ValueError as caught:
            info = (type(caught), caught, caught.__traceback__)
    record = logging.LogRecord("plumbline.x", logging.ERROR, __file__, 1, message, args, info)
    record.__dict__.update(extra)
    return json.loads(JsonLines().format(record))


def test_a_log_line_holds_keys_and_counts_and_no_person() -> None:
    token = request_id.set("abc")
    told = line("done", job="run", count=3, email=ADDRESS)
    request_id.reset(token)
    assert (told["message"], told["job"], told["count"], told["request"]) == ("done", "run", 3, "abc")
    for one in (told, line("hello %s", ADDRESS), line("failed", error=True)):
        assert ADDRESS not in json.dumps(one)
    # Negative control: a word of the message itself is written.
    assert line("hello")["message"] == "hello"
    assert line("failed", error=True)["error"] == "ValueError"
    assert "test_operations.py" in line("failed", error=True)["where"][0]


def test_an_unexpected_error_tells_its_id_and_never_its_text(cast, as_, monkeypatch, caplog) -> None:
    from plumbline.app.services import queue

    def broken(*_: object, **__: object) -> None:
        raise ValueError(ADDRESS)

    monkeypatch.setattr(queue, "page_of", broken)
    with caplog.at_level(logging.ERROR):
        answer = as_(cast.alice).get("/queue/")
    assert answer.status_code == 500
    assert ADDRESS not in answer.content.decode()
    assert answer["X-Request-Id"] in answer.content.decode()
    lines = [JsonLines().format(record) for record in caplog.records]
    assert lines
    assert not any(ADDRESS in one for one in lines)


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_records_are_looked_at_by_role_and_changed_by_nobody(cast, as_, model) -> None:
    arrive(GOOD)
    shown = admin.site._registry[model]
    path = f"/admin/plumbline/{model.__name__.lower()}/"
    for user in cast.everybody:
        browser = as_(user)
        staff = user.role in {"admin", "dpo", "auditor"}
        User.objects.filter(pk=user.pk).update(is_staff=staff)
        allowed = staff and shown.perm in ROLES[Role(user.role)]
        assert (browser.get(path).status_code == 200) is allowed, user.role
        assert browser.get(f"{path}add/").status_code in {302, 403}
        row = model.objects.first()
        if allowed and row is not None:
            assert ADDRESS not in browser.get(f"{path}{row.pk}/change/").content.decode()
            assert browser.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403
            assert model.objects.filter(pk=row.pk).exists()
    assert Client().get(path).status_code == 302


def test_the_sign_in_of_django_itself_is_ours(cast) -> None:
    answer = Client().get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
