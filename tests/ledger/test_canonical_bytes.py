"""One value has one byte string, whether it comes as a Python value or as a row of a frame."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_frames import frames
from plumbline.domain.errors import LedgerError
from plumbline.ledger.canonical import canonical, canonical_rows


@given(frames())
def test_rows_of_a_frame_have_the_same_bytes_as_the_values_they_hold(frame: pl.DataFrame) -> None:
    rows = [row.encode() for row in canonical_rows(frame)]
    assert rows == [canonical(row) for row in frame.to_dicts()]


@given(frames(), st.randoms(use_true_random=False))
def test_the_order_of_columns_changes_no_byte(frame: pl.DataFrame, random) -> None:
    shuffled = frame.columns
    random.shuffle(shuffled)
    assert canonical_rows(frame[shuffled]).to_list() == canonical_rows(frame).to_list()


@given(frames())
def test_the_bytes_say_the_whole_value(frame: pl.DataFrame) -> None:
    assert [json.loads(row) for row in canonical_rows(frame)] == frame.to_dicts()


def test_an_encoder_that_escapes_would_be_noticed() -> None:
    """Negative control: the parity above tells apart writers that differ only in an escape."""
    frame = pl.DataFrame({"name": ["Söhne"]})
    escaped = json.dumps(frame.to_dicts()[0], separators=(",", ":"))
    assert canonical_rows(frame).item() != escaped


def test_the_width_of_an_integer_changes_no_byte() -> None:
    narrow = pl.DataFrame({"points": pl.Series([-7, 12], dtype=pl.Int8)})
    wide = narrow.cast(pl.Int64)
    assert (
        canonical_rows(narrow).to_list()
        == canonical_rows(wide).to_list()
        == ['{"points":-7}', '{"points":12}']
    )


def test_a_frame_of_two_thousand_columns_has_canonical_rows() -> None:
    frame = pl.DataFrame({f"extra.c{i}": [str(i)] for i in range(2000)})
    assert canonical_rows(frame).item().encode() == canonical(frame.to_dicts()[0])


def test_a_frame_without_rows_has_no_rows() -> None:
    assert canonical_rows(pl.DataFrame({"a": []}, schema={"a": pl.String})).to_list() == []


@pytest.mark.parametrize("value", [0.5, math.nan, {"a": [1, 2.0]}])
def test_a_float_is_refused_and_named(value: object) -> None:
    with pytest.raises(LedgerError, match=r"is the float"):
        canonical(value)


@pytest.mark.parametrize("value", [{1: "x"}, {None: 1}, b"bytes", Decimal(1), {"a": {1, 2}}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(LedgerError):
        canonical(value)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(LedgerError, match="surrogate"):
        canonical({"name": "\ud800"})


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Date, pl.Binary, pl.List(pl.Float32), pl.Categorical])
def test_a_column_without_canonical_form_is_refused_by_name(dtype: pl.DataType) -> None:
    frame = pl.DataFrame({"ok": ["x"], "odd": pl.Series([None], dtype=dtype)})
    with pytest.raises(LedgerError, match="'odd'"):
        canonical_rows(frame)


def test_a_row_without_columns_is_refused() -> None:
    with pytest.raises(LedgerError, match="nothing to record"):
        canonical_rows(pl.DataFrame())
