"""``plumbline read``: what people wrote, with the words marked; and readings in a whole run."""

from __future__ import annotations

import json

import polars as pl
import pytest

from helpers_cli import plumbline
from plumbline.simulate.write import demo

DEMO = "Hello,\n\ncould you please show us a demo next week? Our director has approved the budget.\n"
STOP = "Please delete all personal data you hold about me and stop sending me emails.\n"
SIGNALS = """
  wants:
    {dimension: intent, from: reading.request, min_confidence: 0.5, label: Asks for,
     purposes: [prioritise], basis: legitimate-interests}
"""


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text(DEMO, "utf-8")
    return path


def test_people_see_the_message_and_what_it_says(letter) -> None:
    done = plumbline("read", letter)
    assert done.status == 0
    assert done.out.startswith("Asks for a demo")
    assert "could you please show us a demo next week" in done.out


def test_machines_get_pieces_that_make_up_the_message(letter) -> None:
    found = plumbline("read", letter, "--json").json
    [line] = found["lines"]
    assert "".join(piece["text"] for piece in line["stretches"]) == DEMO
    [request] = [answer for answer in line["answers"] if answer["field"] == "request"]
    assert request["value"] == "demo"
    assert all(quote in DEMO for quote in request["quotes"])


def test_a_page_marks_the_words_and_runs_nothing(letter, tmp_path) -> None:
    letter.write_text(f"{DEMO}<script>alert(1)</script>", "utf-8")
    assert plumbline("read", letter, "--html", tmp_path / "page.html").status == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<mark" in page
    assert "<script" not in page


