"""Full disks, killed processes, two runs at once, damaged files: from the door, with real processes."""

from __future__ import annotations

import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from helpers_cli import AS_OF, PLUMBLINE, plumbline, qualify_tour
from plumbline.store import FolderLock

SLOW_RUN = Path(__file__).with_name("slow_run.py")


def command(tour: Path, *more: object) -> list[str]:
    crm = tour / "crm"
    files = (
        "--mapping",
        crm / "mapping.yaml",
        "--policy",
        crm / "policy.yaml",
        "--events",
        crm / "events.csv",
    )
    args = ("qualify", crm / "leads.csv", *files, "--as-of", AS_OF, "--pages", 3, *more)
    return list(map(str, args))


def decisions(run: Path) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in sorted((run / "decisions").glob("part-*.parquet")))


def assert_whole(tour: Path, run: Path) -> None:
    """Every lead exactly once, as in a run that nothing happened to, and a ledger that verifies."""
    expected, found = decisions(tour / "run"), decisions(run)
    assert found["lead.id"].to_list() == expected["lead.id"].to_list()
    # The lots of two runs are drawn with two keys; all else is the same.
    assert found["points"].to_list() == expected["points"].to_list()
    assert found["intended_route"].to_list() == expected["intended_route"].to_list()
    verified = plumbline("ledger", "verify", run, "--json")
    assert verified.status == 0, verified.err
    assert verified.json["run"]["finished"]
    assert list(run.rglob("*.tmp")) == []


# Killed


