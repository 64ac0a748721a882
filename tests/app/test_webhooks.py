from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest
from django.utils import timezone

from helpers_app import GOOD, NOW, arrive
from plumbline.app import outgoing
from plumbline.app.actors import Actor
from plumbline.app.errors import InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.jobs import HANDLERS, TIMERS
from plumbline.app.models import Delivery, LedgerEntry, Outbox, Webhook
from plumbline.app.services import outbox, responses, tidying, webhooks
from plumbline.app.worker import Worker

pytestmark = pytest.mark.django_db


class Listener:
    """A program that listens: ``answers`` are given in turn, the last one again and again."""

    def __init__(self, *answers: int, wait: float = 0.0, location: str = "") -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mine.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                time.sleep(wait)
                self.send_response(answers[min(len(mine.heard), len(answers)) - 1])
                if location:
                    self.send_header("Location", location)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?token=x"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def local(settings):
    """Webhooks may go to this machine, as in the demo."""
    settings.WEBHOOKS_LOCAL = True


@pytest.fixture
def adam(cast) -> Actor:
    return Actor.of_user(cast.adam)


def worker() -> Worker:
    return Worker(HANDLERS, {}, lambda: 0.0)


def due() -> None:
    Outbox.objects.filter(done_at=None).update(not_before=NOW)


def accept(cast):
    """Alice takes a lead."""
    lead = arrive(GOOD)
    now = timezone.now()
    responses.answer(
        Actor.of_user(cast.alice), lead.key, kind="accept", version=lead.standing.version, now=now
    )
    return lead


def verify(secret: str, header: str, body: bytes, now: float) -> bool:
    """The verifier of the how-to, taken from its page."""
    names: dict[str, object] = {}
    page = (Path(__file__).parents[2] / "docs" / "howto" / "webhooks.md").read_text("utf-8")
    exec(page.split("```python\n")[1].split("```")[0], names)  # noqa: S102 - our own page
    return names["is_genuine"](secret, header, body, now)


def test_what_happens_is_told_signed_and_without_anyones_data(cast, adam, local) -> None:
    with Listener(200) as listener:
        _, secret = webhooks.register(adam, listener.url, ["lead.answered"], now=NOW)
        lead = accept(cast)
        worker().drain()
    ((headers, body),) = listener.heard
    told = json.loads(body)
    assert (told["topic"], told["data"]["lead"]) == ("lead.answered", lead.key)
    assert told["id"] == headers["plumbline-event"]
    for personal in ("Jo Field", "fieldworks", "Fieldworks"):
        assert personal.encode() not in body
    now = time.time()
    assert verify(secret, headers["plumbline-signature"], body, now)
    assert not verify(secret, headers["plumbline-signature"], body + b" ", now)
    assert not verify("whs_other", headers["plumbline-signature"], body, now)
    assert not verify(secret, headers["plumbline-signature"], body, now + 3600)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempt, delivery.error) == (200, 1, "")


def test_a_decision_is_told_where_somebody_listens_and_written_down_nowhere_else(cast, adam, local) -> None:
    arrive(GOOD, "L1")
    assert not Outbox.objects.filter(topic="decision.made").exists()
    with Listener(204) as listener:
        webhooks.register(adam, listener.url, ["decision.made"], now=NOW)
        lead = arrive(GOOD | {"contact.email": "b@b.example"}, "L2")
        worker().drain()
    told = json.loads(listener.heard[0][1])["data"]
    assert told["lead"] == lead.key
    assert told["route"] in {"queue", "fast_track", "review", "nurture"}


def test_what_is_not_taken_is_sent_again_as_the_same_event(cast, adam, local) -> None:
    with Listener(500, 200) as listener:
        webhooks.register(adam, listener.url, ["lead.answered"], now=NOW)
        accept(cast)
        worker().drain()
        assert len(listener.heard) == 1
        due()
        worker().drain()
    first, second = (body for _, body in listener.heard)
    assert first == second
    assert list(Delivery.objects.order_by("pk").values_list("status", "attempt")) == [(500, 1), (200, 2)]
    assert not Outbox.objects.filter(done_at=None).exists()


def test_carried_out_twice_by_a_worker_that_died_it_is_one_event_with_one_id(cast, adam, local) -> None:
    with Listener(200) as listener:
        webhooks.register(adam, listener.url, ["lead.answered"], now=NOW)
        accept(cast)
        row = Outbox.objects.get(topic="lead.answered")
        died = outbox.claim(["lead.answered"])
        webhooks.fan_out(died)
        Outbox.objects.filter(pk=row.pk).update(lease_until=NOW)
        worker().drain()
        assert Outbox.objects.filter(topic=webhooks.DELIVER).count() == 1
        Outbox.objects.filter(topic=webhooks.DELIVER).update(done_at=None, lease_until=NOW, not_before=NOW)
        worker().drain()
    assert len({headers["plumbline-event"] for headers, _ in listener.heard}) == 1
    assert len(listener.heard) == 2


