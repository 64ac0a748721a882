# ruff: noqa: E501 - tables of figures
"""How well duplicates are found: one configuration, column types only, beside what a user would pick instead.

    python -m benchmarks.duplicates_quality [result.json]

Sets are read beside the repository and skipped where absent. The cut-offs of the product are the same for all sets;
they were chosen on simulated leads and on development halves: entities whose SHA-256 is even. So every set is also
reported on its other half. Labels are used once, as a user would give them: for organisation names, on the training
file alone. Splink's documented models and character-trigram TF-IDF run in the same process, on the same rows.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from benchmarks import splink_models
from benchmarks.measure import quiet
from plumbline.identity.columns import Column, ColumnType
from plumbline.linking.find import find, train

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESAMPLES = 400
BLANKS = ["Select", "- Please select -", "Choose...", "N/A", "-", "none", "unknown", "?", "TBD", ".", "n/a"]


@dataclass(frozen=True)
class Case:
    """Records with ``truth``, and what their columns hold."""

    frame: pl.DataFrame
    columns: tuple[Column, ...]
    source: str | None = None


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, ColumnType(kind)) for name, kind in types.items())


def read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def chicago() -> Case:
    types = columns(
        site_name="organisation", address="address", zip="postcode", phone="phone", agency="organisation"
    )
    return Case(read(DATA / "er_chicago_sites" / "sites.csv").rename({"true_id": "truth"}), types)


def restaurants() -> Case:
    types = columns(name="organisation", address="address", city="category", cuisine="category")
    return Case(read(DATA / "er_restaurants" / "restaurants.csv").rename({"unique_id": "truth"}), types)


def febrl_frame(name: str) -> pl.DataFrame:
    frame = read(DATA / "er_febrl" / f"{name}.csv.gz")
    frame = frame.rename({column: column.strip() for column in frame.columns})
    plain = frame.with_columns(pl.all().str.strip_chars().replace("", None))
    return plain.with_columns(truth=pl.col("rec_id").str.extract(r"rec-(\d+)-"))


def febrl(*names: str) -> Case:
    types = columns(
        given_name="given_name", surname="surname", street_number="category", address_1="address", suburb="category",
        postcode="postcode", state="category", date_of_birth="date",
    )  # fmt: skip
    frames = [febrl_frame(name).with_columns(source=pl.lit(name)) for name in names]
    return Case(pl.concat(frames), types, "source" if len(names) > 1 else None)


def fake_1000() -> Case:
    types = columns(first_name="given_name", surname="surname", dob="date", city="category", email="email")
    return Case(read(DATA / "er_splink" / "fake_1000.csv").rename({"cluster": "truth"}), types)


def historical() -> Case:
    types = columns(
        first_name="given_name", surname="surname", dob="date", birth_place="category", postcode_fake="postcode",
        occupation="category",
    )  # fmt: skip
    path = DATA / "er_splink" / "historical_figures_with_errors_50k.parquet"
    return Case(pl.read_parquet(path).rename({"cluster": "truth"}), types)


def dblp_acm() -> Case:
    folder = DATA / "er_dblp_acm"
    pairs = read(folder / "gt.csv")
    partner = dict(zip(pairs["D2"], pairs["D1"], strict=True))
    dblp = read(folder / "dblp.csv").with_columns(source=pl.lit("dblp"), truth="d" + pl.col("id"))
    acm = read(folder / "acm.csv").with_columns(source=pl.lit("acm"))
    said = [f"d{partner[one]}" if one in partner else f"a{one}" for one in acm["id"]]
    frame = pl.concat([dblp, acm.with_columns(truth=pl.Series(said))], how="diagonal")
    return Case(frame, columns(title="text", authors="text", venue="category", year="date"), "source")


def affiliations(part: str) -> Case:
    frame = read(DATA / "er_org_affiliations" / f"crossref_{part}.csv").rename({"ror_id": "truth"})
    return Case(frame, columns(affiliation="organisation"))


def simulated(leads: int = 20_000, seed: int = 90) -> Case:
    """A simulated CRM with 8 % duplicates; a person at another company is another lead."""
    from typer.testing import CliRunner

    from plumbline.cli.app import app

    with TemporaryDirectory() as folder:
        CliRunner().invoke(
            app, ["simulate", "-o", f"{folder}/s", "--leads", str(leads), "--seed", str(seed), "-q"]
        )
        rows = read(Path(folder) / "s" / "leads.csv")
        truth = pl.read_parquet(Path(folder) / "s" / "truth" / "leads.parquet")
    clean = rows.with_columns(pl.when(~pl.all().is_in(BLANKS)).then(pl.all()))
    known = clean.join(
        truth.select("lead.id", "duplicate_of"), left_on="Lead ID", right_on="lead.id", how="left"
    )
    types = {
        "Full Name": "person", "Email": "email", "Phone": "phone", "Company": "organisation", "Website": "domain",
        "City": "category", "Job Title": "text",
    }  # fmt: skip
    return Case(known.with_columns(truth=pl.coalesce("duplicate_of", "Lead ID")), columns(**types))


def half(case: Case, *, even: bool) -> Case:
    code = pl.Series([hashlib.sha256(str(one).encode()).digest()[0] & 1 for one in case.frame["truth"]])
    return Case(case.frame.filter(code == (0 if even else 1)), case.columns, case.source)


def ours(case: Case, learned_on: Case | None = None) -> tuple[np.ndarray, dict]:
    start = time.process_time()
    known = learned_on or case
    model = train(known.frame, case.columns, truth=learned_on.frame["truth"] if learned_on else None)
    found = find(case.frame, model, source=case.source)
    labels = np.arange(case.frame.height) + case.frame.height
    for at, rows in enumerate(found.clusters):
        labels[rows] = at
    cost = {
        "cpu": round(time.process_time() - start, 1),
        "pairs": found.blocks.pairs,
        "questions": found.questions.height,
    }
    return labels, cost


def scores(labels: np.ndarray, truth: np.ndarray) -> dict:
    """Pairwise and B-cubed figures; intervals by drawing whole true entities with replacement."""
    frame = pl.DataFrame({"said": labels, "truth": truth})
    cells = (
        frame.group_by("said", "truth")
        .len("n")
        .with_columns(said_size=pl.col("n").sum().over("said"), true_size=pl.col("n").sum().over("truth"))
    )
    n, said, true = (cells[name].to_numpy().astype(float) for name in ("n", "said_size", "true_size"))
    # Per true entity: true pairs found, half of the links that leave it, links inside, and B-cubed sums.
    parts = pl.DataFrame({
        "truth": cells["truth"], "both": n * (n - 1) / 2, "linked": n * (said - 1) / 2, "n": n,
        "precise": n * n / said, "whole": n * n / true,
    }).group_by("truth").sum()  # fmt: skip
    size = parts["n"].to_numpy()
    table = np.column_stack([parts[name].to_numpy() for name in ("both", "linked", "precise", "whole", "n")])
    table = np.column_stack([table, size * (size - 1) / 2])
    point = _figures(table.sum(axis=0))
    chance = np.random.default_rng(7)
    draws = [
        _figures(table[chance.integers(0, len(table), len(table))].sum(axis=0)) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile([one["f1"] for one in draws], [2.5, 97.5])
    return {
        **{key: round(value, 4) for key, value in point.items()},
        "f1_interval": [round(low, 4), round(high, 4)],
    }


def _figures(sums: np.ndarray) -> dict:
    both, linked, precise, whole, n, true = sums
    precision, recall = both / max(linked, 1e-9), both / max(true, 1e-9)
    b_precision, b_recall = precise / n, whole / n
    return {
        "precision": precision, "recall": recall, "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "b3": 2 * b_precision * b_recall / (b_precision + b_recall),
    }  # fmt: skip


def trigram_labels(train_case: Case, case: Case, column: str) -> np.ndarray:
    """Character-trigram TF-IDF, linked from the cosine that is best on the training file, joined in components."""
    pairs = trigram_pairs(train_case.frame[column].to_list())
    truth = train_case.frame["truth"].rank("dense").to_numpy()
    cuts = np.arange(0.3, 0.9, 0.02)
    best = max(cuts, key=lambda cut: scores(joined(len(truth), pairs, cut), truth)["f1"])
    return joined(case.frame.height, trigram_pairs(case.frame[column].to_list()), best)


def trigram_pairs(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from scipy import sparse

    ids: dict[str, int] = {}
    rows, cols = [], []
    for at, text in enumerate(texts):
        padded = f" {text.lower()} "
        for start in range(len(padded) - 2):
            rows.append(at)
            cols.append(ids.setdefault(padded[start : start + 3], len(ids)))
    counts = sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(texts), len(ids)))
    idf = np.log((1 + len(texts)) / (1 + np.asarray((counts > 0).sum(axis=0)).ravel())) + 1
    weighted = counts.multiply(idf).tocsr()
    norm = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    unit = sparse.diags(1 / np.maximum(norm, 1e-9)) @ weighted
    found = [[], [], []]
    for start in range(0, len(texts), 500):
        block = (unit[start : start + 500] @ unit.T).tocoo()
        keep = (block.data >= 0.3) & (block.row + start < block.col)
        for part, values in zip(
            found, (block.row[keep] + start, block.col[keep], block.data[keep]), strict=True
        ):
            part.append(values)
    return tuple(np.concatenate(part) for part in found)


def joined(size: int, pairs: tuple[np.ndarray, np.ndarray, np.ndarray], cut: float) -> np.ndarray:
    """The better of the two usual ways to use scored pairs is components; pairs alone are no clusters."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    left, right, score = pairs
    keep = score >= cut
    graph = coo_matrix((np.ones(keep.sum()), (left[keep], right[keep])), shape=(size, size))
    return connected_components(graph, directed=False)[1]


