"""A language model beside the embedded reader, switched on by a file: in the shadow first, then heard."""

from __future__ import annotations

import json

import polars as pl
import pytest

from helpers_cli import plumbline
from helpers_llm import ChatServer, read_well
from plumbline.simulate.write import demo
from plumbline.store import trials

DEMO = "Hello, could you please show us a demo next week? Our director has approved the budget."
POLICY = demo("policy.yaml").replace(
    "\n  # Read by rules only",
    """
  wants:
    {dimension: intent, from: reading.request, min_confidence: 0.5, label: Asks for,
     purposes: [prioritise], basis: legitimate-interests}

  # Read by rules only""",
    1,
)
POLICY = POLICY.replace("scorecard:\n", "scorecard:\n  wants: {demo: 12, other: 0}\n", 1).replace(
    "fields:\n", "fields:\n  lead.message: {purposes: [prioritise], basis: legitimate-interests}\n", 1
)


@pytest.fixture
def server():
    server = ChatServer()
    yield server
    server.close()


@pytest.fixture
def desk(tmp_path, server, monkeypatch):
    """A run's files, the settings of the model, and a model that may count after one message."""
    monkeypatch.setattr(trials, "LEAST", 1)
    (tmp_path / "second.yaml").write_text(
        f"""
provider: openai
model: small-1
base_url: {server.url}
key_from: ""
terms: {{processor: this test, region: this machine, trains_on_our_data: false}}
limits: {{cost: 0}}
""",
        "utf-8",
    )
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    columns = "columns: {id: lead.id, email: contact.email, text: lead.message, stop: lead.objected}\n"
    (tmp_path / "mapping.yaml").write_text(f"mapping: m\n{columns}", "utf-8")
    rows = {
        "id": ["a", "b", "c"],
        "email": ["a@acme.example", "b@other.example", None],
        "text": [DEMO, DEMO + " Ours too.", DEMO + " No address."],
        "stop": ["no", "yes", "no"],
    }
    pl.DataFrame(rows).write_csv(tmp_path / "leads.csv")
    return tmp_path


def run(desk, name: str) -> dict[str, list]:
    files = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "-o", desk / name)
    more = ("--second-reader", desk / "second.yaml", "--as-of", "2026-03-02")
    done = plumbline("qualify", desk / "leads.csv", *files, *more)
    assert done.status == 0, done.err
    part = pl.read_parquet(desk / name / "decisions" / "*.parquet")
    kept = dict(part.select("lead.id", "in.context.readings").iter_rows())
    return {lead: json.loads(text) if text else [] for lead, text in kept.items()}


def test_in_the_shadow_it_is_asked_and_changes_nothing(desk, server) -> None:
    kept = run(desk, "run")
    assert kept["a"][0]["remarks"] == ["the second reader was asked, and does not count yet"]
    assert kept["a"][0]["answers"]["request"][0] == "demo"
    assert len(server.requests) == 1


def test_people_who_objected_and_people_without_a_name_are_not_sent(desk, server) -> None:
    kept = run(desk, "run")
    assert kept["b"] == []
    assert "nobody said who wrote" in kept["c"][0]["remarks"][0]
    assert "Ours too" not in server.sent
    assert "No address" not in server.sent


def allowed(desk) -> None:
    run(desk, "first")
    [reader] = plumbline("second-reader", "show", desk / "second.trials.sqlite", "--json").json["readers"]
    allow = ("--by", "Kim", "--why", "a test")
    done = plumbline("second-reader", "allow", desk / "second.trials.sqlite", reader["reader"], *allow)
    assert done.status == 0, done.err


def test_once_a_person_lets_it_count_agreement_makes_surer(desk) -> None:
    before = run(desk, "before")["a"][0]["answers"]["request"]
    allowed(desk)
    after = run(desk, "after")["a"][0]["answers"]["request"]
    assert after[0] == before[0] == "demo"
    assert after[1] > before[1]


def test_where_the_readers_differ_a_person_is_asked_with_the_words(desk, server) -> None:
    def contrary(data: dict) -> dict:
        said = read_well(data)
        return said | {"request": {"value": "pricing", "quotes": ["show us a demo"], "certainty": "certain"}}

    server.behave = contrary
    allowed(desk)
    kept = run(desk, "run")
    assert kept["a"][0]["answers"]["request"][0] is None
    assert plumbline("export", desk / "run", "--what", "tasks", "--out", desk / "tasks.csv").status == 0
    [task] = [line for line in pl.read_csv(desk / "tasks.csv").to_dicts() if line["lead.id"] == "a"]
    assert task["task"] == "settle:request"
    assert "show us a demo" in task["words"]


def test_a_provider_that_is_down_is_said_and_the_first_reader_counts(desk, server) -> None:
    server.behave = lambda _: (500, {})
    (desk / "second.yaml").write_text((desk / "second.yaml").read_text("utf-8") + "attempts: 1\n", "utf-8")
    kept = run(desk, "run")
    assert kept["a"][0]["remarks"] == ["the second reader could not be reached"]
    assert kept["a"][0]["answers"]["request"][0] == "demo"


def test_a_single_message_can_be_read_with_two(desk) -> None:
    (desk / "letter.txt").write_text(DEMO, "utf-8")
    second = ("--second-reader", desk / "second.yaml", "--sender", "a@acme.example")
    [line] = plumbline("read", desk / "letter.txt", *second, "--json").json["lines"]
    assert line["remarks"] == ["the second reader was asked, and does not count yet"]


def test_a_run_is_not_gone_on_with_by_another_reader(desk) -> None:
    run(desk, "run")
    files = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "-o", desk / "run")
    done = plumbline("qualify", desk / "leads.csv", *files, "--as-of", "2026-03-02")
    assert done.status != 0
    assert "[run_conflict]" in done.err


def test_names_of_ours_are_part_of_what_makes_a_run(desk) -> None:
    files = (
        "-m",
        desk / "mapping.yaml",
        "-p",
        desk / "policy.yaml",
        "--as-of",
        "2026-03-02",
        "-o",
        desk / "ours",
    )
    done = plumbline("qualify", desk / "leads.csv", *files, "--us", "Sam")
    assert done.status == 0, done.err
    assert "[run_conflict]" in plumbline("qualify", desk / "leads.csv", *files).err


def test_settings_that_cannot_be_used_stop_before_anything_is_written(desk) -> None:
    (desk / "second.yaml").write_text("provider: openai\n", "utf-8")
    files = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "-o", desk / "run")
    done = plumbline("qualify", desk / "leads.csv", *files, "--second-reader", desk / "second.yaml")
    assert done.status != 0
    assert "[reader_settings]" in done.err


def test_corrections_of_people_are_taken_up(desk) -> None:
    (desk / "letter.txt").write_text(DEMO, "utf-8")
    kept = ("--into", desk / "kept.sqlite", "--by", "Kim", "--why", "it says so", "--sampled")
    assert plumbline("corrections", "add", desk / "letter.txt", "--is", "request=demo", *kept).status == 0
    done = plumbline("read", desk / "letter.txt", "--corrections", desk / "kept.sqlite", "--json")
    assert done.status == 0, done.err
