"""Duplicates at scale: training and finding in one process, then one new lead against all of them.

Beside it, a plain Splink model on the same leads, trained and clustered at .99.

    python -m benchmarks.duplicates_speed [leads] [lookups]

Leads are simulated. Reading the file is not counted, deriving, blocking, comparing, clustering are.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from benchmarks.duplicates_quality import BLANKS, columns, scores
from benchmarks.measure import quiet

TYPES = {
    "Full Name": "person", "Email": "email", "Phone": "phone", "Company": "organisation", "Website": "domain",
    "City": "category",
}  # fmt: skip


def simulate(folder: str, leads: int) -> None:
    command = [
        sys.executable,
        "-c",
        "from plumbline.cli import main; main()",
        "simulate",
        "-o",
        f"{folder}/s",
    ]
    subprocess.run([*command, "--leads", str(leads), "--seed", "91", "-q"], check=True)


def load(folder: str) -> pl.DataFrame:
    rows = pl.read_csv(Path(folder) / "s" / "leads.csv", infer_schema=False, columns=["Lead ID", *TYPES])
    truth = pl.read_parquet(
        Path(folder) / "s" / "truth" / "leads.parquet", columns=["lead.id", "duplicate_of"]
    )
    clean = rows.with_columns(pl.when(~pl.all().is_in(BLANKS)).then(pl.all()))
    known = clean.join(truth, left_on="Lead ID", right_on="lead.id", how="left", maintain_order="left")
    return known.with_columns(truth=pl.coalesce("duplicate_of", "Lead ID")).drop("duplicate_of")


def codes(frame: pl.DataFrame) -> np.ndarray:
    return frame["truth"].rank("dense").to_numpy()


def bulk(folder: str) -> None:
    from plumbline.linking.find import train_and_find

    frame = load(folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, cpu = time.perf_counter(), time.process_time()
    _, found = train_and_find(frame, columns(**TYPES))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    labels = np.arange(frame.height) + frame.height
    for at, rows in enumerate(found.clusters):
        labels[rows] = at
    said = scores(labels, codes(frame))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "seconds": seconds, "cpu": cpu, "peak MB": peak, "MB before": before,
        "pairs": found.blocks.pairs, "largest block": found.blocks.largest,
        "skipped keys": found.blocks.skipped_keys,
        "skipped pairs": found.blocks.skipped_pairs, "questions": found.questions.height, **said,
    }, indent=1))  # fmt: skip


def plain(folder: str) -> None:
    """Splink gives labels for its records; those without any link keep their own."""
    from benchmarks import splink_models

    frame = load(folder)
    named = frame.select(
        "truth", name=pl.col("Full Name").str.to_lowercase(), email=pl.col("Email").str.to_lowercase(),
        phone=pl.col("Phone").str.replace_all(r"\D", ""), company="Company", city="City",
    )  # fmt: skip
    start, cpu = time.perf_counter(), time.process_time()
    labels = splink_models.labels(named, "plain")["0.99"]
    cost = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**cost, "peak MB": peak, **scores(labels, codes(frame))}, indent=1))


def single(folder: str, lookups: str) -> None:
    from plumbline.linking.find import train
    from plumbline.linking.lookup import Lookup

    frame = load(folder)
    model = train(frame.head(50_000), columns(**TYPES))
    start = time.perf_counter()
    known = Lookup(frame.with_columns(pl.col("Full Name")), model)
    built = time.perf_counter() - start
    chosen = np.random.default_rng(3).integers(0, frame.height, int(lookups))
    spent, cpu, hits = [], time.process_time(), 0
    for row in chosen.tolist():
        one = frame[row]
        start = time.perf_counter()
        found = known.match(one)
        spent.append((time.perf_counter() - start) * 1000)
        hits += any(match.row == row for match in found)
    cpu = (time.process_time() - cpu) * 1000 / len(spent)
    print(json.dumps({
        "leads": frame.height, "built seconds": built, "median ms": statistics.median(spent),
        "p95 ms": float(np.percentile(spent, 95)), "cpu ms": cpu, "found itself": hits / len(spent),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }, indent=1))  # fmt: skip


def main() -> None:
    parts = {"bulk": bulk, "plain": plain, "single": single}
    if sys.argv[1:2] and sys.argv[1] in parts:
        parts[sys.argv[1]](*sys.argv[2:])
        return
    leads, lookups = int((sys.argv[1:2] or ["1000000"])[0]), (sys.argv[2:3] or ["300"])[0]
    with TemporaryDirectory() as folder:
        simulate(folder, leads)
        for part in (["bulk", folder], ["plain", folder], ["single", folder, lookups]):
            print(f"{part[0]} ({quiet()})", flush=True)
            subprocess.run([sys.executable, "-m", "benchmarks.duplicates_speed", *part], check=True)


if __name__ == "__main__":
    main()
