"""An exported ledger is verified by a script that knows nothing of Plumbline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpers_ledger import NOON, review
from plumbline.ledger.entry import Draft, Event
from plumbline.store import check_export, export
from plumbline.store.export import export_ledger
from plumbline.store.ledger_file import LedgerFile


@pytest.fixture
def exported(ledger: LedgerFile, tmp_path: Path) -> Path:
    """Five reviews, awkward letters in one, the third of them erased."""
    drafts = [review(n) for n in range(4)]
    awkward = Draft(Event.REVIEW_DECIDED, "awkward", "Zoë\u2028\n", {}, {"note": '"\u2028\u2029\x00\n\\ 😀'})
    ledger.append([*drafts, awkward, Draft(Event.RUN_STARTED, "r1", "system:qualify")], now=NOON)
    ledger.erase(["L2"], actor="dpo", basis="request", now=NOON)
    export_ledger(ledger, tmp_path / "ledger.jsonl")
    return tmp_path / "ledger.jsonl"


def check(path: Path, *heads: object) -> str:
    """Run the script apart from everything installed; what it says, or nothing when all is well."""
    here = check_export.check(*map(str, (path, *heads)))
    command = [sys.executable, "-I", "-S", check_export.__file__, path, *heads]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == (1 if here else 0)
    assert done.stderr.strip() == here
    return here


def test_an_export_verifies_without_plumbline(ledger: LedgerFile, exported: Path) -> None:
    assert check(exported) == ""
    assert check(exported, ledger.head(), f"1:{next(ledger.entries()).hash.hex()}") == ""


def test_an_empty_ledger_can_be_exported(tmp_path: Path) -> None:
    with LedgerFile(tmp_path / "empty.sqlite") as ledger:
        head = export_ledger(ledger, tmp_path / "empty.jsonl")
    assert check(tmp_path / "empty.jsonl", head) == ""


def test_an_export_has_one_line_an_entry_and_the_head(ledger: LedgerFile, exported: Path) -> None:
    lines = exported.read_text(encoding="ascii").splitlines()
    assert len(lines) == ledger.head().seq + 1
    assert json.loads(lines[-1]) == {"head": str(ledger.head())}
    assert "body" not in json.loads(lines[2])


def test_what_is_appended_during_an_export_is_not_half_in_it(ledger: LedgerFile) -> None:
    head = ledger.append([review(1)], now=NOON)[-1].head
    ledger.append([review(2)], now=NOON)
    assert [list(line) for line in export._lines(ledger, head, bodies=True)] == [
        ["header", "hash", "salt", "body"],
        ["head"],
    ]


def edit(path: Path, line: int, key: str, old: str, new: str) -> None:
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    assert old in lines[line][key]
    lines[line][key] = lines[line][key].replace(old, new)
    path.write_text("\n".join(map(json.dumps, lines)))


def drop(path: Path, *places: int) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join(text for place, text in enumerate(lines) if place not in places))


def take_body(path: Path) -> None:
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    del lines[1]["body"]
    path.write_text("\n".join(map(json.dumps, lines)))


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (lambda path: edit(path, 1, "header", "alice", "bob"), "entry 2 was changed, moved or removed"),
        (lambda path: edit(path, 1, "body", "called", "mailed"), "the body of entry 2 is not the one"),
        (lambda path: drop(path, 3), "entry 4 was changed, moved or removed"),
        (lambda path: drop(path, 6), "the body of entry 3 is gone, and no tombstone says why"),
        (take_body, "the body of entry 2 is gone, and no tombstone says why"),
        (lambda path: edit(path, 7, "head", "7:", "8:"), "entries are missing at the end"),
    ],
    ids=["header", "body", "entry", "tombstone", "missing body", "head"],
)
def test_the_script_finds_what_was_changed(exported: Path, attack, said: str) -> None:
    attack(exported)
    assert said in check(exported)


def test_a_tail_cut_with_its_head_is_found_by_a_head_kept_elsewhere(
    ledger: LedgerFile, exported: Path
) -> None:
    lines = exported.read_text().splitlines()
    fifth = json.loads(lines[4])["hash"]
    exported.write_text("\n".join([*lines[:2], json.dumps({"head": f"2:{json.loads(lines[1])['hash']}"})]))
    assert check(exported) == ""
    assert "missing at the end" in check(exported, f"5:{fifth}")
    assert "missing at the end" in check(exported, ledger.head())


def test_the_script_is_short_enough_to_print() -> None:
    source = Path(check_export.__file__).read_text()
    assert len(source.splitlines()) <= 40
    assert "plumbline." not in source
