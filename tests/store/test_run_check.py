"""Verifying a run against the ledger names the first document, part or row that is not as recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from helpers_ledger import NOON, decisions
from helpers_run import PLAN, record_run
from plumbline.ledger import Event, parts
from plumbline.ledger.verify import Flaw
from plumbline.store.erasure import erase_leads
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.recorder import RunRecorder
from plumbline.store.run_check import ABOUT_RUNS, RunVerdict, rows_apart, verify_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbline.store.run_folder import RunFolder


def part(folder: RunFolder, index: int) -> Path:
    return folder.path / "decisions" / f"part-{index:05d}.parquet"


def test_an_untouched_run_verifies(folder: RunFolder, ledger: LedgerFile) -> None:
    run = record_run(folder, ledger)
    assert verify_run(folder, ledger) == RunVerdict(run, parts=3, rows=300, erased=0, finished=True)


def test_a_run_that_is_under_way_verifies_as_far_as_it_goes(folder: RunFolder, ledger: LedgerFile) -> None:
    with RunRecorder(folder, ledger, actor="system:qualify") as recorder:
        recorder.start(PLAN, now=NOON)
        recorder.record(0, decisions(100), now=NOON)
        folder.write_part(1, decisions(100, 100))
        verdict = verify_run(folder, ledger)
    assert (verdict.intact, verdict.finished, verdict.parts, verdict.rows) == (True, False, 1, 100)


def test_a_ledger_need_not_be_read_twice(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    verdict = ledger.verify(keep=ABOUT_RUNS)
    assert verify_run(folder, ledger, verdict=verdict) == verify_run(folder, ledger)
    assert verdict.intact


def change_a_value(folder: RunFolder) -> None:
    frame = folder.read_part(1)
    nurture = pl.when(pl.col("lead.id") == "L123").then(pl.lit("nurture")).otherwise(pl.col("route"))
    frame.with_columns(nurture.alias("route")).write_parquet(part(folder, 1))


def forge_a_row_with_its_check(folder: RunFolder) -> None:
    frame = folder.read_part(1)
    forged = frame.drop(parts.OWN).with_columns(pl.lit("queue").alias("route"))
    parts.seal_part(1, forged, frame.get_column(parts.SALT))[0].write_parquet(part(folder, 1))


def truncate(folder: RunFolder) -> None:
    content = part(folder, 1).read_bytes()
    part(folder, 1).write_bytes(content[:-100])


def flip_a_byte(folder: RunFolder) -> None:
    content = bytearray(part(folder, 1).read_bytes())
    content[len(content) // 3] ^= 1
    part(folder, 1).write_bytes(content)


def exchange_parts(folder: RunFolder) -> None:
    first, second = part(folder, 0).read_bytes(), part(folder, 1).read_bytes()
    part(folder, 0).write_bytes(second)
    part(folder, 1).write_bytes(first)


@pytest.mark.parametrize(
    ("attack", "flaws", "message"),
    [
        (change_a_value, {Flaw.ROW}, "Row 24 of part-00001.parquet is not the one that was recorded."),
        (
            forge_a_row_with_its_check,
            {Flaw.ROOT},
            "The rows of part-00001.parquet are not those that were recorded.",
        ),
        (truncate, {Flaw.UNREADABLE_PART}, "part-00001.parquet is missing, truncated or no Parquet file"),
        (flip_a_byte, {Flaw.UNREADABLE_PART, Flaw.ROW, Flaw.ROOT}, "part-00001.parquet"),
        (exchange_parts, {Flaw.ROOT}, "The rows of part-00000.parquet are not those that were recorded."),
        (
            lambda f: part(f, 1).unlink(),
            {Flaw.MISSING_PART},
            "part-00001.parquet is in the ledger, but not in",
        ),
        (lambda f: f.write_part(3, decisions(5, 300)), {Flaw.UNKNOWN_PART}, "Part 3 of"),
        (lambda f: f.write_document("policy.yaml", b"policy: x"), {Flaw.DOCUMENT}, "policy.yaml was changed"),
        (lambda f: (f.path / "policy.yaml").unlink(), {Flaw.DOCUMENT}, "policy.yaml cannot be read"),
        (
            lambda f: f.write_manifest({**f.manifest(), "documents": {}}),
            {Flaw.DOCUMENT},
            "run.json was changed",
        ),
        (lambda f: f.write_manifest({**f.manifest(), "run": "x"}), {Flaw.DOCUMENT}, "knows no run x"),
    ],
    ids=[
        "value",
        "forged",
        "truncated",
        "byte",
        "exchanged",
        "deleted",
        "added",
        "policy changed",
        "policy gone",
        "manifest changed",
        "other run",
    ],
)
def test_what_was_changed_is_named(
    folder: RunFolder, ledger: LedgerFile, attack, flaws, message: str
) -> None:
    record_run(folder, ledger)
    attack(folder)
    broken = verify_run(folder, ledger).broken
    assert broken.flaw in flaws
    assert message in broken.message


def test_a_run_the_ledger_never_heard_of_is_not_said_to_verify(folder: RunFolder, tmp_path: Path) -> None:
    with LedgerFile(tmp_path / "one.sqlite") as known, LedgerFile(tmp_path / "other.sqlite") as unknown:
        run = record_run(folder, known)
        assert verify_run(folder, unknown).broken.message.startswith(f"The ledger knows no run {run}")


def test_a_broken_ledger_proves_nothing_about_a_run(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    for (name,) in ledger._db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        ledger._db.execute(f"DROP TRIGGER {name}")
    ledger._db.execute(
        "UPDATE entry SET header = replace(header, '\"rows\":100', '\"rows\":101') WHERE seq = 3"
    )
    broken = verify_run(folder, ledger).broken
    assert (broken.seq, broken.flaw) == (3, Flaw.CHAIN)


def flips(file: Path, count: int) -> Iterator[int]:
    """Change one bit at places spread over a file, one at a time, and mend it again."""
    whole = file.read_bytes()
    for at in range(count):
        place = at * len(whole) // count
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << at % 8)]) + whole[place + 1 :])
        yield place
    file.write_bytes(whole)


def test_one_changed_bit_anywhere_in_a_part_is_found(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    for place in flips(part(folder, 1), 24):
        broken = verify_run(folder, ledger).broken
        assert broken is not None, place
        assert "part-00001" in broken.message
    assert verify_run(folder, ledger).intact


def test_without_the_hash_of_the_file_some_changed_bits_pass(folder: RunFolder, ledger: LedgerFile) -> None:
    """The negative control: Parquet holds bytes that no value depends on, so that rows cannot tell."""
    record_run(folder, ledger)
    fact = parts.PartFact.of(next(ledger.entries(Event.DECISIONS_RECORDED)).header.facts)
    assert any(rows_apart(folder, fact, set()) is None for _ in flips(part(folder, 0), 24))


def test_after_an_erasure_the_rows_are_what_is_held_against_the_ledger(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    record_run(folder, ledger)
    erase_leads(folder, ledger, ["L7"], actor="dpo", basis="request", now=NOON)
    assert verify_run(folder, ledger).intact
