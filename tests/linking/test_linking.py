"""Bulk and single paths give one answer; what is found on simulated records is what was planted."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from helpers_identity import COLUMNS, PEOPLE, frame, written_model
from plumbline.identity.blocking import blocks_of, keys_of, pairs_of
from plumbline.identity.clusters import Answers
from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.fit import best_cut
from plumbline.identity.parts import derive
from plumbline.identity.weigh import weigh
from plumbline.linking.chance import random_pairs
from plumbline.linking.compare import compare
from plumbline.linking.find import find, train, weigh_pairs
from plumbline.linking.lookup import Lookup
from plumbline.linking.splink_settings import splink_settings

TYPES = (
    Column("name", ColumnType.PERSON),
    Column("email", ColumnType.EMAIL),
    Column("company", ColumnType.ORGANISATION),
    Column("city", ColumnType.CATEGORY),
)
GIVEN = [
    "Ann",
    "Bob",
    "Carla",
    "Dora",
    "Emil",
    "Frank",
    "Gina",
    "Hans",
    "Ines",
    "Jon",
    "Karl",
    "Lea",
    "Mona",
    "Nils",
]
ENDS = ["son", "berg", "man", "ville", "ford", "ton", "wick", "dale", "stein", "holt"]
MIDDLES = ["a", "el", "in", "os", "ur", "am", "ev", "it"]
STARTS = [
    "Ander",
    "Bel",
    "Cor",
    "Dun",
    "Eck",
    "Fal",
    "Gor",
    "Hol",
    "Ing",
    "Jar",
    "Kel",
    "Lor",
    "Mor",
    "Nor",
    "Os",
]


def crowd(people: int = 700, seed: int = 5) -> pl.DataFrame:
    """People of companies; one in eight twice: with a typo, without a company, or from a private address."""
    lot = np.random.default_rng(seed)
    rows = []
    for at in range(people):
        first, last = lot.choice(GIVEN), lot.choice(STARTS) + lot.choice(MIDDLES) + lot.choice(ENDS)
        place = int(lot.integers(0, people // 4))
        firm = f"{STARTS[place % 15]}{ENDS[place // 15 % 10]}ex{place} Ltd"
        mail = f"{first}.{last}@{firm.split(maxsplit=1)[0]}.example".lower()
        rows.append((f"{first} {last}", mail, firm, f"Town{place % 20}", at))
        kind = lot.integers(0, 24)
        if kind == 0:
            rows.append((f"{first} {last[:3]}{last[4:]}", mail, firm, f"Town{place % 20}", at))
        elif kind == 1:
            rows.append((f"{last}, {first}", mail, None, None, at))
        elif kind == 2:
            rows.append((f"{first} {last}", f"{first}_{last}7@gmail.com".lower(), firm.upper(), None, at))
    names = ("name", "email", "company", "city", "truth")
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("truth").cast(pl.String))


@pytest.fixture(scope="module")
def data():
    return crowd()


@pytest.fixture(scope="module")
def model(data):
    return train(data, TYPES)


def test_duckdb_and_the_pure_evaluator_weigh_every_pair_alike():
    records = frame()
    written = written_model(records)
    parts = derive(records, COLUMNS, written.vocabularies)
    rows = parts.to_dicts()
    pairs = list(combinations(range(len(rows)), 2))
    table = pl.DataFrame(pairs, schema={"left": pl.UInt32, "right": pl.UInt32}, orient="row")
    bulk = {(a, b): w for a, b, w in weigh_pairs(parts, table, written).iter_rows()}
    assert bulk == {(a, b): weigh(written, rows[a], rows[b]).weight for a, b in pairs}


def test_duckdb_and_the_pure_evaluator_agree_on_a_trained_model(data, model):
    parts = derive(data, model.columns, model.vocabularies)
    rows = parts.to_dicts()
    pairs = random_pairs(data.height, 3_000)
    near = pairs_of(blocks_of(keys_of(parts, TYPES), rows=data.height).members).head(3_000)
    table = pl.concat([pairs, near]).unique()
    for left, right, weight in weigh_pairs(parts, table, model).iter_rows():
        assert weigh(model, rows[left], rows[right]).weight == weight


def test_splink_gives_every_level_the_weight_that_we_give_it(data, model):
    splink = pytest.importorskip("splink")
    parts = derive(data, model.columns, model.vocabularies).with_row_index("unique_id")
    pairs = random_pairs(data.height, 200)
    linker = splink.Linker(splink.DuckDBAPI().register(parts.to_arrow()), splink_settings(model))
    asked = zip(pairs["left"].to_list(), pairs["right"].to_list(), strict=True)
    rows = parts.to_dicts()
    found = compare(parts.drop("unique_id"), pairs, model.columns, model.comparisons)
    levels = {(row["left"], row["right"]): row for row in found.to_dicts()}
    for at, (left, right) in enumerate(asked):
        if at >= 25:
            break
        table = linker.inference.score_pair(rows[left], rows[right])
        said = pl.DataFrame(table.as_duckdbpyrelation().to_arrow_table()).row(0, named=True)
        ours = model.prior + sum(
            model.weights[one.name][levels[left, right][one.name]]
            for one in model.comparisons
            if levels[left, right][one.name] >= 0
        )
        assert said["match_weight"] * 100 == pytest.approx(ours, abs=0.5 * (len(model.comparisons) + 1))


def labels(found, rows):
    out = np.arange(rows) + rows
    for at, members in enumerate(found.clusters):
        out[members] = at
    return out


def precision_and_recall(found, data):
    truth = data["truth"].to_list()
    linked = {pair for rows in found.clusters for pair in combinations(rows, 2)}
    true = {(a, b) for a, b in combinations(range(len(truth)), 2) if truth[a] == truth[b]}
    return len(linked & true) / len(linked), len(linked & true) / len(true)


def test_planted_duplicates_are_found_and_colleagues_are_not(data, model):
    found = find(data, model)
    precision, recall = precision_and_recall(found, data)
    assert precision >= 0.97
    assert recall >= 0.65
    truth = data["truth"].to_list()
    asked = {(a, b) for a, b, _ in found.questions.iter_rows() if truth[a] == truth[b]}
    linked = {
        pair for rows in found.clusters for pair in combinations(rows, 2) if truth[pair[0]] == truth[pair[1]]
    }
    true = sum(truth[a] == truth[b] for a, b in combinations(range(len(truth)), 2))
    assert len(asked | linked) / true >= 0.9


def test_a_model_that_forgets_what_is_common_is_worse(data, model):
    """The check above can fail: without a prior, colleagues become one."""
    from dataclasses import replace

    loose = replace(model, prior=0)
    assert precision_and_recall(find(data, loose), data)[0] < 0.9


def test_the_same_records_give_the_same_model_and_the_same_clusters(data, model):
    from plumbline.identity.artefact import dump

    again = train(data, TYPES)
    assert dump(again) == dump(model)
    assert find(data, again).clusters == find(data, model).clusters


def test_answers_are_kept_to(data, model):
    found = find(data, model)
    pair = tuple(found.clusters[0][:2])
    apart = find(data, model, answers=Answers(different=frozenset({pair})))
    assert not any(set(pair) <= set(rows) for rows in apart.clusters)
    stranger = (0, data.height - 1)
    joined = find(data, model, answers=Answers(same=frozenset({stranger})))
    assert any(set(stranger) <= set(rows) for rows in joined.clusters)


def test_questions_are_what_neither_weights_nor_clusters_settle(data, model):
    found = find(data, model)
    together = {pair for rows in found.clusters for pair in combinations(rows, 2)}
    for left, right, weight in found.questions.iter_rows():
        assert weight >= model.cut_offs.ask
        assert (left, right) not in together


def test_one_record_is_found_among_the_known_ones(data, model):
    known = Lookup(data, model)
    for row in range(0, data.height, 37):
        matches = known.match(data[row], least=-10_000)
        assert matches[0].row == row or matches[0].weight >= next(m.weight for m in matches if m.row == row)


def test_single_and_bulk_weights_are_the_same(data, model):
    known = Lookup(data, model)
    parts = derive(data, model.columns, model.vocabularies)
    for row in range(0, 200, 23):
        for match in known.match(data[row]):
            pair = pl.DataFrame({"left": [min(row, match.row)], "right": [max(row, match.row)]}).cast(
                pl.UInt32
            )
            if row != match.row:
                assert weigh_pairs(parts, pair, model)["weight"][0] == match.weight


def test_new_records_join_the_clusters_of_a_full_run(data, model):
    full = find(data, model)
    cluster = next(rows for rows in full.clusters if len(rows) == 2)
    newest = cluster[-1]
    rest = data.filter(pl.int_range(pl.len()) != newest)
    known = Lookup(rest, model)
    clusters = [[row] for row in range(rest.height)]
    assert known.join(data[newest], clusters) == [cluster[0]]


def test_a_stranger_joins_nothing(data, model):
    known = Lookup(data, model)
    stranger = pl.DataFrame(
        {"name": ["Zoe Quux"], "email": ["z@q.example"], "company": ["Quux SE"], "city": ["X"]}
    )
    assert known.join(stranger, [[row] for row in range(data.height)]) == []


def test_records_that_came_later_are_found_too(data, model):
    first, later = data.head(500), data.tail(data.height - 500)
    known = Lookup(first, model)
    assert list(known.add(later.head(50))) == list(range(500, 550))
    assert list(known.add(later.tail(later.height - 50))) == list(range(550, data.height))
    assert known.size == data.height
    for row in (3, 510, data.height - 1):
        assert row in [match.row for match in known.match(data[row], least=-10_000)]


def test_keys_that_too_many_share_are_skipped_and_counted():
    rows = 3_000
    same = pl.DataFrame({"name": [f"P{at} Q{at}" for at in range(rows)], "city": ["Town"] * rows})
    columns = (Column("name", ColumnType.PERSON), Column("city", ColumnType.CATEGORY))
    blocks = blocks_of(keys_of(derive(same, columns, {}), columns), rows=rows)
    assert blocks.pairs <= 200 * rows
    assert blocks.largest <= 200


def test_columns_of_one_name_only_can_be_learned_from_answers():
    names = [f"{a} {b} {kind}" for a in STARTS for b in ENDS[:6] for kind in ("Bank", "Bank Ltd")]
    data = pl.DataFrame({"org": names, "truth": [name.removesuffix(" Ltd") for name in names]})
    learned = train(data, (Column("org", ColumnType.ORGANISATION),), truth=data["truth"])
    precision, recall = precision_and_recall(find(data, learned), data)
    assert precision > 0.95
    assert recall > 0.95


def test_a_cut_never_parts_equal_weights():
    weights, hits = np.array([5, 5, 5, 1, 0]), np.array([True, False, True, False, True])
    assert best_cut(weights, hits, 3) in {5, 0}
    assert best_cut(np.array([9, 8, 1]), np.array([True, True, False]), 2) == 8


def test_two_records_are_enough_and_empty_ones_are_never_one():
    empty = frame([PEOPLE[6], PEOPLE[6]])
    model = train(empty, COLUMNS)
    assert find(empty, model).clusters == []
