"""Suggested merges that a person would reject, and duplicates that are found, by the door of the commands.

    python -m benchmarks.suggested_merges [leads] [seeds]

A simulated CRM in which 8 % of the leads are repetitions is read as the commands read it (its mapping, normal
forms), a model is learned without labels, and links are kept in a store. A merge is a record that joins a
cluster; a person would reject it when it is not of the person that most records of the cluster are of. One
person at two companies is two leads here, as the simulator has it, so linking these counts as wrong. Beside
it stand two rules that people write: the same e-mail address, and that or the same name and company.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks.measure import quiet
from plumbline.domain.intervals import wilson
from plumbline.identity.artefact import model_hash
from plumbline.identity.clusters import components
from plumbline.library.duplicates import join
from plumbline.library.records import records_from
from plumbline.linking.find import train
from plumbline.store.links import LinkStore, Said

#: Seeds that no configuration was chosen on.
SEEDS = (190, 191, 192, 193, 194)
GOAL = 0.01


def simulate(folder: str, leads: int, seed: int) -> dict[str, str]:
    """The leads, written; every id with that of the first lead of the same person."""
    command = [sys.executable, "-c", "from plumbline.cli import main; main()", "simulate", "-o", folder]
    subprocess.run([*command, "--leads", str(leads), "--seed", str(seed), "-q", "--force"], check=True)
    truth = pl.read_parquet(f"{folder}/truth/leads.parquet", columns=["lead.id", "duplicate_of"])
    return dict(truth.select("lead.id", pl.coalesce("duplicate_of", "lead.id").alias("first")).iter_rows())


def suggested(folder: str) -> tuple[list[list[str]], pl.DataFrame]:
    """Clusters of the product, and its questions."""
    records = records_from(Path(folder) / "leads.csv", mapping=Path(folder) / "mapping.yaml")
    model = train(records.frame, records.columns)
    with LinkStore(Path(folder) / "links.db") as store:
        done = join(records, model, store, Said("benchmark", "2026-01-01", "found", model_hash(model)))
        return [rows for rows in store.clusters().values() if len(rows) > 1], done.questions


def same(folder: str, *keys: tuple[str, ...]) -> list[list[str]]:
    """Records that agree in all columns of one of the keys, case aside, and what that connects."""
    rows = pl.read_csv(f"{folder}/leads.csv", infer_schema=False).with_row_index("at")
    pairs = []
    for key in keys:
        plain = [pl.col(name).str.strip_chars().str.to_lowercase() for name in key]
        groups = rows.with_columns(plain).drop_nulls(list(key)).group_by(key).agg("at")["at"].to_list()
        pairs += [(group[0], other) for group in groups for other in group[1:]]
    root, ids = components(pairs), rows["Lead ID"].to_list()
    found: dict[int, list[str]] = {}
    for row, head in root.items():
        found.setdefault(head, []).append(ids[row])
    return list(found.values())


def merges(clusters: list[list[str]], first: dict[str, str]) -> tuple[int, int, int]:
    """Merges, those that a person would reject, and true pairs among them."""
    made = rejected = pairs = 0
    for rows in clusters:
        people = Counter(first[one] for one in rows)
        made += len(rows) - 1
        rejected += len(rows) - max(people.values())
        pairs += sum(count * (count - 1) // 2 for count in people.values())
    return made, rejected, pairs


def percent(hits: int, of: int) -> str:
    share = wilson(hits, of)
    return f"{100 * hits / max(of, 1):6.2f} % ({100 * share.low:.2f} to {100 * share.high:.2f}) of {of:,}"


def main() -> None:
    leads, seeds = int((sys.argv[1:2] or ["20000"])[0]), int((sys.argv[2:3] or ["3"])[0])
    ways = ("plumbline", "same e-mail address", "same e-mail, or name and company")
    totals = {way: [0, 0, 0] for way in ways}
    true_pairs = asked = yes = 0
    for seed in SEEDS[:seeds]:
        with TemporaryDirectory() as folder:
            first = simulate(folder, leads, seed)
            clusters, questions = suggested(folder)
            named = (("Email",), ("Full Name", "Company"))
            for way, found in zip(
                ways, (clusters, same(folder, named[0]), same(folder, *named)), strict=True
            ):
                totals[way] = [a + b for a, b in zip(totals[way], merges(found, first), strict=True)]
            sizes = Counter(first.values()).values()
            true_pairs += sum(len(list(combinations(range(size), 2))) for size in sizes)
            asked += questions.height
            yes += sum(first[one] == first[two] for one, two, _ in questions.iter_rows())
    print(f"{seeds} markets of {leads:,} leads, 8 % repetitions; {quiet()}")
    for way, (made, rejected, pairs) in totals.items():
        print(f"\n{way}")
        print(f"  merges a person would reject {percent(rejected, made)}   goal: at most {GOAL:.0%}")
        print(f"  pairs of one person found    {percent(pairs, true_pairs)}")
    print(f"\nplumbline asks {asked:,} questions; the answer to {percent(yes, asked)} is yes")


if __name__ == "__main__":
    main()
