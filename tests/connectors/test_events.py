"""Events from a file: found by their columns' names, timed in UTC, and never lost without a line."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.connectors import events as events_module
from plumbline.connectors.errors import MissingColumnError
from plumbline.connectors.events import orphans, read_events
from plumbline.connectors.files import open_source


def test_columns_are_found_by_name_in_any_order(write):
    source = open_source(write("When,Note,Event Type,Lead ID\n2026-01-02,x,demo,L1\n"))
    assert read_events(source).frame.rows() == [(1, "L1", "demo", "2026-01-02T00:00:00.000000Z")]


def test_a_file_without_one_of_the_columns_is_refused_by_name(write):
    with pytest.raises(MissingColumnError, match="no column for kind"):
        read_events(open_source(write("lead_id,at\n1,2\n")))


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-04T05:06:07Z", "2026-03-04T05:06:07.000000Z"),
        ("2026-03-04 05:06", "2026-03-04T05:06:00.000000Z"),
        ("2026-03-04T00:30:00+02:00", "2026-03-03T22:30:00.000000Z"),
        ("2026-03-04T23:30:00.5-0130", "2026-03-05T01:00:00.500000Z"),
        ("2026-03-04T05:06:07.123456789+01", "2026-03-04T04:06:07.123456Z"),
        ("2026-03-04", "2026-03-04T00:00:00.000000Z"),
    ],
)
def test_a_moment_is_told_in_utc(write, written, utc):
    source = open_source(write(f"id,kind,at\nL1,demo,{written}\n"))
    assert read_events(source).frame["at"].to_list() == [utc]


@given(st.lists(st.datetimes(timezones=st.timezones(), min_value=dt.datetime(1950, 1, 1)), max_size=5))  # noqa: DTZ001
def test_moments_of_every_zone_and_in_mixed_forms_are_the_same_moment(moments):
    texts = [moment.isoformat() for moment in moments if moment.utcoffset().total_seconds() % 60 == 0]
    written = pl.DataFrame({"x": texts}, schema={"x": pl.String})
    read = written.select(events_module.moment(pl.col("x"))).to_series().to_list()
    assert list(map(dt.datetime.fromisoformat, read)) == list(map(dt.datetime.fromisoformat, texts))


def test_ignoring_the_offset_would_be_noticed(monkeypatch):
    """Negative control of the test above."""
    monkeypatch.setattr(events_module, "_offset_minutes", lambda clock: pl.lit(0))
    [read] = pl.select(events_module.moment(pl.lit("2026-01-01T00:00:00+02:00"))).to_series()
    assert dt.datetime.fromisoformat(read) != dt.datetime.fromisoformat("2026-01-01T00:00:00+02:00")


def test_an_event_that_cannot_be_used_is_a_line_of_the_report(write):
    text = "id,kind,at\nL1,demo,2026-01-01\n,demo,2026-01-01\nL2, ,2026-01-01\nL3,demo,soon\nL4,demo\n"
    found = read_events(open_source(write(text)))
    assert found.frame["row"].to_list() == [1]
    assert found.rejected.select("row", "code").rows() == [
        (2, "missing_id"),
        (3, "missing_kind"),
        (4, "not_a_date"),
        (5, "row_shape"),
    ]
    assert found.rejected["value"].to_list()[2] == "soon"


def test_events_of_unknown_leads_are_orphans(write):
    found = read_events(open_source(write("id,kind,at\n L1 ,demo,2026-01-01\nL9,demo,2026-01-01\n")))
    lines = orphans(found.frame, pl.Series(["L1", "L2"]))
    assert lines.select("row", "value", "code").rows() == [(2, "L9", "orphan_event")]


def test_no_events_are_no_events(write):
    found = read_events(open_source(write("id,kind,at\n")))
    assert (found.frame.height, found.rejected.height) == (0, 0)
    assert orphans(found.frame, pl.Series(["L1"])).height == 0
