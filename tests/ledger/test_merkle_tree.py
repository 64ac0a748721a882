"""One root commits to every row, in order; a proof shows one row without the others."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_ledger import salt
from plumbline.ledger import merkle

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there: split at the largest power of two below the count."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + by_the_book(leaves[:split]) + by_the_book(leaves[split:])).digest()


@given(LEAVES)
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == by_the_book(leaves)


def test_the_root_of_the_published_test_vectors() -> None:
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    leaves = [merkle.leaf(b"", bytes.fromhex(text)) for text in inputs]
    known = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {count: merkle.root(leaves[:count]).hex() for count in known} == known


@given(LEAVES, st.data())
def test_every_leaf_has_a_proof(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert merkle.check(merkle.proof(leaves, index), merkle.root(leaves))


@given(LEAVES, st.data())
def test_a_proof_shows_no_other_leaf_place_or_size(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    shown, root = merkle.proof(leaves, index), merkle.root(leaves)
    wrong = [
        replace(shown, leaf=sha256(shown.leaf).digest()),
        replace(shown, path=(*shown.path, shown.leaf)),
        replace(shown, index=shown.size),
        replace(shown, index=-1),
    ]
    if shown.path:
        wrong += [replace(shown, path=shown.path[:-1]), replace(shown, path=(*shown.path[::-1], b""))]
    assert not any(merkle.check(proof, root) for proof in wrong)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=40, unique=True), st.data())
def test_changing_exchanging_or_dropping_a_leaf_changes_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    a, b = data.draw(st.lists(st.integers(0, len(leaves) - 1), min_size=2, max_size=2, unique=True))
    exchanged = leaves.copy()
    exchanged[a], exchanged[b] = leaves[b], leaves[a]
    changed = [*leaves[:a], sha256(leaves[a]).digest(), *leaves[a + 1 :]]
    roots = {merkle.root(tree) for tree in (leaves, exchanged, changed, leaves[:-1], [*leaves, leaves[-1]])}
    assert len(roots) == 5


def test_a_node_cannot_pose_as_a_row() -> None:
    leaves = [merkle.leaf(salt(n), b"row") for n in range(2)]
    assert merkle.leaf(b"", leaves[0] + leaves[1]) != merkle.root(leaves)


def test_without_marks_a_node_could_pose_as_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the test above."""
    monkeypatch.setattr(merkle, "_LEAF", b"")
    monkeypatch.setattr(merkle, "_NODE", b"")
    leaves = [merkle.leaf(salt(n), b"row") for n in range(2)]
    assert merkle.leaf(b"", leaves[0] + leaves[1]) == merkle.root(leaves)


@given(st.lists(st.text(), max_size=30))
def test_leaves_of_columns_are_the_leaves_of_their_rows(rows: list[str]) -> None:
    salts = [salt(n) for n in range(len(rows))]
    packed = [row.encode() for row in rows]
    single = [merkle.leaf(s, row) for s, row in zip(salts, packed, strict=True)]
    assert merkle.row_leaves(pl.Series(salts, dtype=pl.Binary), packed) == single


def test_leaves_are_the_same_across_the_chunks_they_are_made_in() -> None:
    rows = [b"row %d" % n for n in range(2500)]
    salts = [salt(n) for n in range(2500)]
    leaves = merkle.row_leaves(pl.Series(salts, dtype=pl.Binary), rows)
    assert leaves == [merkle.leaf(s, row) for s, row in zip(salts, rows, strict=True)]


def test_there_is_no_proof_for_a_leaf_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.proof([salt(1)], 1)
