"""A lone lead is read cell by cell. It must come out as it would among many."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plumbline.domain.words import Kind
from plumbline.triage import Seen, cells, check, one
from plumbline.triage.email import email_columns, kind_and_domain
from plumbline.triage.parse import rules_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbline.triage import Triaged

KINDS = {
    "contact.name": Kind.TEXT,
    "contact.email": Kind.TEXT,
    "account.employees": Kind.NUMBER,
    "lead.objected": Kind.FLAG,
    "lead.created_at": Kind.DATE,
    "extra.start": Kind.DATE,
}
BLANK_WORDS = ("N/A", "- Please select -", "0", "größe")
FORMATS = ("%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%y", "%B %d, %Y", "%Y%m%d", "%d/%m/%Y %%")

spaces = st.sampled_from(["", "", "", " ", "\t", "\u00a0", "\r\n"])
texts = st.one_of(
    st.text(max_size=12),
    st.text("aAzZ09 .,@-_'ßäÄİıŁ€…\u2019", max_size=12),
    st.sampled_from(
        ["n/a", "N/A ", "- please SELECT -", "Größe", "GRÖSSE", "", "joe@gmail.com", "a@b.example"]
    ),
    st.emails(),
)
numbers = st.one_of(
    st.floats().map(str),
    st.integers(-(10**17), 10**17).map(lambda number: f"{number:,}"),
    st.from_regex(
        re.compile(r"[+-]?[0-9]{1,4}([.,][0-9]{0,4})?(e[+-]?[0-9]{1,3})? ?(EUR|€|\$)?"), fullmatch=True
    ),
    st.text("0123456789.,eE+-_infatyN ", max_size=8),
    st.sampled_from(
        ["many", "51-200", "~12", "1_000", "12 000", "1e16", "infinity", "1.000,5", "٣", "1e400", "0", "-0"]
    ),
)
flags = st.sampled_from(["yes", "No", "TRUE", "fAlSe", "1", "0", "perhaps", "y"])
dates = st.one_of(
    st.dates().map(str),
    st.datetimes().flatmap(lambda at: st.sampled_from(FORMATS).map(at.strftime)),
    st.datetimes().map(lambda at: f"{at.isoformat()}Z"),
    st.sampled_from(["2026-02-30", "30/02/2026", "1/2/2026", "2026-01-05 24:00:00", "2026-1-5", "soon"]),
)


def cell(value: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.builds(lambda before, text, after: before + text + after, spaces, value, spaces)


leads = st.fixed_dictionaries(
    {
        "contact.name": cell(texts),
        "contact.email": cell(texts | st.emails()),
        "account.employees": cell(numbers),
        "lead.objected": cell(flags),
        "lead.created_at": cell(dates),
        "extra.start": cell(dates),
    }
)


def frame_of(lead: dict[str, str | None], row: int = 1) -> pl.DataFrame:
    received = pl.DataFrame(
        [{"lead.id": f"L{row}", **lead}], schema=dict.fromkeys(["lead.id", *lead], pl.String)
    )
    return received.select(pl.Series("row", [row], dtype=pl.Int64), pl.all())


def triaged(received: pl.DataFrame, seen: Seen, date_format: str) -> Triaged:
    return check(
        received, kinds=KINDS, blank_words=BLANK_WORDS, date_formats={"extra.start": date_format}, seen=seen
    )


def among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every lead column by column."""
    monkeypatch.setattr(cells, "read_one", lambda *_: None)
    monkeypatch.setattr(import_module("plumbline.triage.check"), "kind_and_domain", lambda *_: None)


def everything(found: Triaged) -> list[object]:
    frames = (found.clean, found.issues, found.rejected, found.blanks)
    firsts = (found.seen.ids, found.seen.contents, found.seen.emails)
    states = [(run.keys.tolist(), run.values.tolist()) for first in firsts for run in first.runs]
    # As text, so that -0.0 is not 0.0.
    return [*((frame.schema, repr(frame.rows())) for frame in frames), states]


def agree(pair: tuple[dict[str, str | None], ...], date_format: str) -> None:
    """Two leads one after the other, each alone, in both ways."""
    alone, columns = Seen(), Seen()
    for row, lead in enumerate(pair, start=1):
        received = frame_of(lead, row)
        by_cell = triaged(received, alone, date_format)
        with pytest.MonkeyPatch.context() as patch:
            among_many(patch)
            by_column = triaged(received, columns, date_format)
        assert everything(by_cell) == everything(by_column)
        alone, columns = by_cell.seen, by_column.seen


