"""Messages and outcomes as tables of their own: joined by id or address, and every row accounted for."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.connectors import tables
from plumbline.connectors.errors import MissingColumnError
from plumbline.connectors.files import open_source
from plumbline.connectors.frame import FrameSource
from plumbline.connectors.messages import inbox_rows, read_messages, read_outcomes

LEADS = pl.DataFrame(
    {
        "lead.id": ["L1", "L2", "L3", "L4"],
        "contact.email": ["ann@acme.com", "bob@bolt.com", "Desk@core.com", "desk@core.com "],
    }
)


def said(table):
    return table.rejected.select("row", "column", "value", "code").rows()


def test_messages_are_typed_and_found_by_the_names_of_their_columns(write):
    path = write(
        "Body,Lead ID,Sent At,Direction,Channel,Message ID,Other\n"
        "Hello,L1,2026-03-02T09:30:00+01:00,Inbound,Email,m1,x\n"
        "Hi,L2,2026-03-02,outgoing,,,\n"
        " Ok ,L3,2026-03-02 10:00:00,,chat,,\n"
    )
    frame = read_messages(open_source(path)).frame
    assert frame.schema["sent_at"] == pl.Datetime("us", "UTC")
    assert frame.select("row", "id", "lead.id", "sent_at", "kind", "text", "direction").rows() == [
        (1, "m1", "L1", datetime(2026, 3, 2, 8, 30, tzinfo=UTC), "Email", "Hello", "in"),
        (2, None, "L2", datetime(2026, 3, 2, tzinfo=UTC), None, "Hi", "out"),
        (3, None, "L3", datetime(2026, 3, 2, 10, tzinfo=UTC), "chat", "Ok", "in"),
    ]


def test_outcomes_say_who_reported_what_and_why(write):
    path = write("lead.id,outcome,reason,rep,at\nL1,won,,ann,2026-03-02\nL2,lost,no budget,,2026-03-03\n")
    assert read_outcomes(open_source(path)).frame.drop("contact.email", "at").rows() == [
        (1, "L1", "won", None, "ann"),
        (2, "L2", "lost", "no budget", None),
    ]


def test_a_row_without_what_it_needs_is_one_line(write):
    path = write(
        "lead.id,email,sent_at,text\n,,2026-03-02,a\nL1,,2026-03-02, \nL1,,tomorrow,b\nL1,,2026-03-02,c\nL2\n"
    )
    table = read_messages(open_source(path))
    assert said(table) == [
        (1, "lead.id", None, "missing_id"),
        (2, "text", None, "missing_text"),
        (3, "sent_at", "tomorrow", "not_a_date"),
        (5, None, "L2", "row_shape"),
    ]
    assert (table.frame["row"].to_list(), table.read) == ([4], 5)


def test_a_message_that_stands_there_twice_counts_once(write):
    path = write(
        "id,lead.id,at,text\nm1,L1,2026-03-02,a\nm1,L1,2026-03-02,b\n,L1,2026-03-02,c\n,L1,2026-03-02,d\n"
    )
    table = read_messages(open_source(path))
    assert said(table) == [(2, "id", "m1", "repeated_id")]
    assert table.frame["text"].to_list() == ["a", "c", "d"]


def test_rows_are_joined_by_id_before_address_and_what_fits_nobody_is_said(write):
    path = write(
        "lead.id,email,at,outcome\n"
        "L1,,2026-03-02,won\n"
        ",BOB@bolt.com,2026-03-02,won\n"
        "L9,ann@acme.com,2026-03-02,won\n"
        ",nobody@x.com,2026-03-02,won\n"
        ",desk@core.com,2026-03-02,won\n"
        "L3,bob@bolt.com,2026-03-02,won\n"
    )
    table = read_outcomes(open_source(path)).of(LEADS)
    assert table.frame.select("row", "lead.id").rows() == [(1, "L1"), (2, "L2"), (6, "L3")]
    assert said(table) == [
        (3, "lead.id", "L9", "orphan_outcome"),
        (4, "contact.email", "nobody@x.com", "orphan_outcome"),
        (5, "contact.email", "desk@core.com", "ambiguous_lead"),
    ]
    assert table.read == 6


def test_an_address_says_nothing_where_the_leads_have_none(write):
    path = write("email,at,text\nann@acme.com,2026-03-02,a\n")
    table = read_messages(open_source(path)).of(LEADS.select("lead.id"))
    assert said(table) == [(1, "contact.email", "ann@acme.com", "orphan_message")]


@pytest.mark.parametrize(
    ("header", "match"),
    [
        ("at,text", r"the lead \(lead id, lead, email\)"),
        ("lead id,text", r"sent_at \(sent at, at, sent\)"),
        ("lead id,at", r"text \(text, body, message\)"),
    ],
)
def test_a_column_that_is_missing_is_named_with_what_it_may_be_called(write, header, match):
    with pytest.raises(MissingColumnError, match=match):
        read_messages(open_source(write(f"{header}\n1,2\n")))


def test_an_empty_table_has_its_columns(write):
    table = read_messages(open_source(write("lead id,at,text\n"))).of(LEADS)
    assert (table.frame.height, table.read) == (0, 0)
    assert inbox_rows(table).columns == ["message", "lead.id", "sent_on", "channel", "text"]


def test_an_inbox_holds_what_was_sent_to_us_oldest_first(write):
    path = write("lead id,at,text,direction\nL1,2026-03-03,b,in\nL1,2026-03-02,a,\nL1,2026-03-01,ours,out\n")
    assert inbox_rows(read_messages(open_source(path)).of(LEADS)).select(
        "message", "text", "channel"
    ).rows() == [
        ("row-2", "a", "email"),
        ("row-1", "b", "email"),
    ]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["L1", "L2", "L9", None, " "]),
        st.sampled_from(["ann@acme.com", "desk@core.com", "x@y.z", None]),
        st.sampled_from(["2026-03-02", "soon", None]),
        st.sampled_from(["hello", None]),
        st.sampled_from(["m1", "m2", None]),
    ),
    max_size=12,
)
NAMES = ["lead id", "email", "at", "text", "message id"]


def places(rows):
    frame = pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String), orient="row")
    table = read_messages(FrameSource(frame)).of(LEADS)
    return sorted([*table.frame["row"], *table.rejected["row"]])


@given(ROWS)
def test_every_row_ends_in_exactly_one_place(rows):
    assert places(rows) == list(range(1, len(rows) + 1))


def test_a_join_that_multiplies_rows_would_be_seen(monkeypatch):
    """Negative control: an address book with an address twice gives a row two places."""
    twice = pl.DataFrame(
        {"address": ["desk@core.com"] * 2, "leads": [1, 1], "only": ["L3", "L4"]},
        schema={"address": pl.String, "leads": pl.UInt32, "only": pl.String},
    )
    monkeypatch.setattr(tables, "_by_address", lambda _: twice)
    assert places([(None, "desk@core.com", "2026-03-02", "hello", None)]) == [1, 1]
