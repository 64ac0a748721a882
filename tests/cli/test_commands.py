"""Every command does its work, for people, for machines and in silence."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import version

import polars as pl
import pytest

from helpers_cli import plumbline, qualify_tour, shell
from plumbline.store import check_export


def ids(run) -> list[str]:
    """Leads that have a score: an objector's packet has no reasons."""
    part = pl.read_parquet(run / "decisions" / "part-00000.parquet")
    return part.filter(pl.col("points").is_not_null())["lead.id"].to_list()


def test_the_installed_command_says_its_version() -> None:
    done = shell("--version")
    assert (done.status, done.out, done.err) == (0, f"{version('plumbline')}\n", "")


def test_without_a_command_it_lists_the_commands() -> None:
    done = plumbline()
    assert done.status == 2
    for name in ("init", "qualify", "explain", "policy", "scorecard", "ledger", "simulate"):
        assert f"\n  {name} " in done.out + done.err


def test_qualify_tells_people_what_became_of_every_row(tour) -> None:
    done = qualify_tour(tour)  # repeated: nothing is decided anew, the same is told
    assert done.status == 0
    assert "have a route and an owner" in done.out
    assert "Open " in done.out


def test_qualify_gives_machines_counts_that_add_up(tour) -> None:
    summary = qualify_tour(tour, "--json").json
    assert summary["read"] == summary["accepted"] + summary["rejected"] == 300
    assert summary["decided"] == sum(line["leads"] for line in summary["routes"])
    assert summary["ledger"]["entries"] == 4


def test_key_fields_of_the_mapping_are_counted_where_leads_lack_them(desk) -> None:
    mapping = (desk / "mapping.yaml").read_text("utf-8") + "key_fields: [contact.email, contact.phone]\n"
    (desk / "mapping.yaml").write_text(mapping, "utf-8")
    rows = "id,email,size,company\n1,a@b.example,12,A\n2,,300,B\n3,N/A,30,C\n"
    (desk / "leads.csv").write_text(rows, "utf-8")
    files = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "-o", desk / "run")
    summary = plumbline("qualify", desk / "leads.csv", *files, "--json").json
    assert summary["key_fields"] == [
        {"field": "contact.email", "leads": 2}, {"field": "contact.phone", "leads": 3},
    ]  # fmt: skip
    told = plumbline("qualify", desk / "leads.csv", *files).out
    assert "Key fields that leads lack" in told
    assert "Key fields that leads lack" in (desk / "run" / "index.html").read_text("utf-8")


