"""A batch of decisions under one root: any changed row is named, erased rows keep the root true."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers_ledger import decisions, email, salt
from helpers_packed import packed
from plumbline.domain.errors import LedgerError
from plumbline.ledger import merkle, parts
from plumbline.ledger.packed import kinds_of, packed_rows
from plumbline.ledger.parts import (
    CHECK,
    LEAD,
    LEAF,
    SALT,
    check_part,
    erase_rows,
    row_ref,
    rows_by_part,
    seal_part,
)
from plumbline.ledger.verify import Broken, Flaw


def salts(count: int) -> pl.Series:
    return pl.Series([salt(n)[:16] for n in range(count)], dtype=pl.Binary)


def sealed(count: int) -> tuple[pl.DataFrame, parts.PartFact]:
    return seal_part(0, decisions(count), salts(count))


def changed(part: pl.DataFrame, row: int, column: str, value: object) -> pl.DataFrame:
    series = part.get_column(column).to_list()
    series[row - 1] = value
    return part.with_columns(pl.Series(column, series, dtype=part.schema[column]))


def test_a_part_keeps_what_was_decided_and_counts_it() -> None:
    frame = decisions(10)
    part, fact = seal_part(3, frame, salts(10))
    assert part.drop(parts.OWN).equals(frame)
    assert (fact.rows, fact.routes) == (10, {"queue": 8, "review": 2})


def test_a_leaf_is_the_salted_hash_of_the_whole_row() -> None:
    part, _ = sealed(9)
    rows = decisions(9).to_dicts()
    kinds = kinds_of(decisions(9).schema)
    assert parts.leaves(part) == [merkle.leaf(salt(n)[:16], packed(row, kinds)) for n, row in enumerate(rows)]


def test_a_check_is_the_beginning_of_its_leaf_before_and_after_erasing() -> None:
    part, _ = sealed(9)
    checks = [int.from_bytes(leaf[:4], "big") for leaf in parts.leaves(part)]
    assert part.get_column(CHECK).to_list() == checks
    assert erase_rows(part, {2, 9}).get_column(CHECK).to_list() == checks


def test_a_part_without_routes_counts_none() -> None:
    _, fact = seal_part(0, decisions(3).drop("route"), salts(3))
    assert fact.routes == {}


def test_rows_are_told_apart_by_their_run_and_part() -> None:
    refs = [row_ref("a.1", 0, 4), row_ref("a.1", 12, 1), row_ref("a.1", 0, 7), row_ref("a.10", 0, 5), "f00d"]
    assert refs[0] == "a.1/0#4"
    assert rows_by_part("a.1", refs) == {0: {4, 7}, 12: {1}}


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_an_untouched_part_verifies(count: int) -> None:
    part, fact = sealed(count)
    assert check_part(part, fact, set()) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("points", 99),
        ("points", None),
        ("route", "nurture"),
        ("in.contact.email", "other@example.com"),
        ("missing", ["employees", "budget"]),
        ("missing", None),
        ("disqualify", None),
        (LEAD, "L999"),
        (SALT, salt(999)[:16]),
        (CHECK, 7),
    ],
)
def test_a_changed_value_is_found_and_its_row_is_named(column: str, value: object) -> None:
    part, fact = sealed(20)
    broken = check_part(changed(part, 13, column, value), fact, set())
    message = "Row 13 of part-00000.parquet is not the one that was recorded."
    assert broken == Broken(0, Flaw.ROW, message)


def test_rows_changed_together_with_their_checks_are_found_by_the_root() -> None:
    part, fact = sealed(20)
    forged, _ = seal_part(0, changed(part, 13, "points", 99).drop(parts.OWN), part.get_column(SALT))
    assert check_part(forged, fact, set()).flaw is Flaw.ROOT


def test_without_the_root_such_a_forgery_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the check column alone is no proof, the root in the ledger is."""
    part, fact = sealed(20)
    forged, _ = seal_part(0, changed(part, 13, "points", 99).drop(parts.OWN), part.get_column(SALT))
    monkeypatch.setattr(merkle, "root", lambda leaves: bytes.fromhex(fact.root))
    assert check_part(forged, fact, set()) is None


@pytest.mark.parametrize(
    "attack",
    [
        lambda part: part.slice(1),
        lambda part: part.reverse(),
        lambda part: pl.concat([part, part.tail(1)]),
        lambda part: part.drop("points"),
        lambda part: part.with_columns(extra=pl.lit("x")),
        lambda part: part.rename({"points": "score"}),
    ],
    ids=["dropped row", "reversed", "doubled row", "dropped column", "added column", "renamed column"],
)
def test_rows_or_columns_added_moved_or_dropped_are_found(attack) -> None:
    part, fact = sealed(20)
    assert check_part(attack(part), fact, set()).flaw in {Flaw.ROW, Flaw.ROOT}


