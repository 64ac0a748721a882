"""Real processes of an installation: when it refuses to start, how it stops, what a backup brings back."""

from __future__ import annotations

import gzip
import io
import json
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from http import HTTPStatus

import pytest

from helpers_app import GOOD, POLICY
from helpers_installation import environment, plumbline, run

#: Some leads, a run with its files, an uploaded file.
SEED = """
from django.conf import settings
from plumbline.app import demo
from plumbline.app.services import runs
demo.company(sys.argv[1], now=timezone.now())
for n in range(6):
    fields = json.loads(sys.argv[2]) | {"contact.email": f"p{n}@person{n}.example"}
    lead = leads.receive(SYSTEM, leads.Arrival(f"L{n}", fields), now=timezone.now()).lead
    deciding.decide(SYSTEM, [lead], now=timezone.now())
runs.start(SYSTEM, runs.ALL, now=timezone.now())
kept = settings.DATA / "uploads" / "zz"
kept.mkdir(parents=True)
(kept / "crm.csv").write_text("Lead ID")
"""
#: The head, whether it and every run verify, and the evidence of every lead, replayed.
TELL = """
from plumbline.app.services import evidence
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.runs import folder_of
from plumbline.app.triggers import missing
from plumbline.store import RunFolder
from plumbline.store.run_check import verify_run
told = [str(DatabaseLedger().head()), DatabaseLedger().verify().intact, missing()]
told += [verify_run(RunFolder(folder_of(one)), DatabaseLedger()).intact for one in Run.objects.all()]
for lead in Lead.objects.order_by("pk"):
    found = evidence.evidence_of(SYSTEM, lead.standing.decision)
    told.append([lead.key, lead.received, repr(found.packet), found.replays])
print(json.dumps(told))
"""


def seeded(env: dict[str, str]) -> str:
    assert plumbline(env, "migrate", "--quiet").returncode == 0
    run(env, SEED, POLICY, json.dumps(GOOD))
    done = plumbline(env, "worker", "--once", "--quiet")
    assert done.returncode == 0, done.stderr
    return run(env, TELL)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_backup_brings_back_the_same_head_and_evidence(tmp_path, request, kind) -> None:
    server = request.getfixturevalue("postgres") if kind == "postgres" else None
    old = environment(tmp_path / "old", server, "old")
    told = seeded(old)
    assert json.loads(told)[1] is True
    made = plumbline(old, "backup", tmp_path / "all.tar.gz")
    assert made.returncode == 0, made.stderr
    new = environment(tmp_path / "new", server, "new")
    back = plumbline(new, "restore", tmp_path / "all.tar.gz")
    assert back.returncode == 0, back.stderr
    assert run(new, TELL) == told
    assert (tmp_path / "new" / "uploads" / "zz" / "crm.csv").read_text() == "Lead ID"
    # What came back goes on: the next key is free, and the ledger continues.
    lead = (
        'leads.receive(SYSTEM, leads.Arrival("N", {"contact.email": "n@n.example"}), now=timezone.now()).lead'
    )
    assert (
        run(new, f"deciding.decide(SYSTEM, [{lead}], now=timezone.now()); print(Lead.objects.count())") == "7"
    )
    assert "restore into an empty one" in plumbline(new, "restore", tmp_path / "all.tar.gz").stderr