GOOD = {
    "contact.name": " Zoë O\u2019Neill\n",
    "contact.email": "Zoe.ONeill+fair@Acme.example",
    "account.employees": "$1,200.50",
    "lead.objected": "NO",
    "lead.created_at": "2026-01-05T10:00:00Z",
    "extra.start": "31/12/2026",
}


@given(st.tuples(leads, leads) | leads.map(lambda lead: (lead, lead)), st.sampled_from(FORMATS))
@example((GOOD, GOOD | {"contact.name": None}), FORMATS[0])
def test_a_lone_lead_is_read_as_it_would_be_among_many(pair, date_format: str) -> None:
    agree(pair, date_format)


@pytest.mark.parametrize("date_format", FORMATS)
def test_the_parity_check_looks_at_leads_that_are_read_alone(date_format: str) -> None:
    """A plain lead takes the short way with every format of fixed digits, and the long one otherwise."""
    start = {"%d/%m/%Y": "31/12/2026", "%Y-%m-%d %H:%M:%S": "2026-12-31 23:59:59", "%Y%m%d": "20261231"}
    lead = GOOD | {"extra.start": start.get(date_format, "31.12.26")}
    agree((lead,), date_format)
    how = cells.plan(rules_of(("lead.id", *GOOD), KINDS, {"extra.start": date_format}), BLANK_WORDS)
    read = one.read_one(frame_of(lead), how.readers, how.words)
    assert (read is not None) == (date_format in start)


@pytest.mark.parametrize(
    "broken",
    [
        lambda typed: typed | {"contact.name": typed["contact.name"].upper()},
        lambda typed: typed | {"account.employees": typed["account.employees"] + 1},
        lambda typed: typed | {"lead.created_at": None},
    ],
)
def test_the_parity_check_notices_a_cell_read_otherwise(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[[dict], dict]
) -> None:
    original = one.read_one

    def read_otherwise(*arguments):
        read = original(*arguments)
        return replace(read, typed=broken(read.typed))

    monkeypatch.setattr(cells, "read_one", read_otherwise)
    with pytest.raises(AssertionError):
        agree((GOOD,), FORMATS[0])


def test_every_plain_character_is_read_alone_as_among_many() -> None:
    plain = [char for char in map(chr, range(0x3000)) if re.fullmatch(one.PLAIN, char)]
    assert len(plain) > 500
    words = [text for char in plain for text in (char, f"{char}A", f"A{char}", f"{char}A{char}")]
    among = check(
        pl.DataFrame({"row": range(len(words)), "lead.id": words}), kinds={}, blank_words=["äa", "ǆ"]
    )
    how = cells.plan(rules_of(("lead.id",), {}, {}), ("äa", "ǆ"))
    for row, (word, read) in enumerate(zip(words, among.clean["lead.id"].to_list(), strict=True)):
        alone = one.read_one(pl.DataFrame({"row": [row], "lead.id": [word]}), how.readers, how.words)
        assert alone is not None
        assert alone.typed["lead.id"] == read, ascii(word)


addresses = st.one_of(
    st.emails(),
    st.text('ab.+@-"ÄİK', min_size=1, max_size=14),
    st.builds(
        "{}@{}{}".format,
        st.sampled_from(["info", "Sales+fair", "joe", "a" * 65, '"a b"', "a..b"]),
        st.sampled_from(["", "mail.", "x--y.", "-x."]),
        st.sampled_from(["gmail.com", "GMAIL.COM", "mailinator.com", "acme.example", "xn--p1ai", "c.d1"]),
    ),
)


@given(st.lists(addresses, min_size=1, max_size=6))
def test_a_lone_address_is_what_it_would_be_among_many(some: list[str]) -> None:
    columns = email_columns(pl.Series(some, dtype=pl.String)).rows()
    for address, among in zip(some, columns, strict=True):
        alone = kind_and_domain(address)
        assert alone is None or alone == among


def test_a_plain_address_is_known_without_columns() -> None:
    assert kind_and_domain("Info@Acme.example") == ("role", "acme.example")
    assert kind_and_domain("a@sub.mailinator.com") == ("disposable", "sub.mailinator.com")
    assert kind_and_domain("bob@acme") == ("invalid", None)
    assert kind_and_domain("ö@acme.example") is None
