"""How many leads miss what matters."""

from __future__ import annotations

import polars as pl

from plumbline.triage import check, missing_key_fields


def test_missing_fields_are_counted_and_an_unmapped_field_is_missing_everywhere(received):
    frame = received({"contact.email": ["a@b.co", None, "Select"], "account.name": ["A", "B", "C"]})
    clean = check(frame, kinds={}, blank_words=["Select"]).clean
    counted = missing_key_fields(clean, ["contact.email", "account.name", "contact.phone"])
    assert counted.rows() == [("contact.email", 2, 3), ("account.name", 0, 3), ("contact.phone", 3, 3)]


def test_no_declared_field_gives_no_line():
    assert missing_key_fields(pl.DataFrame({"row": [1]}), []).height == 0