def test_who_is_slow_is_not_waited_for_even_if_a_byte_comes_now_and_then(local) -> None:
    dripping = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = dripping.accept()
        with connection:
            connection.recv(65_536)
            for letter in b"HTTP/1.1 200 OK\r\n" * 9:
                try:
                    connection.send(bytes([letter]))
                except OSError:
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    start = time.monotonic()
    answer = outgoing.post(f"http://127.0.0.1:{dripping.getsockname()[1]}/", b"{}", {}, patience=0.5)
    assert time.monotonic() - start < 3
    assert not answer.well
    assert "seconds" in answer.error
    thread.join()
    dripping.close()


def test_a_redirect_is_not_followed_wherever_it_leads(local) -> None:
    with Listener(200) as secret_place, Listener(302, location=secret_place.url) as listener:
        answer = outgoing.post(listener.url, b"{}", {})
    assert (answer.well, answer.status) == (False, 302)
    assert "redirect" in answer.error
    assert secret_place.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://user:word@example.com/",
        "https://example.com:25/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: x",
        "https:///path",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0.0.0.0/",
        "https://10.0.0.7/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://" + "a" * 500 + ".example/",
    ],
)
def test_an_address_that_leads_elsewhere_than_into_the_open_is_refused(url) -> None:
    with pytest.raises(InvalidInputError):
        outgoing.checked(url)
    assert not outgoing.post(url, b"{}", {}).well


@pytest.mark.parametrize("url", ["https://1.1.1.1/hook", "https://[2606:4700::1111]:8443/a?b=c"])
def test_a_public_address_is_taken(url) -> None:
    """Negative control."""
    assert outgoing.checked(url) == url


def test_a_name_that_is_private_when_it_is_sent_to_is_refused_though_it_was_taken(local, settings) -> None:
    with Listener(200) as listener:
        url = listener.url.replace("127.0.0.1", "localhost")
        assert outgoing.checked(url)
        assert outgoing.post(url, b"{}", {}).well
        settings.WEBHOOKS_LOCAL = False
        refused = outgoing.post(url.replace("http:", "https:"), b"{}", {})
    assert "private network" in refused.error
    assert len(listener.heard) == 1


