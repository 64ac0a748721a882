"""What a batch of decisions is committed to: one byte string per row, readable without Plumbline."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers_frames import TEXT, frames
from helpers_packed import packed
from plumbline.domain.errors import LedgerError
from plumbline.ledger import packed as module
from plumbline.ledger.packed import kinds_of, packed_rows


def rows(frame: pl.DataFrame) -> list[bytes]:
    return list(packed_rows(frame))


@given(frames())
def test_rows_of_a_frame_have_the_bytes_that_the_reference_writes_value_by_value(frame: pl.DataFrame) -> None:
    kinds = kinds_of(frame.schema)
    assert rows(frame) == [packed(row, kinds) for row in frame.to_dicts()]


@given(frames(), st.randoms(use_true_random=False))
def test_the_order_of_columns_changes_no_byte(frame: pl.DataFrame, random) -> None:
    names = frame.columns
    random.shuffle(names)
    assert rows(frame[names]) == rows(frame)


@given(frames(), frames())
def test_different_rows_have_different_bytes(one: pl.DataFrame, other: pl.DataFrame) -> None:
    first, second = one.head(1), other.head(1)
    assume(kinds_of(first.schema) != kinds_of(second.schema) or first.to_dicts() != second.to_dicts())
    assert rows(first) != rows(second)


@given(TEXT, TEXT)
def test_text_cannot_move_from_one_column_to_the_next(first: str, second: str) -> None:
    assume(second)
    frame = pl.DataFrame({"a": [first, first + second], "b": [second, ""]})
    assert len(set(rows(frame))) == 2


def test_without_lengths_it_could(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the test above."""
    monkeypatch.setattr(module, "_number", lambda name, _: pl.lit(0, pl.Int64).alias(name))
    frame = pl.DataFrame({"a": ["x", "xy"], "b": ["y", ""]})
    assert len(set(rows(frame))) == 1


def test_nothing_is_not_the_empty_text() -> None:
    assert len(set(rows(pl.DataFrame({"a": ["", None]})))) == 2


def test_a_column_that_changes_its_name_changes_every_row() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert not set(rows(frame)) & set(rows(frame.rename({"a": "c"})))


def test_a_flag_is_not_a_number() -> None:
    assert rows(pl.DataFrame({"a": [True]})) != rows(pl.DataFrame({"a": [1]}))


def test_the_width_of_an_integer_changes_no_byte() -> None:
    narrow = pl.DataFrame({"points": pl.Series([-7, 12], dtype=pl.Int8)})
    assert rows(narrow) == rows(narrow.cast(pl.Int64))


def test_rows_are_the_same_across_the_chunks_they_are_made_in(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"n": range(10), "t": [f"row {n}" for n in range(10)]})
    whole = rows(frame)
    monkeypatch.setattr(module, "_CHUNK", 3)
    assert rows(frame) == whole


def test_a_frame_without_rows_has_no_rows() -> None:
    assert rows(pl.DataFrame(schema={"a": pl.String})) == []


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Date, pl.Binary, pl.List(pl.Float32), pl.Categorical])
def test_a_column_of_another_type_is_refused_by_name(dtype: pl.DataType) -> None:
    frame = pl.DataFrame({"ok": ["x"], "odd": pl.Series([None], dtype=dtype)})
    with pytest.raises(LedgerError, match="'odd'"):
        rows(frame)


@pytest.mark.parametrize(("value", "dtype"), [(2**63, pl.UInt64), (-(2**63), pl.Int64)])
def test_a_number_that_has_no_bytes_of_its_own_is_refused(value: int, dtype: pl.DataType) -> None:
    with pytest.raises(LedgerError, match="cannot be recorded"):
        rows(pl.DataFrame({"n": pl.Series([value], dtype=dtype)}))
