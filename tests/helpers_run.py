"""A recorded run of small batches, as the local engine leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from helpers_ledger import NOON, decisions, email
from plumbline.ledger.runs import run_id
from plumbline.store.recorder import RunPlan, RunRecorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbline.store.ledger_file import LedgerFile
    from plumbline.store.run_folder import RunFolder

PLAN: Final = RunPlan(
    run_id("input", "bundle", NOON),
    part_rows=100,
    documents={"policy.yaml": b"policy: test\n", "scorecard.json": b"{}"},
    about={"source": "leads.csv"},
)


def beside(index: int, rows: int) -> dict[str, pl.DataFrame]:
    """Reports of a batch: every tenth row has an issue that quotes its address, one lead came twice."""
    first = index * rows
    troubled = range(first, first + rows, 10)
    return {
        "issues": pl.DataFrame(
            {
                "row": [n + 1 for n in troubled],
                "column": ["contact.email"] * len(troubled),
                "value": [email(n) for n in troubled],
            }
        ),
        "duplicates": pl.DataFrame(
            {"row": [9000 + index], "lead.id": [f"D{index}"], "duplicate_of": [f"row {first + 1}"]}
        ),
        "rejected": pl.DataFrame(
            {
                "row": [9000 + index, 9500 + index],
                "column": ["contact.phone", "lead.id"],
                "value": [f"phone of D{index}", f"L{first + 1}"],
            }
        ),
    }


def record_run(
    folder: RunFolder,
    ledger: LedgerFile,
    *,
    parts: int = 3,
    rows: int = 100,
    step: Callable[[], None] = lambda: None,
) -> str:
    """Record and finish a run, or finish one that was killed; gives its name. ``step`` precedes a part."""
    with RunRecorder(folder, ledger, actor="system:qualify") as recorder:
        recorder.start(PLAN, now=NOON)
        for index in range(parts):
            if index not in recorder.recorded:
                step()
            recorder.record(index, decisions(rows, index * rows), now=NOON, beside=beside(index, rows))
        recorder.finish(now=NOON)
        return recorder.run


def residue(folder: RunFolder, ledger: LedgerFile, secrets: list[bytes]) -> list[tuple[str, bytes]]:
    """Where any of these bytes are still found: in any file beside the ledger or the run, or in any value."""
    homes = {folder.path, ledger.path.parent}
    files = {path for home in homes for path in home.rglob("*") if path.is_file()}
    texts = [(path.name, path.read_bytes()) for path in files] + _values(folder)
    return [(place, secret) for place, text in texts for secret in secrets if secret in text]


def _values(folder: RunFolder) -> list[tuple[str, bytes]]:
    """Everything in the Parquet files, unpacked: a compressed page could hide what is still there."""
    kinds = ["decisions", *folder.kinds()]
    places = [(kind, index) for kind in kinds for index in folder.parts(kind)]
    parts = [(f"{kind}/{index}", folder.read_part(index, kind)) for kind, index in places]
    return [(place, repr(frame.to_dict(as_series=False)).encode()) for place, frame in parts]
