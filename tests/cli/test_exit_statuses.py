"""0: done. 1: found what it looks for. 2: called wrongly. 3: nothing useful was done. Never a traceback."""

from __future__ import annotations

import pytest

from helpers_cli import plumbline
from plumbline.cli import explain as explain_module
from plumbline.cli.exits import Exit


def test_the_statuses_are_those_the_reference_names() -> None:
    assert [(status.name, status.value) for status in Exit] == [
        ("OK", 0), ("FOUND", 1), ("USAGE", 2), ("UNUSABLE", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "args",
    [
        ["no-such-command"],
        ["qualify"],
        ["qualify", "leads.csv", "--out", "x", "--policy", "p", "--as-of", "yesterday"],
        ["simulate", "--leads", "none", "--out", "x"],
        ["simulate", "--fault", "no_such_fault@3", "--out", "x"],
        ["simulate", "--fault", "lazy_reps@3:7", "--out", "x"],
        ["export", "run", "--what", "secrets", "--out", "x"],
        ["explain", "run"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_two_and_says_so_on_stderr(args, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = plumbline(*args)
    assert done.status == Exit.USAGE
    assert done.out == ""
    assert "Usage:" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["explain", "nowhere", "L1"], "unreadable_file"),
        (["replay-decision", "nowhere", "L1"], "unreadable_file"),
        (["policy", "replay", "nowhere", "--policy", "p.yaml"], "unreadable_file"),
        (["policy", "lint", "nowhere.yaml"], "unreadable_file"),
        (["issues", "nowhere"], "unreadable_file"),
        (["export", "nowhere", "--out", "x.csv"], "unreadable_file"),
        (["ledger", "verify", "nowhere"], "ledger"),
        (["ledger", "show", "nowhere"], "ledger"),
        (["ledger", "export", "nowhere", "--out", "x"], "ledger"),
        (["ledger", "erase", "nowhere", "L1"], "unreadable_file"),
        (["scorecard", "show", "nowhere.json"], "unreadable_file"),
        (["init", "nowhere.csv"], "missing_file"),
        (["qualify", "nowhere.csv", "--policy", "p.yaml", "--out", "run"], "missing_file"),
    ],
    ids=lambda part: " ".join(part[:2]) if isinstance(part, list) else part,
)
def test_what_is_not_there_is_named_with_a_code_and_nothing_is_made(
    args, code, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = plumbline(*args)
    assert done.status == Exit.UNUSABLE
    assert done.out == ""
    assert "nowhere" in done.err
    assert done.err.rstrip().endswith(f"[{code}]")
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [RuntimeError, MemoryError, OSError])
def test_a_defect_shows_neither_traceback_nor_data(kind, tour, tmp_path, monkeypatch) -> None:
    private = "anna@acme.example"

    def broken(*_: object) -> None:
        raise kind(f"cannot handle {private}")

    monkeypatch.setattr(explain_module.places, "recorded", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = plumbline("explain", tour / "run", "L1")
    assert done.status == Exit.UNUSABLE
    assert done.out == ""
    assert "Traceback" not in done.err
    assert private not in done.err
    assert done.err.rstrip().endswith("[unexpected]")
    [report] = tmp_path.iterdir()
    assert str(report) in done.err
    assert private in report.read_text("utf-8")
    assert report.stat().st_mode & 0o077 == 0, "others on this machine must not read it"


def test_a_defect_is_told_even_where_no_report_can_be_written(tour, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(explain_module.places, "recorded", lambda _: 1 // 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    done = plumbline("explain", tour / "run", "L1")
    assert done.status == Exit.UNUSABLE
    assert "Traceback" not in done.err
    assert "[unexpected]" in done.err


def test_a_terminal_does_not_obey_what_a_lead_is_called(tour) -> None:
    done = plumbline("explain", tour / "run", "\x1b[2Jevil")
    assert done.status == Exit.UNUSABLE
    assert "\x1b" not in done.err
