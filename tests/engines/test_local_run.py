from __future__ import annotations

import polars as pl
import pytest

from helpers_main_path import KEY, POLICY, bundle
from helpers_runs import MemoryIntake, leads, recorded_run, request
from plumbline.domain.errors import RunConflictError
from plumbline.engines import LocalRun
from plumbline.engines.summary import summarise
from plumbline.ledger.parts import LEAD, OWN
from plumbline.store import LedgerFile, RunFolder
from plumbline.store.run_check import verify_run

BUNDLE = bundle()


def decisions(folder) -> pl.DataFrame:
    return RunFolder(folder).scan().drop(OWN).collect()


def test_every_row_is_recorded_once_and_the_counts_reconcile(tmp_path) -> None:
    run = recorded_run(tmp_path, leads(57))
    summary = summarise(run.folder, run.bundle.policy, plumbline="0")
    assert summary.read == 57
    assert summary.gaps() == ()
    assert decisions(tmp_path)[LEAD].n_unique() == summary.decided
    with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        verdict = verify_run(run.folder, ledger)
    assert verdict.intact
    assert verdict.finished


def test_decisions_do_not_depend_on_how_the_input_is_cut(tmp_path) -> None:
    recorded_run(tmp_path / "small", leads(40), part_rows=7)
    recorded_run(tmp_path / "large", leads(40), part_rows=40)
    assert decisions(tmp_path / "small").equals(decisions(tmp_path / "large"))


class Stop(Exception):
    """Stands for a killed process: nothing after it runs."""


def killed_after(parts: int):
    seen: list[int] = []

    def progress(rows: int) -> None:
        seen.append(rows)
        if len(seen) == parts:
            raise Stop

    return progress


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_a_run_that_was_stopped_goes_on_where_it_ended(tmp_path, parts: int) -> None:
    whole = decisions(recorded_run(tmp_path / "whole", leads(57)).folder.path)
    with LedgerFile(tmp_path / "whole" / "ledger.sqlite") as ledger, pytest.raises(Stop):
        LocalRun(request(tmp_path / "broken", leads(57)), progress=killed_after(parts)).run()
    assert len(RunFolder(tmp_path / "broken").parts()) == parts
    before = {path.name: path.read_bytes() for path in (tmp_path / "broken" / "decisions").iterdir()}
    run = recorded_run(tmp_path / "broken", leads(57))
    assert decisions(run.folder.path).equals(whole)
    after = {path.name: path.read_bytes() for path in (tmp_path / "broken" / "decisions").iterdir()}
    assert all(after[name] == content for name, content in before.items())
    with LedgerFile(tmp_path / "broken" / "ledger.sqlite") as ledger:
        assert verify_run(run.folder, ledger).finished


def test_repeating_a_finished_run_changes_nothing(tmp_path) -> None:
    recorded_run(tmp_path, leads(20))
    with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        head = ledger.head()
    recorded_run(tmp_path, leads(20))
    with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.head() == head


def test_a_folder_with_another_run_is_refused(tmp_path) -> None:
    recorded_run(tmp_path, leads(20))
    with pytest.raises(RunConflictError):
        recorded_run(tmp_path, leads(21))


def test_two_runs_share_one_ledger(tmp_path) -> None:
    path = tmp_path / "ledger.sqlite"
    for name, count in (("one", 20), ("two", 30)):
        with LedgerFile(path) as ledger:
            LocalRun(request(tmp_path / name, leads(count), ledger=ledger)).run()
    with LedgerFile(path) as ledger:
        assert ledger.verify().intact
        assert all(verify_run(RunFolder(tmp_path / name), ledger).intact for name in ("one", "two"))


def test_a_repeated_row_is_attached_to_its_first_copy(tmp_path) -> None:
    rows = leads(12)
    run = recorded_run(tmp_path, [*rows, rows[3], rows[3] | {"account.employees": "1"}], part_rows=5)
    summary = summarise(run.folder, run.bundle.policy, plumbline="0")
    assert (summary.decided, summary.duplicates, summary.rejected) == (12, 1, 1)
    assert summary.gaps() == ()
    assert [line.code for line in summary.issues if line.rejected] == ["repeated_id"]


def test_a_file_without_rows_makes_a_run_without_parts(tmp_path) -> None:
    LocalRun(request(tmp_path, [], intake=MemoryIntake([]))).run()
    assert RunFolder(tmp_path).parts() == []


def test_the_draw_key_is_committed_before_the_first_draw(tmp_path) -> None:
    recorded_run(tmp_path, leads(5))
    with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        kinds = [entry.header.kind.value for entry in ledger.entries()]
        text = b"".join(entry.raw for entry in ledger.entries())
    assert kinds.index("draws:key_committed") < kinds.index("decisions:recorded")
    assert KEY.hex().encode() not in text


def test_the_policy_of_a_run_is_the_one_it_was_given(tmp_path) -> None:
    run = recorded_run(tmp_path, leads(5))
    assert run.folder.read_document("policy.yaml").decode() == POLICY
    assert run.bundle.policy.hash == BUNDLE.policy.hash
