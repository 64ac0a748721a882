"""Erasing people: nothing of them stays in any file, and everything still verifies."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from helpers_ledger import NOON, decisions, email, review
from helpers_run import PLAN, record_run, residue
from plumbline.domain.errors import RunInProgressError, StorageError
from plumbline.ledger import parts
from plumbline.ledger.entry import Event
from plumbline.ledger.verify import Flaw
from plumbline.store import erasure, ledger_database
from plumbline.store.erasure import Erasure, erase_leads, finish_erasures
from plumbline.store.files import FolderLock
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.recorder import RunRecorder
from plumbline.store.run_check import verify_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbline.store.run_folder import RunFolder


def erase(folder: RunFolder, ledger: LedgerFile, *leads: str) -> Erasure:
    return erase_leads(folder, ledger, leads, actor="dpo", basis="request", now=NOON)


def secrets_of(numbers: Iterable[int]) -> list[bytes]:
    """What must not be found any more, ended so that person.1 is not found in person.11."""
    texts = ("person.{}@", 'Söhne" {} \u2028', "'L{}'", '"L{}"')
    return [text.format(n).encode() for n in numbers for text in texts]


# Bodies in the ledger


def test_a_thousand_of_ten_thousand_people_leave_no_byte_and_the_ledger_verifies(ledger: LedgerFile) -> None:
    ledger.append(map(review, range(10_000)), now=NOON)
    gone = range(3, 10_000, 10)
    stones = ledger.erase([f"L{n}" for n in gone], actor="dpo", basis="request", now=NOON)
    verdict = ledger.verify(expected_head=stones[-1].head)
    assert verdict.intact
    assert (verdict.bodies, verdict.erased) == (9000, 1000)
    assert found_in_files(ledger, gone) == []
    assert len(found_in_files(ledger, range(10))) == 9, "the others are still there, so the search can find"


def found_in_files(ledger: LedgerFile, numbers: Iterable[int]) -> list[int]:
    """The people with any byte in the database, its log, its index or its free pages: ids, addresses."""
    there = re.findall(rb'person\.(\d+)@|"L(\d+)"', stored(ledger))
    return sorted({int(a or b) for a, b in there} & set(numbers))


def stored(ledger: LedgerFile) -> bytes:
    return b"".join(path.read_bytes() for path in ledger.path.parent.iterdir())


def in_no_order(ledger: LedgerFile, count: int) -> list[str]:
    """Bodies of all sizes for subjects in no order, so that pages split and merge; gives the subjects."""
    names = [f"subject-{n * 7919 % count:04d}" for n in range(count)]
    drafts = [replace(review(n, {"n": "x" * (n % 700)}), subject=name) for n, name in enumerate(names)]
    ledger.append(drafts, now=NOON)
    return names


def still_stored(ledger: LedgerFile, names: list[str]) -> set[str]:
    return {name.decode() for name in re.findall(rb"subject-\d{4}", stored(ledger))} & set(names)


def test_pages_that_were_split_and_merged_keep_no_erased_subject(ledger: LedgerFile) -> None:
    names = in_no_order(ledger, 3000)
    for start in range(4):
        ledger.erase(names[start:2000:4], actor="dpo", basis="request", now=NOON)
    assert still_stored(ledger, names) == set(names[2000:])
    assert ledger.verify().intact


@pytest.mark.parametrize("setting", ["OFF", "ON"])
def test_a_plain_delete_would_leave_bytes(
    ledger: LedgerFile, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """Negative control: the search finds what stays without scrubbing, a little even with secure_delete."""

    def only_the_log(opened: LedgerFile) -> None:
        opened._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    monkeypatch.setattr(LedgerFile, "scrub", only_the_log)
    ledger._db.execute(f"PRAGMA secure_delete = {setting}")
    names = in_no_order(ledger, 5000)
    ledger.erase(names[::3], actor="dpo", basis="request", now=NOON)
    assert ledger.verify().intact
    assert still_stored(ledger, names[::3])


def test_erasing_again_or_somebody_unknown_writes_nothing(ledger: LedgerFile) -> None:
    ledger.append(map(review, range(3)), now=NOON)
    assert len(ledger.erase(["L1"], actor="dpo", basis="request", now=NOON)) == 1
    head = ledger.head()
    assert ledger.erase(["L1", "nobody"], actor="dpo", basis="request", now=NOON) == []
    assert ledger.head() == head


def test_a_tombstone_names_no_person(ledger: LedgerFile) -> None:
    ledger.append(map(review, range(3)), now=NOON)
    (stone,) = ledger.erase(["L1"], actor="dpo", basis="request", now=NOON)
    assert stone.header.facts == {"basis": "request", "refs": (review(1).ref,)}
    assert stone.header.actor == "dpo"
    assert b"L1" not in stone.raw.replace(review(1).ref.encode(), b"")
    assert ledger.tombstones() == {review(1).ref: 4}


def test_many_people_are_named_by_several_tombstones(ledger: LedgerFile) -> None:
    ledger.append(map(review, range(1200)), now=NOON)
    stones = ledger.erase([f"L{n}" for n in range(1200)], actor="dpo", basis="retention", now=NOON)
    assert [len(stone.header.facts["refs"]) for stone in stones] == [500, 500, 200]
    assert ledger.verify().erased == 1200


def test_a_body_that_a_restored_copy_brings_back_is_found_and_goes_again(ledger: LedgerFile) -> None:
    entry = ledger.append([review(1)], now=NOON)[0]
    ledger.erase(["L1"], actor="dpo", basis="request", now=NOON)
    with sqlite3.connect(ledger.path) as db:
        db.execute("DROP TRIGGER body_only_with_its_entry")
        db.execute("INSERT INTO body VALUES (1, 'L1', ?, ?)", (entry.body.salt, entry.body.content))
    db.close()
    assert (ledger.verify().broken.seq, ledger.verify().broken.flaw) == (1, Flaw.RESURRECTED)
    assert ledger.erase(["L1"], actor="dpo", basis="request", now=NOON) == []
    assert ledger.verify().intact


def test_a_reader_that_keeps_old_pages_alive_is_reported_and_no_byte_is_forgotten(tmp_path) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerFile(path, patience=0.05) as ledger, LedgerFile(path) as reader:
        ledger.append(map(review, range(50)), now=NOON)
        with ledger_database.transaction(reader._db, "DEFERRED"):
            assert reader.head().seq == 50
            with pytest.raises(StorageError, match="erased bytes remain"):
                ledger.erase(["L7"], actor="dpo", basis="request", now=NOON)
        assert ledger.verify().intact
        ledger.scrub()
        assert found_in_files(ledger, [7]) == []


# Rows of a run


def test_people_leave_no_byte_in_any_file_of_a_run_and_everything_verifies(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    record_run(folder, ledger)
    ledger.append(map(review, range(300)), now=NOON)
    gone = range(10, 300, 10)
    assert len(residue(folder, ledger, secrets_of(gone))) > 3 * len(gone)
    assert erase(folder, ledger, *(f"L{n}" for n in gone)) == Erasure(rows=29, tombstones=1)
    assert residue(folder, ledger, secrets_of(gone)) == []
    verdict = verify_run(folder, ledger)
    assert (verdict.intact, verdict.rows, verdict.erased) == (True, 300, 29)
    assert ledger.verify().erased == 29


def test_everybody_else_stays_as_they_were(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    erase(folder, ledger, "L4", "L5", "L250")
    assert folder.find("L4") == []
    rest = folder.scan().filter(pl.col(parts.LEAF).is_null()).select(pl.exclude(parts.OWN)).collect()
    assert rest.equals(decisions(300).filter(~pl.col("lead.id").is_in(["L4", "L5", "L250"])))
    assert folder.read_part(0, "issues").height == 10
    assert folder.read_part(0, "rejected").height == 2


def test_an_exact_duplicate_goes_with_its_lead_whichever_is_named(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    record_run(folder, ledger)
    assert erase(folder, ledger, "D1").rows == 1
    assert folder.find("L100") == []
    assert residue(folder, ledger, [*secrets_of([100]), b"'D1'", b"phone of D1"]) == []
    assert erase(folder, ledger, "L200").rows == 1
    assert residue(folder, ledger, [*secrets_of([200]), b"'D2'", b"phone of D2"]) == []
    assert residue(folder, ledger, [b"'D0'", b"phone of D0"]) != []


def test_a_rejected_row_goes_when_its_report_names_the_id(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    assert folder.read_part(0, "rejected").get_column("value").to_list() == ["phone of D0", "L1"]
    erase(folder, ledger, "L1")
    assert folder.read_part(0, "rejected").get_column("value").to_list() == ["phone of D0"]


def test_a_run_without_reports_and_row_numbers_can_be_erased_from(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    with RunRecorder(folder, ledger, actor="system:qualify") as recorder:
        recorder.start(PLAN, now=NOON)
        plain = decisions(10).select("lead.id", "points")
        recorder.record(0, plain, now=NOON, beside={"blanks": pl.DataFrame({"column": ["L4"], "rows": [3]})})
    assert erase(folder, ledger, "L4") == Erasure(rows=1, tombstones=1)
    assert verify_run(folder, ledger).intact
    assert folder.read_part(0, "blanks").height == 1


def test_erasing_again_changes_nothing(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    erase(folder, ledger, "L4")
    head, files = ledger.head(), {path: path.read_bytes() for path in folder.path.rglob("part-*")}
    assert erase(folder, ledger, "L4", "nobody") == Erasure(rows=0, tombstones=0)
    assert finish_erasures(folder, ledger) == 0
    assert (ledger.head(), {path: path.read_bytes() for path in folder.path.rglob("part-*")}) == (head, files)


def test_an_erased_run_is_not_written_anew_when_it_is_repeated(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    erase(folder, ledger, "L4")
    record_run(folder, ledger)
    assert folder.find("L4") == []
    assert verify_run(folder, ledger).intact


def test_nobody_is_erased_from_a_run_that_is_being_written(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    with FolderLock(folder.path), pytest.raises(RunInProgressError):
        erase(folder, ledger, "L4")
    assert list(ledger.entries(Event.ERASURE_PERFORMED)) == []


def test_half_written_copies_of_people_go_too(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    (folder.path / "decisions" / ".part-00000.parquet.123.tmp").write_bytes(email(4).encode())
    erase(folder, ledger, "L4")
    assert residue(folder, ledger, secrets_of([4])) == []


class KilledError(BaseException):
    """Stands for the moment at which a process dies."""


@pytest.mark.parametrize("survived", range(6))
def test_an_erasure_that_dies_after_any_step_is_reported_and_finished_without_being_told_whom(
    folder: RunFolder, ledger: LedgerFile, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    record_run(folder, ledger)
    steps = iter(range(survived))

    def dies(*arguments: object) -> None:
        if next(steps, None) is None:
            raise KilledError
        replaced(folder, *arguments)

    replaced = type(folder).replace_part
    with monkeypatch.context() as patch:
        patch.setattr(type(folder), "replace_part", lambda _, *arguments: dies(*arguments))
        with pytest.raises(KilledError):
            erase(folder, ledger, "L0", "L10", "L100")
    broken = verify_run(folder, ledger).broken
    assert broken.flaw is Flaw.RESURRECTED
    assert finish_erasures(folder, ledger) > 0
    assert residue(folder, ledger, [*secrets_of([0, 10, 100]), b"'D0'", b"phone of D1"]) == []
    assert verify_run(folder, ledger).intact


def test_rows_emptied_before_their_tombstone_could_not_be_explained_after_a_crash(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    """Negative control of the order: files first, and a death before the tombstone looks like tampering."""
    record_run(folder, ledger)
    folder.replace_part("decisions", 0, parts.erase_rows(folder.read_part(0), {5}))
    assert verify_run(folder, ledger).broken.flaw is Flaw.MISSING_BODY
    assert finish_erasures(folder, ledger) == 0
    assert erase(folder, ledger, "L4").tombstones == 0
    assert not verify_run(folder, ledger).intact


def test_a_row_number_is_how_the_files_beside_are_searched() -> None:
    assert erasure.SOURCE_ROW in decisions(1).columns