def test_a_raw_mail_is_read_as_a_person_reads_it(tmp_path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(
        b"From: a@b.example\r\nSubject: Question\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>We would like a <b>demo</b> of your product.</p>"
    )
    [line] = plumbline("read", mail, "--json").json["lines"]
    assert {"demo"} == {answer["value"] for answer in line["answers"] if answer["field"] == "request"}


def test_of_a_message_that_uses_a_data_right_nothing_else_is_told(letter) -> None:
    letter.write_text(DEMO + STOP, "utf-8")
    [line] = plumbline("read", letter, "--json").json["lines"]
    assert [answer["field"] for answer in line["answers"]] == ["data_rights"]


def test_after_a_data_right_nothing_more_is_read(tmp_path) -> None:
    for name, text in (("1.txt", DEMO), ("2.txt", STOP), ("3.txt", DEMO)):
        (tmp_path / name).write_text(text, "utf-8")
    files = [tmp_path / name for name in ("1.txt", "2.txt", "3.txt")]
    found = plumbline("read", *files, "--json").json
    assert [line["message"] for line in found["lines"]] == ["2.txt"]
    assert [statement["field"] for statement in found["brief"]["statements"]] == ["data_rights"]


def test_messages_that_contradict_each_other_are_said_to(tmp_path) -> None:
    for name, text in (("1.txt", "The budget is approved."), ("2.txt", "We have no budget for this.")):
        (tmp_path / name).write_text(text, "utf-8")
    done = plumbline("read", tmp_path / "1.txt", tmp_path / "2.txt")
    assert "1.txt: budget approved; 2.txt: no budget now. The newest counts." in " ".join(done.out.split())


def test_a_file_that_is_not_there_is_an_error_with_a_code(tmp_path) -> None:
    done = plumbline("read", tmp_path / "none.txt")
    assert done.status != 0
    assert "[unreadable_file]" in done.err


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe" * 1000, "🙂🙂🙂".encode(), b"=" * 100_000])
def test_any_bytes_can_be_read_and_say_nothing(letter, content) -> None:
    letter.write_bytes(content)
    [line] = plumbline("read", letter, "--json").json["lines"]
    assert not any(answer["words"] for answer in line["answers"])


@pytest.fixture
def run(tmp_path):
    """Leads with messages through the demo's policy and one reading."""
    policy = demo("policy.yaml").replace("\n  # Read by rules only", SIGNALS + "\n  # Read by rules only", 1)
    policy = policy.replace("scorecard:\n", "scorecard:\n  wants: {demo: 12, other: 0}\n", 1).replace(
        "fields:\n", "fields:\n  lead.message: {purposes: [prioritise], basis: legitimate-interests}\n", 1
    )
    (tmp_path / "policy.yaml").write_text(policy, "utf-8")
    (tmp_path / "mapping.yaml").write_text(
        "mapping: m\ncolumns: {id: lead.id, email: contact.email, text: lead.message}\n", "utf-8"
    )
    rows = {"id": ["a", "b"], "email": ["a@acme.example", "b@other.example"], "text": [DEMO, DEMO + STOP]}
    pl.DataFrame(rows).write_csv(tmp_path / "leads.csv")
    files = ("-m", tmp_path / "mapping.yaml", "-p", tmp_path / "policy.yaml", "-o", tmp_path / "run")
    done = plumbline("qualify", tmp_path / "leads.csv", *files, "--as-of", "2026-03-02")
    assert done.status == 0, done.err
    return tmp_path / "run"


def test_a_lead_is_explained_with_its_message(run) -> None:
    packet = plumbline("explain", run, "a", "--json").json
    [message] = packet["messages"]
    assert "".join(piece["text"] for piece in message["stretches"]) == DEMO.strip()
    assert [reason["points"] for reason in packet["score"]["reasons"] if reason["term"] == "wants"] == [12]


def test_a_packet_says_in_short_what_was_written(run) -> None:
    packet = plumbline("explain", run, "a", "--json").json
    assert packet["brief"]["said"][0] == "asks for a demo"
    assert "Asks for a demo" in plumbline("explain", run, "a").out


def test_messages_that_differ_are_shown_to_and_the_newest_counts(run, tmp_path) -> None:
    later = "id,lead_id,sent_at,text\nm1,a,2026-03-01T09:00:00Z,We have no budget for this.\n"
    (tmp_path / "messages.csv").write_text(later, "utf-8")
    files = ("-m", tmp_path / "mapping.yaml", "-p", tmp_path / "policy.yaml", "-o", tmp_path / "again")
    done = plumbline(
        "qualify",
        tmp_path / "leads.csv",
        *files,
        "--messages",
        tmp_path / "messages.csv",
        "--as-of",
        "2026-03-02",
    )
    assert done.status == 0, done.err
    [told] = plumbline("explain", tmp_path / "again", "a", "--json").json["brief"]["contradictions"]
    assert told == "form: budget approved; m1: no budget now. The newest counts."


def test_a_data_right_is_a_task_with_its_words(run, tmp_path) -> None:
    assert plumbline("export", run, "--what", "tasks", "--out", tmp_path / "tasks.csv").status == 0
    [task] = pl.read_csv(tmp_path / "tasks.csv").to_dicts()
    assert (task["lead.id"], task["task"], task["owner"]) == ("b", "erase", "privacy-desk")
    assert task["words"] in DEMO + STOP


def test_a_decision_about_messages_replays_to_the_byte(run) -> None:
    for lead in ("a", "b"):
        assert plumbline("replay-decision", run, lead).status == 0


def test_the_manifest_says_which_reader_read(run) -> None:
    assert json.loads((run / "run.json").read_text("utf-8"))["reader"].startswith("embedded ")


def test_the_run_counts_the_tasks_it_leaves(run, tmp_path) -> None:
    page = (run / "index.html").read_text("utf-8")
    assert "want their data erased" in page
    again = plumbline(
        "qualify", tmp_path / "leads.csv", "-m", tmp_path / "mapping.yaml", "-p", tmp_path / "policy.yaml",
        "-o", run, "--as-of", "2026-03-02", "--json",
    )  # fmt: skip
    assert again.json["tasks"] == [{"task": "erase", "owner": "privacy-desk", "messages": 1}]
