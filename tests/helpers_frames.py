"""Frames of any columns that can be recorded, with awkward names and values."""

from __future__ import annotations

import polars as pl
from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
AWKWARD = st.sampled_from(
    [
        "",
        '"',
        "\\",
        "/",
        "\x00",
        "\b\t\n\f\r\x1f",
        "\x7f",
        "\u2028\u2029",
        "\ufeff",
        "é",
        "e\u0301",
        "😀",
        "</script>",
    ]
)
WORDS = st.none() | TEXT | AWKWARD
COLUMNS = {
    pl.String(): WORDS,
    pl.Boolean(): st.none() | st.booleans(),
    pl.Int8(): st.none() | st.integers(-128, 127),
    pl.Int64(): st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
    pl.UInt64(): st.none() | st.integers(0, 2**63 - 1),
    pl.Null(): st.none(),
    pl.List(pl.String): st.none() | st.lists(WORDS, max_size=3),
    pl.List(pl.Int32): st.none() | st.lists(st.none() | st.integers(-(2**31), 2**31 - 1), max_size=3),
}


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    height = draw(st.integers(1, 5))
    names = draw(st.lists(TEXT | AWKWARD | st.just("^.*$"), min_size=1, max_size=6, unique=True))
    columns = []
    for name in names:
        dtype = draw(st.sampled_from(list(COLUMNS)))
        values = draw(st.lists(COLUMNS[dtype], min_size=height, max_size=height))
        columns.append(pl.Series(name, values, dtype=dtype))
    return pl.DataFrame(columns)
