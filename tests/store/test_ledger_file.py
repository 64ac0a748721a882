"""Appending, reading back and opening a ledger file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from helpers_ledger import NOON, review
from plumbline.domain.errors import LedgerError, StorageError
from plumbline.ledger.entry import START, Draft, Event
from plumbline.ledger.verify import Flaw, Verdict
from plumbline.store import ledger_database
from plumbline.store.ledger_file import LedgerFile

if TYPE_CHECKING:
    from pathlib import Path


def started(ref: str = "run1", **facts: int) -> Draft:
    return Draft(Event.RUN_STARTED, ref, "system:qualify", facts)


def by_hand(path: Path, *statements: str) -> None:
    """What somebody with the file and no scruples does: triggers go first."""
    with closing(sqlite3.connect(path)) as db, db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")]
        for statement in [*(f"DROP TRIGGER {name}" for name in names), *statements]:
            db.execute(statement)


def test_a_new_ledger_is_empty_and_verifies(ledger: LedgerFile) -> None:
    assert ledger.head() == START
    assert list(ledger.entries()) == []
    assert ledger.verify() == Verdict(START, 0, 0)


def test_what_is_appended_can_be_read_back_after_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerFile(path) as first:
        written = first.append([started(), review(1), review(2)], now=NOON)
    with LedgerFile(path) as second:
        assert list(second.entries()) == written
        assert second.head() == written[-1].head
        assert second.verify(expected_head=written[1].head).intact


def test_entries_are_found_by_kind_reference_and_beginning(ledger: LedgerFile) -> None:
    parts = [Draft(Event.DECISIONS_RECORDED, f"run1/{n}", "system:qualify") for n in range(3)]
    one, other, *_ = ledger.append([started(), started("run10"), *parts, review(1)], now=NOON)
    assert list(ledger.entries(Event.RUN_STARTED)) == [one, other]
    assert list(ledger.entries(Event.RUN_STARTED, "run1")) == [one]
    assert [entry.header.ref for entry in ledger.entries(under="run1/")] == ["run1/0", "run1/1", "run1/2"]
    assert list(ledger.entries(Event.WEEK_SEALED)) == []


def test_appending_again_changes_nothing(ledger: LedgerFile) -> None:
    drafts = [started(), review(1)]
    first = ledger.append(drafts, now=NOON)
    assert ledger.append(drafts, now=NOON + timedelta(days=1)) == first
    assert ledger.append([*drafts, review(2)], now=NOON)[:2] == first
    assert ledger.head().seq == 3


def test_the_same_reference_with_other_content_is_refused(ledger: LedgerFile) -> None:
    ledger.append([started(rows=1), review(1)], now=NOON)
    others = [started(rows=2), replace(review(1), body={"lead": "L2"}), replace(review(1), body=None)]
    for other in others:
        with pytest.raises(LedgerError, match="already recorded, with other content"):
            ledger.append([other], now=NOON)
    assert ledger.head().seq == 2


def test_an_append_is_whole_or_nothing(ledger: LedgerFile) -> None:
    ledger.append([started(rows=1)], now=NOON)
    with pytest.raises(LedgerError):
        ledger.append([review(1), review(2), started(rows=2)], now=NOON)
    assert ledger.head().seq == 1
    assert ledger.append([review(1)], now=NOON)[0].header.seq == 2


def test_an_appended_body_has_its_own_random_salt(ledger: LedgerFile) -> None:
    same = {"note": "the same words"}
    a, b = ledger.append([review(1, same), review(2, same)], now=NOON)
    assert a.body.content == b.body.content
    assert a.header.commitment != b.header.commitment
    assert len(a.body.salt) == 32


def test_the_database_and_its_file_do_not_keep_the_exact_time(ledger: LedgerFile) -> None:
    entry = ledger.append([started()], now=NOON.replace(minute=59, second=7))[0]
    assert entry.header.time == NOON


def test_a_ledger_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        LedgerFile(tmp_path / "none.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_that_another_process_makes_at_the_same_moment_is_opened(
    ledger: LedgerFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append([review(1)], now=NOON)
    monkeypatch.setattr(ledger_database, "_is_empty", lambda *_: True)  # as it was a moment ago
    with LedgerFile(ledger.path) as second:
        assert second.head() == ledger.head()


def test_a_closed_ledger_says_so(ledger: LedgerFile) -> None:
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerError, match="refused: Cannot operate on a closed database"):
        ledger.head()


def test_an_emptied_file_is_no_ledger_to_look_at(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"")
    with pytest.raises(LedgerError, match="is empty: it holds no ledger"):
        LedgerFile(path, create=False)
    assert path.read_bytes() == b""


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        LedgerFile(tmp_path / "none" / "ledger.sqlite")


def test_a_ledger_of_a_newer_plumbline_is_refused(ledger: LedgerFile) -> None:
    by_hand(ledger.path, "PRAGMA user_version = 2")
    with pytest.raises(LedgerError, match=r"newer Plumbline \(format 2\)"):
        LedgerFile(ledger.path)


@pytest.mark.parametrize("version", [0, 1])
def test_a_database_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "other.sqlite"
    by_hand(path, "CREATE TABLE customers (name)", f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="no ledger of Plumbline"):
        LedgerFile(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE entry SET header = replace(header, 'alice', 'mallory') WHERE seq = 3", (3, Flaw.CHAIN)),
        ("UPDATE entry SET hash = zeroblob(32) WHERE seq = 3", (3, Flaw.CHAIN)),
        ("UPDATE body SET content = CAST('{}' AS BLOB) WHERE seq = 3", (3, Flaw.BODY)),
        ("UPDATE body SET salt = zeroblob(16) WHERE seq = 3", (3, Flaw.BODY)),
        ("DELETE FROM body WHERE seq = 3", (3, Flaw.MISSING_BODY)),
        ("DELETE FROM entry WHERE seq = 3", (3, Flaw.SEQUENCE)),
        ("UPDATE entry SET seq = seq + 100 WHERE seq = 3", (3, Flaw.SEQUENCE)),
        ('UPDATE entry SET header = \'{"kind":"a","ref":"b"}\' WHERE seq = 3', (3, Flaw.HEADER)),
        ("INSERT INTO body SELECT 1, NULL, salt, content FROM body WHERE seq = 3", (1, Flaw.UNEXPECTED_BODY)),
    ],
)
def test_whatever_is_done_by_hand_is_found(
    ledger: LedgerFile, statement: str, broken: tuple[int, Flaw]
) -> None:
    ledger.append([started(), *map(review, range(5))], now=NOON)
    by_hand(ledger.path, statement)
    found = ledger.verify().broken
    assert (found.seq, found.flaw) == broken


def test_an_untouched_ledger_is_not_said_to_be_broken(ledger: LedgerFile) -> None:
    """Negative control: dropping the triggers alone is not what the test above finds."""
    ledger.append([started(), *map(review, range(5))], now=NOON)
    by_hand(ledger.path)
    assert ledger.verify().intact


def test_a_cut_tail_is_found_by_a_head_kept_outside(ledger: LedgerFile) -> None:
    ledger.append(map(review, range(5)), now=NOON)
    head = ledger.head()
    by_hand(ledger.path, "DELETE FROM body WHERE seq > 3", "DELETE FROM entry WHERE seq > 3")
    assert ledger.verify().intact
    assert ledger.verify(expected_head=head).broken.flaw is Flaw.TRUNCATED
