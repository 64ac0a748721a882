"""Which rows are the same lead, which share an address, and which nobody could tell apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.triage import Seen, check
from plumbline.triage.firsts import Firsts

COLUMNS = ("lead.id", "contact.email", "contact.name", "account.name", "extra.x")


def frame_of(rows, first=1):
    data = {name: pl.Series([row[i] for row in rows], dtype=pl.String) for i, name in enumerate(COLUMNS)}
    return pl.DataFrame({"row": pl.Series(range(first, first + len(rows)), dtype=pl.Int64), **data})


def checked(*batches):
    """Clean leads, issues and rejected rows of batches checked one after the other."""
    seen, first, parts = Seen(), 1, []
    for rows in batches:
        triaged = check(frame_of(rows, first), kinds={}, seen=seen)
        seen, first = triaged.seen, first + len(rows)
        parts.append(triaged)
    return tuple(pl.concat(getattr(part, name) for part in parts) for name in ("clean", "issues", "rejected"))


def codes(issues):
    return issues.select("row", "code").rows()


ANN = ("1", "ann@a.com", "Ann", "A", "x")


def test_the_same_row_again_points_at_the_first():
    clean, issues, rejected = checked([ANN, ANN], [ANN])
    assert clean["triage.duplicate_of"].to_list() == [None, "row 1", "row 1"]
    assert codes(issues) == [(2, "duplicate"), (3, "duplicate")]
    assert rejected.height == 0


def test_an_id_with_other_content_is_rejected_and_names_the_first():
    clean, _, rejected = checked([ANN], [("1", "bob@b.com", "Bob", "B", "y")])
    assert clean["row"].to_list() == [1]
    assert rejected.rows() == [(2, "lead.id", "1", "Row 1 has this id with other content.", "repeated_id")]


@pytest.mark.parametrize(
    "content",
    [
        ("ann@a.com", None, None, "x"),
        (None, "Ann", "A", "x"),
        ("ann@a.com", "Ann", "A", None),
    ],
)
def test_the_same_person_under_another_id_is_a_duplicate(content):
    clean, issues, _ = checked([("1", *content)], [("2", *content)])
    assert clean["triage.duplicate_of"].to_list() == [None, "row 1"]
    assert codes(issues) == [(2, "duplicate")]


@pytest.mark.parametrize(
    "content", [(None, None, None, "x"), (None, "Ann", None, "x"), (None, None, "A", None)]
)
def test_rows_without_an_identity_stay_apart_however_alike(content):
    clean, issues, _ = checked([("1", *content), ("2", *content)], [("3", *content)])
    assert clean["triage.duplicate_of"].to_list() == [None, None, None]
    assert codes(issues) == [(2, "indistinguishable"), (3, "indistinguishable")]
    assert issues["rule"][1].startswith("Row 1 has the same content")


def test_a_shared_address_keeps_both_and_marks_the_later_one():
    clean, issues, _ = checked(
        [ANN, ("2", "ANN@a.com ", "Ann Lee", "A", "y")], [("3", "ann@a.com", None, None, None)]
    )
    assert clean["triage.shares_email"].to_list() == [False, True, True]
    assert clean["triage.duplicate_of"].to_list() == [None, None, None]
    assert codes(issues) == [(2, "shared_email"), (3, "shared_email")]


def test_an_invalid_address_is_shared_by_nobody_and_identifies_nobody_else():
    clean, issues, _ = checked([("1", "none", None, None, "a"), ("2", "none", None, None, "b")])
    assert clean["triage.shares_email"].to_list() == [False, False]
    assert codes(issues) == [(1, "invalid_email"), (2, "invalid_email")]


def test_a_duplicate_never_points_at_a_duplicate():
    other = ("2", *ANN[1:])
    clean, _, _ = checked([ANN, other, other], [other])
    assert clean["triage.duplicate_of"].to_list() == [None, "row 1", "row 1", "row 1"]


def test_a_rejected_row_leaves_no_trace():
    clean, issues, rejected = checked(
        [ANN, ("1", "bob@b.com", "Bob", "B", "y"), ("2", "bob@b.com", "Bob", "B", "y")]
    )
    assert clean["row"].to_list() == [1, 3]
    assert clean["triage.duplicate_of"].to_list() == [None, None]
    assert (issues.height, rejected.height) == (0, 1)


def test_an_empty_file_of_ids_only_has_no_duplicates():
    frame = pl.DataFrame({"row": pl.Series([1, 2], dtype=pl.Int64), "lead.id": ["a", "b"]})
    triaged = check(frame, kinds={})
    assert (triaged.issues.height, triaged.rejected.height) == (0, 0)


def test_checking_a_batch_does_not_change_the_state_it_was_given():
    seen = check(frame_of([ANN]), kinds={}).seen
    before = seen.nbytes
    first = check(frame_of([("2", *ANN[1:])], 2), kinds={}, seen=seen)
    again = check(frame_of([("2", *ANN[1:])], 2), kinds={}, seen=seen)
    assert first.clean.equals(again.clean)
    assert seen.nbytes == before


FEW = st.sampled_from(["a", "b", None])
LEAD = st.tuples(st.sampled_from(["1", "2", "3"]), st.sampled_from(["a@a.co", "b@b.co", None]), FEW, FEW, FEW)


def by_hand(rows):
    """Row number to (fate, first row) by the rules as written, one row at a time."""
    fates, ids, contents, emails = {}, {}, {}, {}
    for row, (lead, *cells) in enumerate(rows, 1):
        content = tuple(cells)
        if lead in ids and ids[lead][1] != content:
            fates[row] = ("rejected", ids[lead][0])
            continue
        ids.setdefault(lead, (row, content))
        contents.setdefault(content, row)
        email, name, company, _ = content
        is_known = email is not None or (name is not None and company is not None)
        first = contents[content] if is_known else ids[lead][0]
        if first != row:
            fates[row] = ("duplicate", first)
            continue
        if email is not None and emails.setdefault(email, row) != row:
            fates[row] = ("shared_email", emails[email])
        elif not is_known and contents[content] != row:
            fates[row] = ("indistinguishable", contents[content])
        else:
            fates[row] = ("new", row)
    return fates


def by_check(batches):
    clean, issues, rejected = checked(*batches)
    fates = {row: ("new", row) for row in clean["row"]}
    for row, rule, code in issues.select("row", "rule", "code").rows():
        fates[row] = (code, int(rule.split()[1]))
    for row, rule in rejected.select("row", "rule").rows():
        fates[row] = ("rejected", int(rule.split()[1]))
    return fates


@given(st.lists(st.lists(LEAD, min_size=1, max_size=12), min_size=1, max_size=4))
def test_batches_are_compared_as_if_row_by_row(batches):
    assert by_check(batches) == by_hand([row for batch in batches for row in batch])


def test_the_comparison_above_would_notice_a_forgotten_batch(monkeypatch):
    """Negative control: a state that forgets earlier batches finds no duplicate of them."""
    monkeypatch.setattr(Firsts, "_with", lambda self, new: Firsts())
    assert by_check([[ANN], [ANN]]) != by_hand([ANN, ANN])


@given(st.lists(st.lists(st.integers(0, 50), max_size=30), max_size=12))
def test_the_first_of_each_key_is_kept_over_any_number_of_batches(batches):
    state, known, row = Firsts(), {}, 0
    for batch in batches:
        rows = np.arange(row + 1, row + 1 + len(batch), dtype=np.uint32)
        firsts, state = state.merged(np.array(batch, dtype=np.uint64), rows)
        assert firsts.tolist() == [known.setdefault(key, int(n)) for key, n in zip(batch, rows, strict=True)]
        row += len(batch)
        lengths = [len(run) for run in state.runs]
        assert all(left >= 2 * right for left, right in pairwise(lengths))
        assert sum(lengths) == len(known)
