"""What a run folder keeps, and that every recorded decision can be found again with its proof."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl
import pytest

from helpers_ledger import NOON, decisions
from helpers_packed import packed
from helpers_run import PLAN, record_run
from plumbline.domain.errors import LedgerError, RunConflictError, RunInProgressError, TamperedError
from plumbline.ledger import merkle, parts
from plumbline.ledger.entry import Event
from plumbline.store.files import FolderLock
from plumbline.store.recorder import RunRecorder
from plumbline.store.run_folder import RunFolder

if TYPE_CHECKING:
    from plumbline.store.ledger_file import LedgerFile


def test_a_part_is_read_back_as_it_was_written(folder: RunFolder) -> None:
    frame = decisions(50)
    fact = folder.write_part(2, frame)
    assert folder.read_part(2).drop(parts.OWN).equals(frame)
    assert (fact.index, fact.name, fact.rows, fact.routes) == (
        2,
        "part-00002.parquet",
        50,
        {"queue": 40, "review": 10},
    )
    assert parts.check_part(folder.read_part(2), fact, set()) is None


def test_all_parts_are_one_frame_in_order(folder: RunFolder) -> None:
    for index in (1, 0, 11):
        folder.write_part(index, decisions(10, index * 10))
    assert folder.parts() == [0, 1, 11]
    ids = folder.scan().select("lead.id").collect().get_column("lead.id").to_list()
    assert ids == [f"L{n}" for n in [*range(20), *range(110, 120)]]


def test_every_row_has_a_salt_of_its_own(folder: RunFolder) -> None:
    folder.write_part(0, decisions(500))
    folder.write_part(1, decisions(500))
    salts = folder.scan().select(parts.SALT).collect().to_series()
    assert salts.n_unique() == 1000
    assert salts.bin.size().unique().to_list() == [16]


def test_a_decision_is_found_with_the_bytes_and_the_proof_that_were_recorded(folder: RunFolder) -> None:
    facts = [folder.write_part(index, decisions(100, index * 100)) for index in range(3)]
    (found,) = folder.find("L142")
    assert (found.part, found.row) == (1, 43)
    assert found.values == decisions(1, 142).to_dicts()[0]
    assert found.proof.leaf == merkle.leaf(found.salt, packed(found.values, found.kinds))
    assert merkle.check(found.proof, bytes.fromhex(facts[1].root))
    assert not merkle.check(found.proof, bytes.fromhex(facts[0].root))
    assert folder.find("nobody") == []


def test_a_run_is_in_the_ledger_with_its_manifest_its_parts_and_its_end(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    run = record_run(folder, ledger)
    entries = list(ledger.entries())
    assert [entry.header.kind for entry in entries] == [
        Event.RUN_STARTED,
        *[Event.DECISIONS_RECORDED] * 3,
        Event.RUN_FINISHED,
    ]
    manifest = folder.manifest()
    assert run.startswith(PLAN.id)
    assert (manifest["run"], manifest["id"], manifest["source"]) == (run, PLAN.id, "leads.csv")
    assert manifest["documents"]["policy.yaml"] == sha256(b"policy: test\n").hexdigest()
    digest = sha256(folder.read_document("run.json")).hexdigest()
    assert entries[0].header.facts == {"manifest": digest}
    assert entries[-1].header.facts == {"parts": 3, "rows": 300}


def test_recording_a_run_again_changes_no_file_and_no_entry(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    head = ledger.head()
    record_run(folder, ledger)
    assert {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()} == before
    assert ledger.head() == head


def test_the_same_run_in_another_folder_is_another_run_in_the_ledger(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    other = RunFolder(folder.path.with_name("other"))
    assert record_run(folder, ledger) != record_run(other, ledger)
    assert len(list(ledger.entries(Event.RUN_FINISHED))) == 2


def test_a_folder_with_another_run_is_refused(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    recorder = RunRecorder(folder, ledger, actor="system:qualify")
    with recorder, pytest.raises(RunConflictError, match="another run"):
        recorder.start(replace(PLAN, id="f" * 32), now=NOON)


def test_a_resumed_run_is_cut_as_it_was_begun(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    with RunRecorder(folder, ledger, actor="system:qualify") as recorder:
        recorder.start(replace(PLAN, part_rows=7), now=NOON + timedelta(days=3))
        assert recorder.part_rows == 100
        assert sorted(recorder.recorded) == [0, 1, 2]
        assert recorder.finished


def test_a_folder_that_is_being_written_is_refused(folder: RunFolder, ledger: LedgerFile) -> None:
    with FolderLock(folder.path), pytest.raises(RunInProgressError):
        record_run(folder, ledger)


def test_a_recorded_part_that_is_gone_is_not_written_anew(folder: RunFolder, ledger: LedgerFile) -> None:
    record_run(folder, ledger)
    (folder.path / "decisions" / "part-00001.parquet").unlink()
    with pytest.raises(TamperedError, match=r"part-00001\.parquet is in the ledger, but not in"):
        record_run(folder, ledger)


def test_a_part_of_leads_that_were_recorded_otherwise_is_refused_by_the_ledger(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    record_run(folder, ledger)
    with RunRecorder(folder, ledger, actor="system:qualify") as recorder:
        recorder.start(PLAN, now=NOON)
        recorder.recorded.clear()  # a writer that forgot what was recorded
        with pytest.raises(LedgerError, match="already recorded"):
            recorder.record(0, decisions(100), now=NOON)


def test_no_rows_beside_a_part_leave_no_file(folder: RunFolder) -> None:
    folder.write_beside("issues", 0, pl.DataFrame({"row": []}))
    assert folder.kinds() == []
    folder.write_beside("issues", 0, pl.DataFrame({"row": [1]}))
    assert folder.kinds() == ["issues"]
    assert folder.read_part(0, "issues").to_dicts() == [{"row": 1}]


def test_the_manifest_is_canonical_json(folder: RunFolder) -> None:
    digest = folder.write_manifest({"b": 1, "a": "Ü"})
    content = folder.read_document("run.json")
    assert content == '{"a":"Ü","b":1}'.encode()
    assert digest == sha256(content).hexdigest()
    assert folder.manifest() == json.loads(content)
