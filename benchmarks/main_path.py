"""A file of leads through everything, against Polars alone reading that file and writing it as Parquet.

    python -m benchmarks.main_path [rows] [repetitions]

Both run in processes of their own, in turn, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import child, quiet, report, spread

AS_OF = datetime(2026, 1, 5, tzinfo=UTC)


def leads_file(rows: int, folder: Path) -> Path:
    from plumbline.simulate import Settings
    from plumbline.simulate.write import demo, write_leads_csv

    path = folder / f"leads-{rows}.csv"
    if not path.exists():
        write_leads_csv(Settings(leads=rows), 1, path)
        (folder / "mapping.yaml").write_text(demo("mapping.yaml"), encoding="utf-8")
        (folder / "policy.yaml").write_text(policy_of_25_rules(demo("policy.yaml")), encoding="utf-8")
    return path


def policy_of_25_rules(policy: str) -> str:
    """The demo's policy with rules added until there are 25."""
    have = policy.split("\nrules:")[1].split("\nactions:", maxsplit=1)[0].count("- {id:")
    added = "".join(
        f"  - {{id: more-{at}, when: \"employees >= {1000 + 37 * at} AND fit_level = 'high' AND country IN "
        f"('Germany', 'Spain') AND points > {at}\", route: queue, because: One more., if_unknown: miss}}\n"
        for at in range(25 - have)
    )
    return policy.replace("\nactions:", "\n" + added + "\nactions:", 1)


def polars_alone(path: str) -> None:
    import polars as pl

    report(lambda: pl.scan_csv(path).sink_parquet(Path(path).with_suffix(".parquet")))


def plumbline(path: str, out: str) -> None:
    from plumbline.engines import LocalRun, RunRequest
    from plumbline.library.inputs import intake_from, policy_from, read_text
    from plumbline.store import LedgerFile, RunFolder

    def work() -> None:
        folder = Path(path).parent
        intake = intake_from(Path(path), folder / "mapping.yaml")
        text = read_text(folder / "policy.yaml")
        bundle, _ = policy_from(text, draw_key=bytes(range(32)), cells=intake.cells)
        run = RunFolder(out)
        run.create()
        with LedgerFile(Path(out) / "ledger.sqlite") as ledger:
            LocalRun(
                RunRequest(intake, text, bundle, AS_OF, run, ledger, "benchmark", lambda: datetime.now(UTC))
            ).run()

    report(work)


def main(rows: int = 1_000_000, repetitions: int = 3, folder: Path | None = None) -> dict[str, object]:
    room = folder or Path(tempfile.gettempdir()) / "plumbline-benchmarks"
    room.mkdir(exist_ok=True)
    path = leads_file(rows, room)
    alone, ours = [], []
    for _ in range(repetitions):
        alone.append(child("benchmarks.main_path", "polars", str(path)))
        shutil.rmtree(room / "run", ignore_errors=True)
        ours.append(child("benchmarks.main_path", "plumbline", str(path), str(room / "run")))
    ratios = [a.seconds / b.seconds for a, b in zip(ours, alone, strict=True)]
    return {
        "what": f"{rows:,} leads from CSV to run file and ledger, 25 rules",
        "ratio to Polars alone": spread(ratios),
        "ratio of processor time": spread([a.cpu / b.cpu for a, b in zip(ours, alone, strict=True)]),
        "seconds": spread([cost.seconds for cost in ours]),
        "seconds of Polars alone": spread([cost.seconds for cost in alone]),
        "peak memory MB": spread([cost.memory for cost in ours]),
        "machine": quiet(),
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["polars", path]:
            polars_alone(path)
        case ["plumbline", path, out]:
            plumbline(path, out)
        case numbers:
            print(json.dumps(main(*map(int, numbers)), indent=2))
