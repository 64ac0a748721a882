"""Which pairs are brought together: the same as by looking at every pair."""

from __future__ import annotations

from itertools import combinations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from plumbline.identity.blocking import blocks_of, pairs_of

#: Per record one key of each of three columns; keys of one column are never keys of another.
RECORDS = st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=2, max_size=40)


def keys(records) -> pl.DataFrame:
    rows = [
        (row, column, 10 * column + value)
        for row, record in enumerate(records)
        for column, value in enumerate(record)
    ]
    schema = {"row": pl.UInt32, "column": pl.Int16, "key": pl.UInt64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def by_hand(records, largest):
    """Pairs that share a key of few records, or two keys of different columns that few records share."""

    def rows(*columns_and_values):
        return [
            row
            for row, one in enumerate(records)
            if all(one[at] == value for at, value in columns_and_values)
        ]

    found = set()
    for one, two in combinations(range(len(records)), 2):
        shared = [(at, a) for at, (a, b) in enumerate(zip(records[one], records[two], strict=True)) if a == b]
        frequent = [key for key in shared if len(rows(key)) > largest]
        if len(frequent) < len(shared) or any(
            len(rows(*both)) <= largest for both in combinations(frequent, 2)
        ):
            found.add((one, two))
    return found


def blocked(records, largest):
    blocks = blocks_of(keys(records), rows=len(records), per_row=1e9, largest=largest)
    return blocks, set(pairs_of(blocks.members).iter_rows())


@given(RECORDS, st.integers(4, 9))
def test_blocks_bring_together_what_a_look_at_every_pair_does(records, largest):
    blocks, pairs = blocked(records, largest)
    assert pairs == by_hand(records, blocks.largest)
    assert blocks.pairs >= len(pairs)


def test_a_look_at_single_keys_alone_would_find_less():
    records = [(row % 2, row % 3, 0) for row in range(24)]
    _, pairs = blocked(records, 4)
    assert pairs
    assert not {
        pair
        for pair in pairs
        if any(sum(one[at] == records[pair[0]][at] for one in records) <= 4 for at in range(3))
    }


def test_nothing_shared_is_nothing_to_compare():
    blocks, pairs = blocked([(0, 1, 2), (3, 0, 1)], 4)
    assert (pairs, blocks.pairs, blocks.skipped_keys, blocks.skipped_pairs) == (set(), 0, 0, 0)