def trigram_pair_f1(case: Case, column: str) -> float:
    """Pairwise F1 of single trigram pairs at the cut that is best on the answers themselves: an upper bound."""
    left, right, score = trigram_pairs(case.frame[column].to_list())
    truth = case.frame["truth"].rank("dense").to_numpy()
    sizes = np.unique(truth, return_counts=True)[1]
    order = np.argsort(-score)
    hits = np.cumsum((truth[left] == truth[right])[order])
    return float((2 * hits / (np.arange(1, order.size + 1) + (sizes * (sizes - 1) / 2).sum())).max())


GOALS = {
    "er_chicago_sites": 0.93,
    "er_restaurants": 0.95,
    "er_febrl 3": 0.97,
    "er_febrl 4 (link)": 0.97,
    "er_dblp_acm (link)": 0.97,
}
CASES = {
    "er_chicago_sites": chicago,
    "er_restaurants": restaurants,
    "er_febrl 1": lambda: febrl("dataset1"),
    "er_febrl 2": lambda: febrl("dataset2"),
    "er_febrl 3": lambda: febrl("dataset3"),
    "er_febrl 4 (link)": lambda: febrl("dataset4a", "dataset4b"),
    "er_dblp_acm (link)": dblp_acm,
    "er_splink fake_1000": fake_1000,
    "er_splink historical_50k": historical,
}


