"""Every code of a row issue is explained, and rejecting is told apart from reporting."""

from __future__ import annotations

import polars as pl
import pytest

from plumbline.domain.rowcodes import REJECTING, ROW_EXPLANATIONS, RowCode
from plumbline.triage import check


@pytest.mark.parametrize("code", list(RowCode))
def test_every_code_has_one_sentence(code):
    sentence = ROW_EXPLANATIONS[code]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert code.value == code.name.lower()


def test_rejected_rows_carry_rejecting_codes_and_issues_carry_others():
    frame = pl.DataFrame(
        {
            "row": pl.Series(range(1, 6), dtype=pl.Int64),
            "lead.id": ["a", "a", "b", "c", "d"],
            "contact.email": ["x@a.co", "x@b.co", "x@a.co", "none", "\u0007y@a.co"],
        }
    )
    triaged = check(frame, kinds={})
    assert set(triaged.rejected["code"]) == {"repeated_id"} <= REJECTING
    assert set(triaged.issues["code"]) == {"duplicate", "invalid_email", "control_characters"}
    assert not set(triaged.issues["code"]) & REJECTING
    assert triaged.issues["row"].is_sorted()