@pytest.mark.parametrize("column", [LEAD, *parts.OWN])
def test_a_part_without_its_own_columns_is_said_to_be_unreadable(column: str) -> None:
    part, fact = sealed(3)
    assert check_part(part.drop(column), fact, set()).flaw is Flaw.UNREADABLE_PART


def test_too_few_rows_are_counted() -> None:
    part, fact = sealed(20)
    message = "part-00000.parquet holds 19 rows, the ledger says 20."
    assert check_part(part.head(19), fact, set()) == Broken(0, Flaw.ROOT, message)


def test_a_column_turned_into_floats_is_said_to_be_unreadable() -> None:
    part, fact = sealed(3)
    broken = check_part(part.with_columns(pl.col("points").cast(pl.Float64)), fact, set())
    assert broken.flaw is Flaw.UNREADABLE_PART
    assert "'points'" in broken.message


@settings(max_examples=30)
@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
def test_erased_rows_keep_the_root_and_nothing_else(first: set[int], then: set[int]) -> None:
    part, fact = sealed(40)
    once = erase_rows(part, first)
    twice = erase_rows(once, first | then)
    assert check_part(once, fact, first) is None
    assert check_part(twice, fact, first | then) is None
    assert erase_rows(part, first | then).equals(twice)
    empty = twice.filter(pl.col(LEAF).is_not_null()).drop(CHECK, LEAF)
    assert empty.height == len(first | then)
    assert all(column.is_null().all() for column in empty)
    assert twice.filter(pl.col(LEAF).is_null()).equals(
        part.filter(pl.Series([n + 1 not in first | then for n in range(40)]))
    )


def test_a_row_emptied_without_a_tombstone_is_found() -> None:
    part, fact = sealed(20)
    assert check_part(erase_rows(part, {4, 9}), fact, {9}).flaw is Flaw.MISSING_BODY
    by_hand = part.with_columns(
        pl.when(pl.col(LEAD) != "L3").then(pl.exclude(CHECK, LEAF)).name.keep(),
    )
    assert check_part(by_hand, fact, set()).message.startswith("Row 4 ")


def test_a_row_that_is_there_in_spite_of_its_tombstone_is_found() -> None:
    part, fact = sealed(20)
    message = "Row 9 of part-00000.parquet has a tombstone and is still there."
    assert check_part(part, fact, {9}) == Broken(0, Flaw.RESURRECTED, message)
    half = changed(erase_rows(part, {9}), 9, "in.contact.email", email(8))
    assert check_part(half, fact, {9}).flaw is Flaw.RESURRECTED


def test_an_exchanged_leaf_of_an_erased_row_is_found() -> None:
    part, fact = sealed(20)
    erased = erase_rows(part, {4})
    forged = changed(erased, 4, LEAF, salt(1))
    assert check_part(forged, fact, {4}).flaw is Flaw.ROW
    check = int.from_bytes(salt(1)[:4], "big")
    assert check_part(changed(forged, 4, CHECK, check), fact, {4}).flaw is Flaw.ROOT


def test_nobody_can_be_guessed_back_from_an_erased_part() -> None:
    part, _ = sealed(1000)
    kept = set(erase_rows(part, set(range(1, 1001))).get_column(LEAF))
    rows = list(packed_rows(decisions(1000)))
    assert len(kept) == 1000
    assert kept & {merkle.leaf(guess, row) for row in rows for guess in (b"", b"\0" * 16)} == set()


def test_without_salts_everybody_could_be_guessed_back() -> None:
    """Negative control of the test above."""
    part, _ = seal_part(0, decisions(100), pl.Series([b"\0" * 16] * 100, dtype=pl.Binary))
    kept = set(erase_rows(part, set(range(1, 101))).get_column(LEAF))
    assert kept == {merkle.leaf(b"\0" * 16, row) for row in packed_rows(decisions(100))}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"id": ["x"]}), "lead.id"),
        (pl.DataFrame({LEAD: [None]}, schema={LEAD: pl.String}), "lead.id"),
        (pl.DataFrame({LEAD: ["x"], SALT: ["y"]}), "belongs to the ledger"),
        (pl.DataFrame({LEAD: ["x", "y"]}), "salt of its own"),
    ],
)
def test_a_batch_that_cannot_be_committed_to_is_refused(frame: pl.DataFrame, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        seal_part(0, frame, salts(1))