def test_quiet_says_nothing_when_all_is_well(tour) -> None:
    done = qualify_tour(tour, "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_a_run_leaves_a_page_for_itself_and_for_the_first_of_its_queue(tour) -> None:
    page = (tour / "run" / "index.html").read_text("utf-8")
    packets = sorted((tour / "run" / "leads").iterdir())
    assert len(packets) == 3
    assert all(f"leads/{packet.name}" in page for packet in packets)


def test_init_writes_a_mapping_and_a_policy_that_work_at_once(tour, tmp_path) -> None:
    made = plumbline("init", tour / "crm" / "leads.csv", "--out", tmp_path, "--json")
    assert made.status == 0
    assert made.json["columns"]["Email"] == "contact.email"
    assert plumbline("policy", "lint", tmp_path / "policy.yaml").status == 0
    assert plumbline("policy", "test", tmp_path / "policy.yaml").status == 0
    files = ("--mapping", tmp_path / "mapping.yaml", "--policy", tmp_path / "policy.yaml")
    assert plumbline("qualify", tour / "crm" / "leads.csv", *files, "--out", tmp_path / "run").status == 0


def test_init_replaces_nothing_unless_told_so(tour, tmp_path) -> None:
    (tmp_path / "policy.yaml").write_text("mine", "utf-8")
    refused = plumbline("init", tour / "crm" / "leads.csv", "--out", tmp_path)
    assert refused.status == 3
    assert "[exists]" in refused.err
    assert (tmp_path / "policy.yaml").read_text("utf-8") == "mine"
    assert not (tmp_path / "mapping.yaml").exists()
    assert plumbline("init", tour / "crm" / "leads.csv", "--out", tmp_path, "--force").status == 0
    assert (tmp_path / "policy.yaml").read_text("utf-8") != "mine"


def test_a_mapping_that_was_guessed_is_told_and_kept(tour, tmp_path) -> None:
    policy = tour / "crm" / "policy.yaml"
    done = plumbline("qualify", tour / "crm" / "leads.csv", "--policy", policy, "--out", tmp_path / "run")
    assert done.status == 0
    assert "guessed" in done.err
    assert (tmp_path / "run" / "mapping.yaml").is_file()


def test_explain_shows_the_reasons_and_their_sum(tour) -> None:
    lead = ids(tour / "run")[0]
    done = plumbline("explain", tour / "run", lead)
    assert done.status == 0
    assert "Reasons" in done.out
    packet = plumbline("explain", tour / "run", lead, "--json").json
    score = packet["score"]
    assert score["base"] + sum(reason["points"] for reason in score["reasons"]) == score["points"]


def test_explain_writes_the_evidence_page_where_asked(tour, tmp_path) -> None:
    page = tmp_path / "deep" / "page.html"
    assert plumbline("explain", tour / "run", ids(tour / "run")[0], "--html", page, "--quiet").out == ""
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_repeat_is_explained_by_naming_the_lead_it_repeats(desk) -> None:
    rows = "id,email,size,company\n1,a@b.example,12,A\n2,a@b.example,12,A\n"
    (desk / "leads.csv").write_text(rows, "utf-8")
    files = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "-o", desk / "run", "-q")
    assert plumbline("qualify", desk / "leads.csv", *files).status == 0
    refused = plumbline("explain", desk / "run", "2")
    assert refused.status == 3
    assert "It repeats '1'" in refused.err


def test_looking_back_neither_needs_nor_makes_a_draw_key(own_tour) -> None:
    key = own_tour / "run" / "ledger.key"
    key.unlink()
    assert plumbline("explain", own_tour / "run", ids(own_tour / "run")[0]).status == 0
    assert not key.exists()
    missing = plumbline("replay-decision", own_tour / "run", ids(own_tour / "run")[0])
    assert missing.status == 3
    assert "ledger.key" in missing.err
    assert not key.exists()


def test_a_decision_replays_to_the_same_bytes_and_a_change_is_named(own_tour) -> None:
    lead = ids(own_tour / "run")[0]
    assert plumbline("replay-decision", own_tour / "run", lead).status == 0
    policy = own_tour / "crm" / "policy.yaml"
    changed = own_tour / "changed.yaml"
    changed.write_text(policy.read_text("utf-8").replace("base_points: 0", "base_points: 7"), "utf-8")
    differs = plumbline("replay-decision", own_tour / "run", lead, "--policy", changed, "--json")
    assert differs.status == 1
    assert {"rule", "scorecard"} <= set(differs.json["causes"])


def test_a_changed_policy_is_replayed_over_the_whole_run(own_tour) -> None:
    changed = own_tour / "changed.yaml"
    text = (own_tour / "crm" / "policy.yaml").read_text("utf-8")
    changed.write_text(text.replace("{A: 60, B: 30, C: 0}", "{A: 60, B: 20, C: 0}"), "utf-8")
    done = plumbline("policy", "replay", own_tour / "run", "--policy", changed, "--json")
    assert done.status == 0
    assert ["C", "B"] in [line[:2] for line in done.json["bands"]]
    told = plumbline("policy", "replay", own_tour / "run", "--policy", changed)
    assert "band C → B" in told.out
    same = plumbline(
        "policy", "replay", own_tour / "run", "--policy", own_tour / "crm" / "policy.yaml", "--json"
    )
    assert same.json["moved"] == 0


