from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from plumbline.domain.signals import Measure, SignalSpec
from plumbline.domain.words import Kind
from plumbline.signals import Assembler, event_state

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)


def spec(name: str, source: str | None = None, kind: Kind = Kind.NUMBER, **rest: object) -> SignalSpec:
    return SignalSpec(name=name, kind=kind, label=name, source=source, **rest)


def clean(unreadable: list[str] | None = None, **columns: list[object]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    frame = pl.DataFrame({"lead.id": [f"L{n}" for n in range(height)], **columns})
    marks = pl.Series("triage.unreadable", [unreadable or []] * height, dtype=pl.List(pl.String))
    return frame.with_columns(marks)


def assemble(frame: pl.DataFrame, *specs: SignalSpec, events=None, derived=None) -> pl.DataFrame:
    return Assembler(specs, derived or {}).assemble(frame, as_of=AS_OF, events=events)


def events(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["lead.id", "kind", "at"], orient="row")


def test_a_field_no_file_delivers_is_unknown() -> None:
    frame = assemble(clean(**{"account.employees": [10.0]}), spec("revenue", "account.revenue"))
    assert frame["revenue"].to_list() == [None]
    assert frame["revenue"].dtype == pl.Float64


def test_an_age_counts_whole_days_and_forgives_one_day_of_time_zone() -> None:
    days = [date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 9), None]
    frame = assemble(
        clean(**{"lead.created_at": days}), spec("age", "lead.created_at", measure=Measure.AGE_DAYS)
    )
    assert frame["age"].to_list() == [2.0, 0.0, None, None]


@pytest.mark.parametrize(("max_age", "expected"), [(365, 40.0), (5, None), (None, 40.0)])
def test_a_fact_older_than_its_maximum_age_is_unknown_again(max_age, expected) -> None:
    frame = clean(**{"account.employees": [40.0], "lead.created_at": [date(2026, 2, 1)]})
    assert assemble(frame, spec("size", "account.employees", max_age=max_age))["size"].to_list() == [expected]


def test_events_after_the_moment_of_decision_are_never_seen() -> None:
    table = events(("L0", "visit", "2026-03-01T11:00:00Z"), ("L0", "visit", "2026-03-01T13:00:00Z"))
    signal = spec("visits", "event.visit", measure=Measure.COUNT)
    state = event_state(table, [signal], as_of=AS_OF)
    assert assemble(clean(x=[1]), signal, events=state)["visits"].to_list() == [1.0]


def test_events_fade_by_their_half_life() -> None:
    table = events(("L0", "visit", "2026-02-15T12:00:00Z"), ("L0", "visit", "2026-03-01T12:00:00+00:00"))
    signal = spec("heat", "event.visit", measure=Measure.DECAYED_COUNT, half_life=14)
    state = event_state(table, [signal], as_of=AS_OF)
    assert assemble(clean(x=[1]), signal, events=state)["heat"].to_list() == [1.5]


def test_no_events_is_zero_but_no_event_table_is_unknown() -> None:
    signal = spec("visits", "event.visit", measure=Measure.COUNT)
    since = spec("since", "event.visit", measure=Measure.DAYS_SINCE)
    state = event_state(events(("other", "visit", "2026-02-15T12:00:00Z")), [signal, since], as_of=AS_OF)
    with_table = assemble(clean(x=[1]), signal, since, events=state)
    assert with_table["visits"].to_list() == [0.0]
    assert with_table["since"].to_list() == [None]
    assert assemble(clean(x=[1]), signal)["visits"].to_list() == [None]


def test_derived_signals_read_earlier_ones() -> None:
    size, big = spec("size", "account.employees"), spec("big", kind=Kind.FLAG, expr="size >= 250")
    huge = spec("huge", kind=Kind.FLAG, expr="big AND size > 1000")
    derived = {
        "big": (pl.col("size") >= 250, ("size",)),
        "huge": (pl.col("big") & (pl.col("size") > 1000), ("big", "size")),
    }
    frame = assemble(clean(**{"account.employees": [10.0, 2000.0, None]}), size, big, huge, derived=derived)
    assert frame["big"].to_list() == [False, True, None]
    assert frame["huge"].to_list() == [False, True, None]


def test_unreadable_fields_mark_every_signal_that_stands_on_them() -> None:
    size, big = spec("size", "account.employees"), spec("big", kind=Kind.FLAG, expr="size >= 250")
    kind = spec("email_kind", "triage.email_kind", Kind.TEXT)
    derived = {"big": (pl.col("size") >= 250, ("size",))}
    columns = {"account.employees": [None], "triage.email_kind": [None]}
    frame = clean(["account.employees"], **columns)
    assert assemble(frame, size, big, kind, derived=derived)["unreadable"].to_list() == [["size", "big"]]
    frame = clean(["contact.email"], **columns)
    assert assemble(frame, size, big, kind, derived=derived)["unreadable"].to_list() == [["email_kind"]]


def test_completeness_counts_declared_signals_that_are_known() -> None:
    specs = [
        spec("size", "account.employees"),
        spec("revenue", "account.revenue"),
        spec("country", "account.country", Kind.TEXT),
        spec("filled", "signals.completeness"),
    ]
    frame = clean(**{"account.employees": [1.0, None], "account.country": ["GB", None]})
    assert assemble(frame, *specs)["filled"].to_list() == [66.0, 0.0]


def test_one_lead_and_many_fade_to_the_same_number() -> None:
    signal = spec("heat", "event.visit", measure=Measure.DECAYED_COUNT, half_life=21)
    marks = [(f"L{n}", "visit", f"2026-02-{1 + n % 28:02d}T0{n % 10}:{n % 60:02d}:07Z") for n in range(300)]
    together = event_state(events(*marks), [signal], as_of=AS_OF).frame.rows()
    apart = [event_state(events(mark), [signal], as_of=AS_OF).frame.row(0) for mark in marks]
    assert apart == together


def test_days_since_an_event_are_whole_and_a_window_forgets() -> None:
    since = spec("since", "event.visit", measure=Measure.DAYS_SINCE)
    recent = spec("recent", "event.visit", measure=Measure.COUNT, window=7)
    table = events(("L0", "visit", "2026-02-20T11:00:00Z"), ("L0", "visit", "2026-02-10T11:00:00Z"))
    frame = assemble(clean(x=[1]), since, recent, events=event_state(table, [since, recent], as_of=AS_OF))
    assert frame.select("since", "recent").row(0) == (9.0, 0.0)