def main() -> None:
    result: dict[str, object] = {"machine": quiet()}
    print(f"{'set':34} {'F1':>6} {'interval':>17} {'P':>6} {'R':>6} {'B3':>6} {'CPU s':>6}  goal")
    for name, make in CASES.items():
        if not DATA.exists():
            print(f"{name}: skipped, no evaluation data beside the repository")
            continue
        case = make()
        result[name] = show(name, ours(case), case, GOALS.get(name))
        held = half(case, even=False)
        result[f"{name}, held-back half"] = show("  held-back half", ours(held), held, GOALS.get(name))
        if "splink" in name:
            for cut, labels in splink_models.labels(case.frame, name.split()[1]).items():
                result[f"{name}, Splink {cut}"] = show(
                    f"  Splink's own model, {cut}", (labels, {}), case, None
                )
    if DATA.exists():
        case, known = affiliations("test"), affiliations("train")
        baseline = trigram_labels(known, case, "affiliation")
        result["er_org_affiliations, trigram clusters"] = show(
            "  trigram clusters, cut from training", (baseline, {}), case, None
        )
        bound = trigram_pair_f1(case, "affiliation")
        print(f"{'  trigram pairs, best cut on the answers':34} {bound:6.3f}")
        result["er_org_affiliations, trigram pairs"] = bound
        result["er_org_affiliations"] = show(
            "er_org_affiliations", ours(case, known), case, round(bound + 0.1, 3)
        )
    case = simulated()
    result["simulator"] = show("simulator, 8 % duplicates", ours(case), case, None)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def show(name: str, found: tuple[np.ndarray, dict], case: Case, goal: float | None) -> dict:
    labels, cost = found
    said = scores(labels, case.frame["truth"].rank("dense").to_numpy())
    low, high = said["f1_interval"]
    print(
        f"{name:34} {said['f1']:6.3f} {low:8.3f} to {high:5.3f} {said['precision']:6.3f} {said['recall']:6.3f} "
        f"{said['b3']:6.3f} {cost.get('cpu', 0):6.1f}  {goal or ''}", flush=True,
    )  # fmt: skip
    return {**said, **cost, "goal": goal}


if __name__ == "__main__":
    main()