def test_a_name_is_asked_for_once_and_the_connection_goes_there(local, monkeypatch) -> None:
    asked = []
    real = socket.getaddrinfo

    def changing(host, *args, **more):
        asked.append(host)
        return real("127.0.0.1" if host == "shifty.example" else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    with Listener(200) as listener:
        url = listener.url.replace("127.0.0.1", "shifty.example")
        assert outgoing.post(url, b"{}", {}).well
    assert asked.count("shifty.example") == 1
    assert listener.heard[0][0]["host"].startswith("shifty.example:")


def test_only_who_may_registers_and_the_ledger_knows(cast, adam, local) -> None:
    with pytest.raises(NotAllowedError):
        webhooks.register(Actor.of_user(cast.olga), "https://1.1.1.1/", ["lead.answered"], now=NOW)
    with pytest.raises(InvalidInputError):
        webhooks.register(adam, "https://1.1.1.1/", ["lead.eaten"], now=NOW)
    with pytest.raises(InvalidInputError):
        webhooks.register(adam, "https://1.1.1.1/", [], now=NOW)
    webhook, secret = webhooks.register(adam, "https://1.1.1.1/s3cret", ["lead.answered"], now=NOW)
    entry = LedgerEntry.objects.get(kind="webhook:added")
    assert "s3cret" not in entry.header
    assert secret not in entry.header
    webhooks.remove(adam, webhook.key, now=NOW)
    assert Webhook.objects.get().secret == ""
    assert LedgerEntry.objects.filter(kind="webhook:removed").count() == 1
    with pytest.raises(NotFoundError):
        webhooks.send_test(adam, webhook.key, now=NOW)


def test_who_was_removed_hears_nothing_more_and_who_came_later_nothing_older(cast, adam, local) -> None:
    with Listener(200) as listener:
        gone, _ = webhooks.register(adam, listener.url, ["lead.answered"], now=NOW)
        accept(cast)
        worker().step("lead.answered")
        webhooks.remove(adam, gone.key, now=NOW)
        webhooks.register(adam, listener.url, ["lead.answered"], now=timezone.now())
        Outbox.objects.filter(topic="lead.answered").update(done_at=None)
        worker().drain()
    assert listener.heard == []


def test_every_act_on_a_lead_has_somebody_who_carries_it_on() -> None:
    """An outbox row that no handler knows would wait for ever."""
    assert set(webhooks.TOPICS) <= set(HANDLERS)
    assert "tidy" in TIMERS


def test_what_is_old_goes_and_what_was_given_up_stays(cast, adam) -> None:
    old = Outbox.objects.create(topic="a", created_at=NOW, not_before=NOW, done_at=NOW)
    stuck = Outbox.objects.create(topic="b", created_at=NOW, not_before=NOW, given_up_at=NOW)
    tidying.tidy(NOW + tidying.DONE * 2)
    left = set(Outbox.objects.values_list("pk", flat=True))
    assert old.pk not in left
    assert stuck.pk in left


def test_the_page_shows_the_secret_once_sends_a_test_and_what_came_of_it(cast, as_, local) -> None:
    browser = as_(cast.adam)
    with Listener(503) as listener:
        form = {"url": listener.url, "topics": ["lead.answered", "decision.made"]}
        page = browser.post("/webhooks/add/", form).content.decode()
        webhook = Webhook.objects.get()
        assert webhook.secret in page
        assert webhook.secret not in browser.get("/webhooks/").content.decode()
        assert browser.post(f"/webhooks/{webhook.key}/test/").status_code == 302
        worker().drain()
    page = browser.get("/webhooks/").content.decode()
    assert "Not taken, 503." in page
    assert "webhook.test" in page
    assert as_(cast.olga).get("/webhooks/").status_code == 403


def test_an_address_that_tries_to_be_markup_is_shown_as_text(cast, as_, local) -> None:
    url = 'https://1.1.1.1/"><script>alert(1)</script>'
    page = as_(cast.adam).post("/webhooks/add/", {"url": url, "topics": ["lead.answered"]}).content.decode()
    assert "<script>alert" not in page


KILLED = textwrap.dedent(
    """
    import django, sys, time
    django.setup()
    from django.utils import timezone
    from plumbline.app.actors import Actor
    from plumbline.app.jobs import HANDLERS
    from plumbline.app.models import User
    from plumbline.app.operations import migrate
    from plumbline.app.services import webhooks
    from plumbline.app.worker import Worker
    from plumbline.domain.permissions import Role
    if sys.argv[1] == "begin":
        migrate()
        adam = User.objects.create_user("a@b.example", "x", name="Adam", role=Role.ADMIN.value)
        actor, now = Actor.of_user(adam), timezone.now()
        hook, _ = webhooks.register(actor, sys.argv[2], ["lead.answered"], now=now)
        webhooks.send_test(actor, hook.key, now=now)
    Worker(HANDLERS, {}, lambda: 0.0).drain()
    """
)


def test_a_worker_that_is_killed_while_it_delivers_leaves_the_same_event_to_the_next(tmp_path) -> None:
    env = os.environ | {
        "PLUMBLINE_DATA": str(tmp_path),
        "PLUMBLINE_WEBHOOKS_LOCAL": "1",
        "DJANGO_SETTINGS_MODULE": "plumbline.app.settings",
        "PLUMBLINE_DATABASE_URL": "",
    }
    command = [sys.executable, "-c", KILLED]
    with Listener(200, wait=3.0) as slow:
        first = subprocess.Popen([*command, "begin", slow.url], env=env)
        patience = time.monotonic() + 120
        while not slow.heard and time.monotonic() < patience and first.poll() is None:
            time.sleep(0.05)
        first.send_signal(signal.SIGKILL)
        first.wait()
        with database(tmp_path) as sqlite:
            sqlite.execute("UPDATE plumbline_outbox SET lease_until = '2020-01-01 00:00:00'")
        subprocess.run([*command, "again"], env=env, check=True, timeout=120)
        with database(tmp_path) as sqlite:
            assert sqlite.execute(
                "SELECT count(*) FROM plumbline_outbox WHERE done_at IS NULL"
            ).fetchone() == (0,)
    assert len(slow.heard) == 2
    assert slow.heard[0][1] == slow.heard[1][1]


@contextmanager
def database(folder: Path):
    import sqlite3

    connection = sqlite3.connect(folder / "plumbline.sqlite3", timeout=30)
    try:
        with connection:
            yield connection
    finally:
        connection.close()
