from __future__ import annotations

import inspect
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_assurance import START, change, day, history
from plumbline.assurance.history import MOMENT, History, HistoryError


def moments(*rows: tuple[str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(lead, day(at)) for lead, at in rows],
        schema={"lead.id": pl.String, "decided_at": MOMENT},
        orient="row",
    )


def known(of: History, field: str, *rows: tuple[str, float]) -> list[str | None]:
    return of.as_of(moments(*rows))[field].to_list()


def test_a_cell_that_nobody_changed_has_been_there_from_the_start() -> None:
    assert known(history({"size": ["50"]}), "size", ("L0", 0), ("L0", 300)) == ["50", "50"]


def test_a_cell_filled_later_is_unknown_before_that() -> None:
    told = history({"size": ["50"]}, change(("L0", "size", "50", 3)))
    assert known(told, "size", ("L0", 0), ("L0", 2.9), ("L0", 3), ("L0", 9)) == [None, None, "50", "50"]


def test_the_value_before_the_first_change_is_used_where_it_was_written_down() -> None:
    told = history({"size": ["50"]}, change(("L0", "size", "50", 3), old=["20"]))
    assert known(told, "size", ("L0", 1), ("L0", 4)) == ["20", "50"]


def test_a_cell_that_was_emptied_is_empty() -> None:
    told = history({"size": [None]}, change(("L0", "size", "50", 2), ("L0", "size", None, 5)))
    assert known(told, "size", ("L0", 3), ("L0", 6)) == ["50", None]


def test_a_correction_of_the_past_does_not_hide_a_later_fact() -> None:
    told = history(
        {"size": ["60"]},
        change(("L0", "size", "60", 10), ("L0", "size", "40", 20), valid_at=[day(10), day(5)]),
    )
    assert known(told, "size", ("L0", 15), ("L0", 25)) == ["60", "60"]


def test_what_will_hold_later_is_not_yet_true() -> None:
    told = history({"size": ["60"]}, change(("L0", "size", "60", 1), old=["10"], valid_at=[day(30)]))
    assert known(told, "size", ("L0", 5), ("L0", 31)) == ["10", "60"]


def test_before_a_lead_came_in_nothing_is_known_of_it() -> None:
    assert known(history({"size": ["50"]}, created=5), "size", ("L0", 4), ("L0", 5)) == [None, "50"]


def test_changes_of_a_field_the_export_lacks_are_kept() -> None:
    assert known(
        history({"size": ["50"]}, change(("L0", "tool", "Pen", 2))), "tool", ("L0", 1), ("L0", 3)
    ) == [
        None,
        "Pen",
    ]


def test_a_change_without_a_time_is_refused() -> None:
    bad = change(("L0", "size", "50", 3)).with_columns(pl.lit(None, MOMENT).alias("at"))
    with pytest.raises(HistoryError, match="time"):
        history({"size": ["50"]}, bad)
    with pytest.raises(HistoryError, match="value"):
        history({"size": ["50"]}, bad.drop("value"))


def test_there_is_no_way_to_read_a_value_without_a_time() -> None:
    told = history({"size": ["50"]}, change(("L0", "size", "50", 3)))
    public = {name for name in dir(told) if not name.startswith("_")}
    assert public == {"as_of", "changed", "fills", "leads", "of_export", "rewound"}
    assert "moments" in inspect.signature(History.as_of).parameters
    assert inspect.signature(History.as_of).parameters["moments"].default is inspect.Parameter.empty
    assert "size" not in told.leads.columns
    assert "value" not in told.fills().columns
    assert "50" not in repr(told)


VERSIONS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["size", "tool"]),
        st.none() | st.text("ab", max_size=2),
        st.integers(0, 40),
    ),
    max_size=12,
)


def later_values_leak(read, versions: list[tuple[int, str, str | None, int]], at: int) -> bool:
    """Whether what became known after a moment alters what was read as of that moment."""
    rows = [(f"L{lead}", field, value, float(known_at)) for lead, field, value, known_at in versions]
    other = [(lead, field, value if when <= at else "LATER", when) for lead, field, value, when in rows]
    asked = moments(*((f"L{lead}", at) for lead in range(3)))
    cells = {"size": ["1", "2", "3"], "tool": ["x", None, "z"]}
    first, second = (read(history(cells, change(*one) if one else None), asked) for one in (rows, other))
    return not first.equals(second) or "LATER" in str(first.rows())


@given(VERSIONS, st.integers(0, 40))
def test_later_values_never_reach_an_earlier_moment(versions, at) -> None:
    assert not later_values_leak(lambda told, asked: told.as_of(asked), versions, at)


def test_the_check_for_later_values_sees_a_history_that_ignores_the_time() -> None:
    def latest(told: History, asked: pl.DataFrame) -> pl.DataFrame:
        return told.as_of(
            asked.with_columns(pl.lit(START + timedelta(days=999)).cast(MOMENT).alias("decided_at"))
        )

    versions = [(0, "size", "9", 20)]
    assert later_values_leak(latest, versions, 5)


@given(VERSIONS, st.integers(0, 40))
def test_as_of_agrees_with_reading_the_changes_one_by_one(versions, at) -> None:
    rows = [(f"L{lead}", field, value, float(known_at)) for lead, field, value, known_at in versions]
    told = history({"size": ["1", "2", "3"]}, change(*rows) if rows else None)
    for lead in range(3):
        mine = [row for row in rows if row[0] == f"L{lead}" and row[1] == "size"]
        value = str(lead + 1) if not mine else None
        for _, _, new, when in sorted(mine, key=lambda row: row[3]):
            value = new if when <= at else value
        assert known(told, "size", (f"L{lead}", at)) == [value]