@pytest.mark.parametrize("parts", [0, 1, 6])
def test_a_run_that_was_killed_is_completed_by_the_same_command(tour, tmp_path, parts) -> None:
    run = tmp_path / "run"
    child = subprocess.Popen(
        [sys.executable, SLOW_RUN, "20", *command(tour, "--out", run)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(run / (f"decisions/part-{parts - 1:05d}.parquet" if parts else "run.json"), child)
    child.kill()
    assert child.wait() == -signal.SIGKILL, "it was still at work"
    halfway = plumbline("ledger", "verify", run)
    assert halfway.status == 0
    assert "not finished" in halfway.out
    assert len(list(run.glob("decisions/part-*.parquet"))) < 15
    assert plumbline(*command(tour, "--out", run), "--quiet").status == 0
    assert_whole(tour, run)
    # And once more: nothing is added.
    entries = plumbline("ledger", "show", run, "--json").out
    assert plumbline(*command(tour, "--out", run), "--quiet").status == 0
    assert plumbline("ledger", "show", run, "--json").out == entries


def wait_for(path: Path, child: subprocess.Popen[bytes]) -> None:
    while not path.exists():
        assert child.poll() is None, "it ended before it could be killed"
        time.sleep(0.005)


def test_an_interruption_from_the_keyboard_ends_quietly(tour, tmp_path) -> None:
    run = tmp_path / "run"
    child = subprocess.Popen(
        [sys.executable, SLOW_RUN, "20", *command(tour, "--out", run)], stderr=subprocess.PIPE, text=True
    )
    wait_for(run / "decisions/part-00001.parquet", child)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in said
    assert plumbline(*command(tour, "--out", run), "--quiet").status == 0
    assert_whole(tour, run)


# The disk is full


def limited(size: int):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [2_000, 60_000])
def test_a_full_disk_is_told_and_the_command_repeated_later_completes_the_run(tour, tmp_path, size) -> None:
    run = tmp_path / "run"
    full = subprocess.run(
        [PLUMBLINE, *command(tour, "--out", run)],
        preexec_fn=limited(size),
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 3
    assert "Traceback" not in full.stderr
    assert full.stderr.rstrip().endswith("[storage]")
    assert full.stderr.count("\n") == full.stderr.count("warning:") + 1
    assert plumbline(*command(tour, "--out", run), "--quiet").status == 0
    assert_whole(tour, run)


@pytest.mark.parametrize(
    "args",
    [
        ("simulate", "--leads", "200", "--out", "crm"),
        ("export", "RUN", "--out", "decisions.csv"),
        ("ledger", "export", "RUN", "--out", "ledger.jsonl"),
        ("scorecard", "show", "POLICY", "--out", "card.json"),
    ],
    ids=lambda args: args[0],
)
def test_no_command_leaves_half_a_file_on_a_full_disk(tour, tmp_path, args) -> None:
    places = {"RUN": str(tour / "run"), "POLICY": str(tour / "crm" / "policy.yaml")}
    full = subprocess.run(
        [PLUMBLINE, *(places.get(arg, arg) for arg in args)],
        cwd=tmp_path,
        preexec_fn=limited(500),
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 3
    assert full.stderr.rstrip().endswith("[storage]")
    if args[0] != "simulate":
        assert list(tmp_path.iterdir()) == []


# Two at once


def test_two_runs_at_once_share_one_ledger(tour, tmp_path) -> None:
    ledger = tmp_path / "company.sqlite"
    both = [
        subprocess.Popen(
            [sys.executable, SLOW_RUN, "50", *command(tour, "--out", tmp_path / name, "--ledger", ledger)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    ends = [child.communicate(timeout=120)[1] for child in both]
    assert [child.returncode for child in both] == [0, 0], ends
    for name in ("one", "two"):
        verified = plumbline("ledger", "verify", tmp_path / name, "--ledger", ledger, "--json")
        assert verified.status == 0
        assert verified.json["run"]["finished"]
        assert not (tmp_path / name / "ledger.sqlite").exists()
    # One key for both, so the same account wins or loses in both.
    one, two = decisions(tmp_path / "one"), decisions(tmp_path / "two")
    assert one["route"].to_list() == two["route"].to_list()


def test_a_folder_that_is_worked_on_is_left_alone(own_tour) -> None:
    with FolderLock(own_tour / "run"):
        done = qualify_tour(own_tour)
        erased = plumbline("ledger", "erase", own_tour / "run", "L0000000000")
    assert (done.status, erased.status) == (3, 3)
    assert done.err.rstrip().endswith("[run_in_progress]")
    assert erased.err.rstrip().endswith("[run_in_progress]")
    assert qualify_tour(own_tour).status == 0


def test_a_folder_with_another_run_is_left_alone(own_tour) -> None:
    before = (own_tour / "run" / "run.json").read_bytes()
    policy = own_tour / "crm" / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").replace("base_points: 0", "base_points: 1"), "utf-8")
    done = qualify_tour(own_tour)
    assert done.status == 3
    assert done.err.rstrip().endswith("[run_conflict]")
    assert (own_tour / "run" / "run.json").read_bytes() == before
    assert plumbline("ledger", "verify", own_tour / "run").status == 0


# Damaged


def first_lead(run: Path) -> str:
    return str(decisions(run)["lead.id"][0])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("decisions/part-00000.parquet", cut),
        ("decisions/part-00000.parquet", Path.unlink),
        ("policy.yaml", flip),
        ("scorecard.json", flip),
        ("mapping.yaml", cut),
        ("run.json", flip),
    ],
    ids=["part cut", "part gone", "policy", "scorecard", "mapping", "manifest"],
)
def test_a_damaged_run_is_found_by_the_ledger_and_nothing_breaks(own_tour, name, change) -> None:
    run = own_tour / "run"
    lead = first_lead(run)
    assert plumbline("ledger", "verify", run).status == 0
    change(run / name)
    verified = plumbline("ledger", "verify", run)
    assert verified.status in {1, 3}
    assert Path(name).name in verified.out + verified.err
    again = qualify_tour(own_tour)
    assert again.status in {0, 3}
    assert "[unexpected]" not in again.err
    for args in (
        ("explain", run, lead),
        ("issues", run),
        ("policy", "replay", run, "-p", run / "policy.yaml"),
    ):
        done = plumbline(*args)
        assert done.status in {0, 3}
        assert "[unexpected]" not in done.err


def test_one_changed_cell_of_a_run_is_found_and_named(own_tour) -> None:
    part = own_tour / "run" / "decisions" / "part-00000.parquet"
    frame = pl.read_parquet(part)
    lead = first_lead(own_tour / "run")
    better = pl.when(pl.col("lead.id") == lead).then(pl.lit("A")).otherwise("band").alias("band")
    frame.with_columns(better).write_parquet(part)
    found = plumbline("ledger", "verify", own_tour / "run")
    assert found.status == 1
    assert "ow 1" in found.out
    replayed = plumbline("replay-decision", own_tour / "run", lead, "--json")
    assert replayed.status == 1
    assert replayed.json["causes"] == ["data"]


def test_one_changed_entry_of_the_ledger_is_found_and_named(own_tour) -> None:
    ledger = own_tour / "run" / "ledger.sqlite"
    with sqlite3.connect(ledger) as db:
        db.execute("DROP TRIGGER entry_no_update")
        db.execute(
            "UPDATE entry SET header = replace(header, 'plumbline-cli', 'somebody-else') WHERE seq = 2"
        )
    db.close()
    found = plumbline("ledger", "verify", own_tour / "run")
    assert found.status == 1
    assert "entry 2" in found.out.lower()


def test_a_tail_that_was_cut_off_is_found_by_a_head_kept_elsewhere(own_tour) -> None:
    run = own_tour / "run"
    head = plumbline("ledger", "verify", run, "--json").json["head"]
    copy = own_tour / "cut.sqlite"
    shutil.copy(run / "ledger.sqlite", copy)
    with sqlite3.connect(copy) as db:
        db.execute("DROP TRIGGER entry_no_delete")
        db.execute("DELETE FROM entry WHERE seq = 4")
    db.close()
    assert plumbline("ledger", "verify", copy).status == 0, "in itself it is consistent"
    assert plumbline("ledger", "verify", copy, "--head", head).status == 1


def test_a_file_that_is_no_ledger_is_not_touched(tmp_path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_text("shopping list", "utf-8")
    done = plumbline("ledger", "verify", other)
    assert done.status == 3
    assert done.err.rstrip().endswith("[ledger]")
    assert other.read_text("utf-8") == "shopping list"
