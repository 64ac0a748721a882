"""Bad columns are refused by name; odd but right ones are taken."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest

from plumbline.domain.bands import Cutoffs
from plumbline.domain.errors import SignalsMismatchError
from plumbline.scorecard import score

if TYPE_CHECKING:
    import helpers_scorecard as slow

GOOD = {"employees": [900.0, None], "email_kind": ["business", None], "demo": [True, None]}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"employees": None}, "'employees' is not among the columns"),
        ({"employees": ["900", None]}, "'employees' should hold number and holds String"),
        ({"email_kind": [1, 2]}, "'email_kind' should hold text and holds Int64"),
        ({"demo": [1, 0]}, "'demo' should hold flag and holds Int64"),
        ({"employees": [dt.date(2026, 1, 1), None]}, "'employees' should hold number and holds Date"),
        ({"employees": [float("nan"), None]}, "'employees' holds NaN; unknown is null"),
    ],
)
def test_an_unfit_column_is_named(capped_case: slow.Case, columns, message: str) -> None:
    merged = {**GOOD, **columns}
    frame = pl.DataFrame(
        {name: values for name, values in merged.items() if values is not None}, strict=False
    )
    with pytest.raises(SignalsMismatchError, match=message):
        score(frame, capped_case.card, capped_case.cutoffs)


def test_all_unfit_columns_are_named_at_once(capped_case: slow.Case) -> None:
    with pytest.raises(SignalsMismatchError, match=r"'employees'.*'email_kind'.*'demo'"):
        score(pl.DataFrame({"x": [1]}), capped_case.card, capped_case.cutoffs)


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt16, pl.Int64, pl.Float32, pl.Decimal(10, 2)])
def test_any_number_type_is_a_number(capped_case: slow.Case, dtype: pl.DataType) -> None:
    frame = pl.DataFrame({**GOOD, "employees": pl.Series([50, None], dtype=dtype)})
    scores = score(frame, capped_case.card, capped_case.cutoffs)
    assert scores["points.term.employees"].to_list() == [5, 0]


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["business", "odd"])])
def test_text_may_be_encoded(capped_case: slow.Case, dtype: pl.DataType) -> None:
    frame = pl.DataFrame({**GOOD, "email_kind": pl.Series(["business", "odd"], dtype=dtype)})
    scores = score(frame, capped_case.card, capped_case.cutoffs)
    assert scores["points.term.email_kind"].to_list() == [10, 1]


def test_a_column_of_nothing_but_null_is_unknown(capped_case: slow.Case) -> None:
    frame = pl.DataFrame({name: [None, None] for name in GOOD})
    scores = score(frame, capped_case.card, capped_case.cutoffs)
    assert scores["points"].to_list() == [1, 1]
    assert scores["missing"].to_list() == [list(GOOD), list(GOOD)]


def test_no_leads_give_an_empty_frame_of_the_same_shape(capped_case: slow.Case) -> None:
    whole = score(capped_case.frame, capped_case.card, capped_case.cutoffs)
    empty = score(capped_case.frame[:0], capped_case.card, capped_case.cutoffs)
    assert empty.schema == whole.schema
    assert empty.height == 0


def test_the_columns_are_those_of_the_contract(capped_case: slow.Case) -> None:
    schema = score(capped_case.frame, capped_case.card, capped_case.cutoffs).schema
    assert dict(schema) == {
        **dict.fromkeys(("points", "points.fit", "points.intent", "points.readiness"), pl.Int32),
        **{f"points.term.{name}": pl.Int16 for name in ("employees", "email_kind", "demo", "cap:firm")},
        **dict.fromkeys(("points_min", "points_max"), pl.Int32),
        "band": pl.String,
        "band_change": pl.Int16,
        "question": pl.String,
        "missing": pl.List(pl.String),
    }


def test_unordered_cut_offs_are_refused(capped_case: slow.Case) -> None:
    with pytest.raises(ValueError, match="descend"):
        score(capped_case.frame, capped_case.card, Cutoffs(1, 2, 3))
