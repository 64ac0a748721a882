"""A lone lead's signals are made value by value. They are those of the same lead among others."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.domain.signals import Measure, SignalSpec
from plumbline.domain.words import Kind
from plumbline.signals import Assembler, event_state, one

AS_OF = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
SPECS = (
    SignalSpec("size", Kind.NUMBER, "Size", source="account.employees", max_age=10),
    SignalSpec("country", Kind.TEXT, "Country", source="account.country"),
    SignalSpec("nowhere", Kind.DATE, "Nowhere", source="extra.nowhere"),
    SignalSpec("came", Kind.DATE, "Came", source="lead.created_at"),
    SignalSpec("age", Kind.NUMBER, "Age", source="lead.created_at", measure=Measure.AGE_DAYS),
    SignalSpec("budget", Kind.TEXT, "Budget", source="reading.budget", min_confidence=7_000),
    SignalSpec("visits", Kind.NUMBER, "Visits", source="event.visit", measure=Measure.COUNT),
    SignalSpec("since", Kind.NUMBER, "Since", source="event.visit", measure=Measure.DAYS_SINCE),
    SignalSpec("large", Kind.FLAG, "Large", expr="size >= 250"),
    SignalSpec("ratio", Kind.NUMBER, "Ratio", expr="size / 3"),
    SignalSpec("filled", Kind.NUMBER, "Filled", source="signals.completeness"),
)
ASSEMBLER = Assembler(
    SPECS,
    {"large": (pl.col("size") >= 250, ("size",)), "ratio": (pl.col("size") / 3.0 * 1.0, ("size",))},
    {
        "large": lambda lead: None if lead["size"] is None else lead["size"] >= 250,
        "ratio": lambda lead: None if lead["size"] is None else lead["size"] / 3.0 * 1.0,
    },
)
CLEAN = {
    "account.employees": (pl.Float64, [None, 0.0, -0.0, 250.0, 1e15]),
    "account.country": (pl.String, [None, "", "ES"]),
    "lead.created_at": (
        pl.Date,
        [None, date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 9)],
    ),
    "reading.budget": (pl.String, [None, "exists"]),
    "reading.budget.confidence": (pl.Int16, [None, 6_999, 7_000]),
    "triage.unreadable": (
        pl.List(pl.String),
        [[], ["account.employees"], ["account.country", "lead.created_at"]],
    ),
}

leads = st.fixed_dictionaries({name: st.sampled_from(values) for name, (_, values) in CLEAN.items()})
visits = st.lists(
    st.tuples(st.sampled_from(["L0", "L1"]), st.dates(date(2026, 2, 1), date(2026, 3, 5))), max_size=3
)


def clean(rows: list[dict]) -> pl.DataFrame:
    named = [{"lead.id": f"L{at}", **row} for at, row in enumerate(rows)]
    return pl.DataFrame(
        named, schema={"lead.id": pl.String, **{name: dtype for name, (dtype, _) in CLEAN.items()}}
    )


def alike(rows: list[dict], marks: list[tuple[str, date]] | None = None) -> bool:
    """Whether each lead has the signals it has among the others, to the last bit."""
    frame, state = clean(rows), None
    if marks is not None:
        table = [(lead, "visit", f"{day}T10:00:00Z") for lead, day in marks]
        schema = dict.fromkeys(("lead.id", "kind", "at"), pl.String)
        state = event_state(pl.DataFrame(table, schema=schema, orient="row"), SPECS, as_of=AS_OF)
    together = ASSEMBLER.assemble(frame, as_of=AS_OF, events=state)
    apart = [ASSEMBLER.assemble(frame[at], as_of=AS_OF, events=state) for at in range(frame.height)]
    alone = pl.concat(apart)
    return repr((alone.schema, alone.rows())) == repr((together.schema, together.rows()))


@given(st.lists(leads, min_size=2, max_size=4), st.none() | visits)
def test_a_lone_lead_has_the_signals_it_has_among_others(rows: list[dict], marks) -> None:
    assert alike(rows, marks)


FULL = {
    "account.employees": 300.0,
    "account.country": "ES",
    "lead.created_at": date(2026, 2, 27),
    "reading.budget": "exists",
    "reading.budget.confidence": 9_000,
    "triage.unreadable": ["account.employees"],
}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("_direct", lambda *_: None),
        ("is_event", lambda _: False),
        ("is_counted", lambda _: True),
    ],
)
def test_the_check_hears_a_lone_lead_with_other_signals(
    name: str, wrong, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alike([FULL, FULL], [("L0", date(2026, 2, 20))])
    monkeypatch.setattr(one, name, wrong)
    assert not alike([FULL, FULL], [("L0", date(2026, 2, 20))])


def test_a_cell_of_another_type_than_its_signal_is_left_to_the_columns() -> None:
    frame = clean([FULL, FULL]).with_columns(pl.col("account.employees").cast(pl.Int32))
    alone = ASSEMBLER.assemble(frame[0], as_of=AS_OF, events=None)
    assert alone["size"].to_list() == [300.0]
    assert alone.schema == ASSEMBLER.assemble(frame, as_of=AS_OF, events=None).schema
