"""Records in batches: ids that stay, clusters that are never taken apart, and the clusters of one run."""

from __future__ import annotations

from itertools import chain, count, pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.identity.artefact import model_hash
from plumbline.identity.columns import Column, ColumnType
from plumbline.library.duplicates import join
from plumbline.library.records import Records
from plumbline.linking.find import train
from plumbline.store.links import LinkStore, Said
from plumbline.triage.report import no_issues

COLUMNS = (
    Column("name", ColumnType.PERSON),
    Column("email", ColumnType.EMAIL),
    Column("company", ColumnType.ORGANISATION),
)
GIVEN = ["Ann", "Bob", "Carla", "Dora", "Emil", "Frank", "Gina", "Hans"]
SURNAMES = [
    "Anderson",
    "Belberg",
    "Corman",
    "Dunville",
    "Eckford",
    "Falton",
    "Gorwick",
    "Holdale",
    "Ingstein",
]
COPIES = 3


def world() -> list[tuple[str, str, str, str]]:
    """People without conflict: three records of every ninth, one of the others; ids begin with the person."""
    people = []
    for at, (first, last) in enumerate((f, s) for f in GIVEN for s in SURNAMES):
        firm = f"{SURNAMES[at % 9]}{GIVEN[at // 9]}"
        mail = f"{first}.{last}@{firm.lower()}.example"
        people += [
            (f"P{at}-{copy}", f"{first} {last}", mail, name)
            for copy, name in enumerate((f"{firm} Ltd", firm.upper(), firm)[: COPIES if at % 9 == 0 else 1])
        ]
    return people


WORLD = world()
DOUBLED = [row for row, person in enumerate(WORLD) if any(p[0] == person[0][:-1] + "1" for p in WORLD)]


def records(rows) -> Records:
    chosen = [WORLD[row] for row in rows]
    frame = pl.DataFrame(chosen, schema=["id", *(one.name for one in COLUMNS)], orient="row")
    return Records(frame.drop("id"), tuple(frame["id"]), COLUMNS, no_issues())


@pytest.fixture(scope="module")
def model():
    return train(records(range(len(WORLD))).frame, COLUMNS)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder, number = tmp_path_factory.mktemp("links"), count()
    return lambda: folder / f"{next(number)}.db"


def said(model) -> Said:
    return Said("plumbline", "2026-01-01T00:00:00+00:00", "found", model_hash(model))


def arrive(place, model, batches):
    """Clusters of the store after each batch; a batch is an export, which holds the earlier records too."""
    pictures, here = [], []
    with LinkStore(place) as store:
        for batch in batches:
            here = [*here, *batch]
            join(records(here), model, store, said(model))
            pictures.append(store.clusters())
    return pictures


def ids_stay(earlier, later) -> bool:
    """Whether every cluster still has its records, under its id or in the one it was joined to."""
    of = {record: key for key, rows in later.items() for record in rows}
    homes = {key: {of[record] for record in rows} for key, rows in earlier.items()}
    kept = {key for key, found in homes.items() if found == {key}}
    joined = {key for key, found in homes.items() if len(found) == 1 and next(iter(found)) in earlier}
    return kept | joined == earlier.keys()


def as_sets(clusters):
    return {frozenset(rows) for rows in clusters.values()}


@st.composite
def arrivals(draw):
    """The whole world in one to four batches, in any order; a batch holds two records at least."""
    order = draw(st.permutations(DOUBLED))
    rest = [row for row in range(len(WORLD)) if row not in set(DOUBLED)]
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=3)))
    parts = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return [[*rest, *parts[0]], *parts[1:]]


@settings(deadline=None, max_examples=12)
@given(arrivals())
def test_batches_in_any_order_give_the_clusters_of_one_run_and_ids_stay(model, places, batches):
    pictures = arrive(places(), model, batches)
    (whole,) = arrive(places(), model, [list(chain(*batches))])
    assert as_sets(pictures[-1]) == as_sets(whole)
    assert {len(rows) for rows in pictures[-1].values()} == {1, COPIES}
    assert all(ids_stay(earlier, later) for earlier, later in pairwise(pictures))


def test_the_check_of_ids_notices_a_rerun_that_starts_anew(model, places):
    """Negative control: what a tool without memory does."""
    rest = [row for row in range(len(WORLD)) if row not in set(DOUBLED)]
    (first,) = arrive(places(), model, [[*rest, *DOUBLED[1:]]])
    (anew,) = arrive(places(), model, [[*DOUBLED, *rest]])
    assert as_sets(first) != as_sets(anew)
    assert not ids_stay(first, {f"other {key}": rows for key, rows in anew.items()})
    apart = {f"{key} {record}": [record] for key, rows in first.items() for record in rows}
    assert not ids_stay(first, apart | {key: [] for key in first})


def test_the_same_export_twice_changes_nothing(model, places):
    place = places()
    everybody = list(range(len(WORLD)))
    before, after = arrive(place, model, [everybody, []])
    assert before == after
    with LinkStore(place) as store:
        assert {len(store.history(person[0])) for person in WORLD} == {1}


def test_another_model_takes_all_pairs_anew_and_takes_nothing_apart(model, places):
    everybody = records(range(len(WORLD)))
    with LinkStore(places()) as store:
        join(everybody, model, store, said(model))
        before = store.clusters()
        lone = [rows[0] for rows in before.values() if len(rows) == 1][:2]
        store.merge(*lone, said(model))
        merged = store.clusters()
        other = Said("plumbline", "2026-01-02T00:00:00+00:00", "found", "another")
        done = join(everybody, model, store, other)
        assert (done.whole, done.fresh) == (True, 0)
        assert store.clusters() == merged != before


def test_a_question_that_was_answered_is_not_asked_again(model, places):
    """Cut-offs so high that links become questions."""
    from dataclasses import replace

    from plumbline.identity.model import CutOffs

    strict = replace(model, cut_offs=CutOffs(link=100_000, ask=0))
    everybody = records(range(len(WORLD)))
    with LinkStore(places()) as store:
        asked = join(everybody, strict, store, said(strict)).questions
        assert asked.height
        one, two, _ = asked.row(0)
        store.answer(one, two, same=False, said=said(strict))
        left = join(everybody, strict, store, said(strict), again=True).questions
        assert left.rows() == asked.rows()[1:]
        store.answer(one, two, same=True, said=said(strict))
        join(everybody, strict, store, said(strict))
        assert store.cluster_of(one) == store.cluster_of(two)


def test_a_new_record_never_joins_where_somebody_said_it_does_not_belong(model, places):
    everybody = list(range(len(WORLD)))
    new = DOUBLED[0]
    others = [person[0] for person in WORLD if person[0].startswith("P0-") and person[0] != WORLD[new][0]]
    with LinkStore(places()) as store:
        join(records([row for row in everybody if row != new]), model, store, said(model))
        store.answer(WORLD[new][0], others[0], same=False, said=said(model))
        join(records(everybody), model, store, said(model))
        assert store.members(store.cluster_of(WORLD[new][0])) == [WORLD[new][0]]
        assert store.members(store.cluster_of(others[0])) == others