def test_two_policies_are_compared_in_words(own_tour) -> None:
    policy = own_tour / "crm" / "policy.yaml"
    changed = own_tour / "changed.yaml"
    changed.write_text(policy.read_text("utf-8").replace("strategic: 10", "strategic: 30"), "utf-8")
    differs = plumbline("policy", "diff", policy, changed)
    assert differs.status == 1
    assert "strategic: +10 → +30" in differs.out
    assert "Change(" not in differs.out
    assert plumbline("policy", "diff", policy, policy).status == 0
    assert plumbline("scorecard", "diff", policy, changed).status == 1
    assert plumbline("scorecard", "diff", policy, policy).status == 0


def test_a_policy_that_cannot_be_used_is_explained_line_by_line(tmp_path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("policy: p\nsignals: {}\n", "utf-8")
    found = plumbline("policy", "lint", policy, "--json")
    assert found.status == 1
    assert {"missing_key"} <= {issue["code"] for issue in found.json["issues"]}
    assert all(issue["line"] for issue in found.json["issues"])


def test_an_example_that_fails_is_shown_with_what_came_out(own_tour) -> None:
    policy = own_tour / "crm" / "policy.yaml"
    broken = policy.read_text("utf-8").replace("expect: {owner: partner-desk}", "expect: {owner: nobody}")
    policy.write_text(broken, "utf-8")
    failed = plumbline("policy", "test", policy)
    assert failed.status == 1
    assert "expected 'nobody', came out 'partner-desk'" in failed.out
    assert plumbline("policy", "lint", policy).status == 1


@pytest.mark.parametrize("room", ["policy", "scorecard"])
def test_schemas_are_printed_as_json(room) -> None:
    assert plumbline(room, "schema").json["$schema"].startswith("https://json-schema.org/")


def test_the_policy_schema_goes_into_a_file_once(tmp_path) -> None:
    out = tmp_path / "schema.json"
    assert plumbline("policy", "schema", "--out", out).status == 0
    assert json.loads(out.read_text("utf-8"))["title"] == "Plumbline policy"
    assert plumbline("policy", "schema", "--out", out).status == 3


def test_a_scorecard_is_shown_written_and_read_back(tour, tmp_path) -> None:
    policy, card = tour / "crm" / "policy.yaml", tmp_path / "card.json"
    shown = plumbline("scorecard", "show", policy, "--out", card)
    assert shown.status == 0
    assert "20 points double the odds" in shown.out
    assert plumbline("scorecard", "show", card).out == shown.out
    assert plumbline("scorecard", "show", card, "--json").json["provenance"] == "written"


def test_the_ledger_is_verified_and_shown(tour) -> None:
    verified = plumbline("ledger", "verify", tour / "run", "--json")
    assert verified.status == 0
    assert verified.json["intact"]
    head = verified.json["head"]
    assert plumbline("ledger", "verify", tour / "run", "--head", head).status == 0
    shown = plumbline("ledger", "show", tour / "run", "--json").json
    assert [entry["kind"] for entry in shown] == [
        "draws:key_committed", "run:started", "decisions:recorded", "run:finished",
    ]  # fmt: skip
    assert len(plumbline("ledger", "show", tour / "run", "--last", 2, "--json").json) == 2
    assert "run:finished" in plumbline("ledger", "show", tour / "run").out


def test_the_record_of_one_lead_is_proved(tour) -> None:
    lead = ids(tour / "run")[0]
    [proof] = plumbline("ledger", "show", tour / "run", "--lead", lead, "--json").json
    assert proof["values"]["lead.id"] == lead
    assert proof["path"]


def test_an_export_of_the_ledger_is_checked_without_plumbline(tour, tmp_path) -> None:
    out = tmp_path / "ledger.jsonl"
    head = plumbline("ledger", "export", tour / "run", "--out", out, "--json").json["head"]
    script = shutil.copy(check_export.__file__, tmp_path)
    good = subprocess.run(
        [sys.executable, "-I", script, out, head], capture_output=True, text=True, check=False
    )
    assert good.returncode == 0, good.stderr
    out.write_text(out.read_text("ascii").replace("plumbline-cli", "somebody-else", 1), "ascii")
    bad = subprocess.run(
        [sys.executable, "-I", script, out, head], capture_output=True, text=True, check=False
    )
    assert bad.returncode == 1
    assert "entry 1 was changed" in bad.stderr


def test_erasing_a_person_leaves_no_page_and_a_ledger_that_verifies(own_tour) -> None:
    run = own_tour / "run"
    lead = min((run / "leads").iterdir()).stem
    done = plumbline("ledger", "erase", run, lead, "--json")
    assert done.json == {"rows": 1, "tombstones": 1}
    assert not (run / "leads" / f"{lead}.html").exists()
    assert not (run / "index.html").exists()
    assert len(list((run / "leads").iterdir())) == 2
    assert plumbline("ledger", "verify", run).status == 0
    assert plumbline("explain", run, lead).status == 3
    assert lead not in plumbline("ledger", "show", run, "--json").out


def test_erasing_a_repeat_removes_the_page_of_its_first_copy_too(desk) -> None:
    rows = "id,email,size,company\n1,a@b.example,120,A\n2,a@b.example,120,A\n3,c@d.example,300,B\n"
    (desk / "leads.csv").write_text(rows, "utf-8")
    files = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "-o", desk / "run", "-q")
    assert plumbline("qualify", desk / "leads.csv", *files).status == 0
    assert (desk / "run" / "leads" / "1.html").exists()
    assert plumbline("ledger", "erase", desk / "run", "2").status == 0
    assert [page.name for page in (desk / "run" / "leads").iterdir()] == ["3.html"]