def rewritten(source, target, change) -> None:
    """The same backup with one of its files changed."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old.getmembers():
            content = old.extractfile(member).read() if member.isfile() else None
            if content is not None:
                content = change(member.name, content)
                member.size = len(content)
            new.addfile(member, io.BytesIO(content) if content is not None else None)


def test_a_backup_that_was_tampered_with_or_cut_brings_back_nothing(tmp_path) -> None:
    old = environment(tmp_path / "old")
    seeded(old)
    whole = tmp_path / "all.tar.gz"
    assert plumbline(old, "backup", whole).returncode == 0
    shorter, other, cut = tmp_path / "shorter.tar.gz", tmp_path / "other.tar.gz", tmp_path / "cut.tar.gz"

    def without_the_last_entry(name: str, content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        entries = [at for at, one in enumerate(lines) if b'"plumbline.ledgerentry"' in one]
        return b"".join(one for at, one in enumerate(lines) if at not in entries[-1:])

    def another_actor(name: str, content: bytes) -> bytes:
        return content.replace(b"policy:published", b"policy:unlawful!") if name == "rows.jsonl" else content

    rewritten(whole, shorter, without_the_last_entry)
    rewritten(whole, other, another_actor)
    cut.write_bytes(whole.read_bytes()[:-2_000])
    (tmp_path / "no.tar.gz").write_bytes(gzip.compress(b"hello"))
    new = environment(tmp_path / "new")
    for file, code in ((shorter, "tampered"), (other, "tampered"), (cut, "unreadable_file")):
        done = plumbline(new, "restore", file)
        assert done.returncode not in {0, 1}, file
        assert f"[{code}]" in done.stderr, done.stderr
    assert "[unreadable_file]" in plumbline(new, "restore", tmp_path / "no.tar.gz").stderr
    assert run(new, "print(User.objects.count(), Lead.objects.count())") == "0 0"
    # Negative control: rewriting alone does no harm.
    rewritten(whole, tmp_path / "same.tar.gz", lambda _, content: content)
    done = plumbline(new, "restore", tmp_path / "same.tar.gz")
    assert done.returncode == 0, done.stderr


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(port: int, path: str, token: str = "") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read().decode()


def test_it_serves_answers_and_stops_when_it_is_told(tmp_path) -> None:
    env = environment(tmp_path / "data", PLUMBLINE_METRICS_TOKEN="s3cret")
    assert plumbline(env, "migrate", "--quiet").returncode == 0
    port = free_port()
    command = [sys.executable, "-m", "plumbline.cli", "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        end = time.monotonic() + 90
        while True:
            try:
                assert ask(port, "/healthz") == (HTTPStatus.OK, "ok")
                break
            except OSError:
                assert server.poll() is None, server.stdout.read()
                assert time.monotonic() < end
                time.sleep(0.3)
        assert ask(port, "/readyz") == (HTTPStatus.OK, '{"ready": true}')
        assert 'route="ready",status="200"' in ask(port, "/metrics", "s3cret")[1]
        children = _children(server.pid)
        assert children
        server.send_signal(signal.SIGTERM)
        out, _ = server.communicate(timeout=60)
    finally:
        if server.poll() is None:
            server.kill()
    assert server.returncode == 0, out
    assert f"http://127.0.0.1:{port}/" in out
    assert not [pid for pid in children if _lives(pid)]


def _children(pid: int) -> list[int]:
    out = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in out.stdout.split()]


def _lives(pid: int) -> bool:
    out = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(out.stdout.strip()) and not out.stdout.strip().startswith("Z")


def test_it_does_not_start_with_what_is_unsafe_or_old(tmp_path) -> None:
    env = environment(tmp_path / "data")

    def refused(word: str, **changed: str) -> None:
        done = plumbline(env | changed, "serve", "--port", free_port(), "--no-worker")
        assert done.returncode not in {0, 1}
        assert "[configuration]" in done.stderr
        assert word in done.stderr, done.stderr

    refused("too weak", PLUMBLINE_SECRET_KEY="changeme" * 10)
    refused("PLUMBLINE_HOSTS", PLUMBLINE_HOSTS="*")
    refused("lets anybody in", PLUMBLINE_DEMO="1", PLUMBLINE_HOSTS="crm.example.com")
    refused("before plumbline migrate")
    (tmp_path / "data").mkdir()
    refused("run plumbline migrate")
    assert plumbline(env, "migrate", "--quiet").returncode == 0
    assert plumbline(env, "migrate").stdout.strip() == "The tables are up to date."
    drop = 'connection.cursor().execute("DROP TRIGGER plumbline_access_no_delete")'
    run(env, f"from django.db import connection; {drop}")
    refused("plumbline_access_no_delete")
    assert plumbline(env, "doctor", "--quiet").returncode == 1
    # What repairs it is what the message says.
    assert plumbline(env, "migrate", "--quiet").returncode == 0
    told = json.loads(plumbline(env, "doctor", "--json").stdout)
    assert {one["what"] for one in told if not one["well"]} == {"policy", "teams"}


def test_the_first_person_is_added_with_a_password_of_the_environment(tmp_path) -> None:
    env = environment(tmp_path / "data", PLUMBLINE_PASSWORD="correct horse battery")
    assert plumbline(env, "migrate", "--quiet").returncode == 0
    add = ("people", "add", "ada@x.example", "--name", "Ada", "--role", "admin")
    assert plumbline(env, *add).stdout.strip() == "ada@x.example can sign in as admin."
    assert "[invalid_input]" in plumbline(env, *add).stderr
    assert plumbline(env, *add[:2], "b@x.example", *add[3:], "--quiet").stdout == ""
