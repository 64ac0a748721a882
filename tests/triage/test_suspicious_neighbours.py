from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from plumbline.triage.suspicion.neighbours import BURST, COPIES, Neighbours, look, reason_of
from plumbline.triage.suspicion.whole_file import suspects

MESSAGE = "We are the leading supplier of search engine optimisation and would like to talk."


def leads(messages, people=None, at=None, source=None):
    count = len(messages)
    return pl.DataFrame(
        {
            "row": range(1, count + 1),
            "lead.message": messages,
            "contact.email": people or [f"p{i}@acme.com" for i in range(count)],
            "lead.created_at": at or [None] * count,
            "lead.source": source or [None] * count,
        },
        schema_overrides=dict.fromkeys(
            ("lead.message", "contact.email", "lead.created_at", "lead.source"), pl.String
        ),
    )


def codes(hits):
    return [(row, code) for row, code in hits.select("row", "code").iter_rows()]


def test_a_message_of_several_people_is_flagged_from_the_third_on():
    hits, _ = look(leads([MESSAGE, MESSAGE.upper(), f"  {MESSAGE}", "Short"]), Neighbours())
    assert codes(hits) == [(3, "copied_message")]
    assert hits.select("before", "first").row(0) == (COPIES, 1)


def test_one_person_with_one_message_twice_is_no_copy():
    hits, _ = look(leads([MESSAGE] * 5, people=["a@acme.com"] * 5), Neighbours())
    assert codes(hits) == []


def test_short_messages_are_the_same_by_nature():
    hits, _ = look(leads(["Please call me"] * 9), Neighbours())
    assert codes(hits) == []


def test_many_leads_of_a_source_in_one_minute_are_a_burst_after_the_first_twenty():
    at = ["2026-01-05T10:31:07"] * (BURST + 2)
    hits, _ = look(leads([None] * len(at), at=at, source=["Form"] * len(at)), Neighbours())
    assert codes(hits) == [(BURST + 1, "burst"), (BURST + 2, "burst")]


def test_dates_without_a_time_and_midnight_are_no_burst():
    for at in ("2026-01-05", "2026-01-05T00:00:00", "2026-01-05 00:00"):
        hits, _ = look(leads([None] * 40, at=[at] * 40), Neighbours())
        assert codes(hits) == []


def test_other_sources_and_minutes_count_apart():
    at = [f"2026-01-05T10:{minute:02}:00" for minute in range(40)]
    assert codes(look(leads([None] * 40, at=at), Neighbours())[0]) == []
    sources = [f"s{i}" for i in range(40)]
    assert (
        codes(look(leads([None] * 40, at=["2026-01-05T10:31"] * 40, source=sources), Neighbours())[0]) == []
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from([MESSAGE, "Another message that is long enough to be compared.", None]),
            st.sampled_from("abcd"),
        ),
        max_size=25,
    ),
    st.lists(st.integers(1, 24), max_size=3),
)
def test_how_a_file_is_cut_into_batches_changes_no_flag(rows, cuts):
    frame = leads(
        [message for message, _ in rows],
        [f"{who}@acme.com" for _, who in rows],
        ["2026-01-05T10:31"] * len(rows),
    )
    whole, _ = look(frame, Neighbours())
    assert whole.rows() == in_parts(frame, cuts).rows()


def in_parts(frame, cuts, *, forget=False):
    state, found = Neighbours(), []
    ends = [0, *sorted(set(cuts)), frame.height]
    for start, end in pairwise(ends):
        hits, state = look(frame.slice(start, max(0, end - start)), Neighbours() if forget else state)
        found.append(hits)
    return pl.concat(found)


def test_a_state_that_forgets_would_be_caught():
    frame = leads([MESSAGE] * 6)
    whole, _ = look(frame, Neighbours())
    assert in_parts(frame, [3]).rows() == whole.rows()
    assert in_parts(frame, [3], forget=True).rows() != whole.rows()


def test_an_earlier_state_stays_valid():
    frame = leads([MESSAGE] * 3)
    _, state = look(frame, Neighbours())
    first, _ = look(frame, state)
    second, _ = look(frame, state)
    assert first.rows() == second.rows()
    assert state.nbytes > 0


def test_fields_that_are_not_there_flag_nothing():
    hits, _ = look(pl.DataFrame({"row": [1, 2, 3]}), Neighbours())
    assert hits.height == 0


def test_the_reason_names_the_other_rows():
    assert "row 4" in reason_of("copied_message", 7, 4)
    assert "7 leads" in reason_of("burst", 7, 4)


def texts():
    count = 9
    return leads([MESSAGE] * 3 + [None] * 6).with_columns(
        pl.Series("contact.name", ["Anna", "test", "Bo", "test"] + ["Cy"] * 5),
        pl.Series("triage.email_domain", ["nordwind.de"] * 5 + ["nordwnid.de"] + [None] * 3),
        pl.Series("contact.phone", [None] * (count - 1) + ["+999 1234567"]),
    )


def test_a_report_names_row_field_value_reason_and_the_rows_behind_it():
    found = suspects(texts())
    told = [
        (row["row"], row["code"], row["field"], row["value"], row["others"])
        for row in found.iter_rows(named=True)
    ]
    assert told == [
        (2, "test_entry", "contact.name", "test", [4]),
        (3, "copied_message", "lead.message", MESSAGE, [1]),
        (4, "test_entry", "contact.name", "test", [2]),
        (6, "lookalike_domain", "triage.email_domain", "nordwnid.de", [1, 2, 3, 4, 5]),
        (9, "impossible_phone", "contact.phone", "+999 1234567", []),
    ]
    assert all(reason.endswith(".") for reason in found["reason"])


def test_a_file_without_anything_suspicious_has_an_empty_report():
    assert suspects(pl.DataFrame({"row": [1], "contact.name": ["Anna Schmidt"]})).height == 0