def test_repeating_the_command_brings_nobody_back(desk) -> None:
    rows = "id,email,size,company\nann-7,a@b.example,120,A\n2,c@d.example,300,B\n"
    (desk / "leads.csv").write_text(rows, "utf-8")
    (desk / "events.csv").write_text("lead,kind,at\nann-7,demo,2026-01-01\n", "utf-8")
    files = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "--events", desk / "events.csv")
    command = ("qualify", desk / "leads.csv", *files, "-o", desk / "run", "-q")
    assert plumbline(*command).status == 0
    assert written(desk / "run", b"ann-7"), "the search can find"
    assert plumbline("ledger", "erase", desk / "run", "ann-7").status == 0
    assert plumbline(*command).status == 0
    assert written(desk / "run", b"ann-7") == []
    assert (desk / "run" / "leads" / "2.html").exists()
    assert plumbline("ledger", "verify", desk / "run").status == 0


def written(run, secret: bytes) -> list[str]:
    """Where a text is still found; tables are unpacked, since a compressed page could hide it."""
    files = [path for path in run.rglob("*") if path.is_file()]
    plain = [path.name for path in files if secret in path.read_bytes() or secret.decode() in path.name]
    tables = [path for path in files if path.suffix == ".parquet"]
    return plain + [
        path.name
        for path in tables
        if secret.decode() in repr(pl.read_parquet(path).to_dict(as_series=False))
    ]


def test_simulate_takes_faults_and_refuses_a_folder_that_is_not_empty(tmp_path) -> None:
    out = tmp_path / "crm"
    done = plumbline(
        "simulate", "--leads", 40, "--weeks", 4, "--fault", "lazy_reps@2:0.9", "--out", out, "--json"
    )
    assert done.json["leads"] == 40
    settings = json.loads((out / "settings.json").read_text("utf-8"))["settings"]
    assert settings["faults"] == [{"kind": "lazy_reps", "week": 2, "strength": 0.9}]
    before = (out / "policy.yaml").read_bytes()
    (out / "policy.yaml").write_bytes(before + b"# mine\n")
    assert plumbline("simulate", "--leads", 40, "--out", out).status == 3
    assert (out / "policy.yaml").read_bytes() == before + b"# mine\n"
    assert plumbline("simulate", "--leads", 40, "--out", out, "--force").status == 0
    assert (out / "policy.yaml").read_bytes() == before


def test_the_entry_point_writes_results_to_stdout_and_the_rest_to_stderr(tour) -> None:
    done = shell("explain", tour / "run", "nobody")
    assert (done.status, done.out) == (3, "")
    assert done.err.endswith("[unknown_lead]\n")
