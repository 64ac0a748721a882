"""The data-quality report of a file of leads, against Polars alone reading it and writing it as Parquet.

    python -m benchmarks.check_report [rows] [repetitions]

Both run in processes of their own, in turn. The report is whole: page, and every finding as Parquet.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.main_path import leads_file
from benchmarks.measure import child, quiet, report, spread


def check(path: str, out: str) -> None:
    from plumbline.library.inputs import intake_from
    from plumbline.library.quality import check_file
    from plumbline.report import quality_html

    def work() -> None:
        mapping = Path(path).parent / "mapping.yaml"
        found = check_file(
            intake_from(Path(path), mapping),
            segment="lead.source",
            today=date(2026, 1, 5),
            rows_to=Path(out),
        )
        (Path(out) / "check.html").write_text(quality_html(found), encoding="utf-8")

    report(work)


def main(rows: int = 1_000_000, repetitions: int = 3, folder: Path | None = None) -> dict[str, object]:
    room = folder or Path(tempfile.gettempdir()) / "plumbline-benchmarks"
    room.mkdir(exist_ok=True)
    path = leads_file(rows, room)
    alone, ours = [], []
    for _ in range(repetitions):
        alone.append(child("benchmarks.main_path", "polars", str(path)))
        shutil.rmtree(room / "check", ignore_errors=True)
        ours.append(child("benchmarks.check_report", "check", str(path), str(room / "check")))
    shutil.rmtree(room / "check", ignore_errors=True)
    return {
        "what": f"{rows:,} leads reported on",
        "processor seconds": spread([cost.cpu for cost in ours]),
        "processor seconds per million": spread([cost.cpu * 1_000_000 / rows for cost in ours]),
        "ratio of processor time": spread([a.cpu / b.cpu for a, b in zip(ours, alone, strict=True)]),
        "seconds": spread([cost.seconds for cost in ours]),
        "peak memory MB": spread([cost.memory for cost in ours]),
        "machine": quiet(),
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check", path, out]:
            check(path, out)
        case numbers:
            print(json.dumps(main(*map(int, numbers)), indent=2))
