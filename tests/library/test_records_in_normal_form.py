"""Columns in normal form: what costs little gives what the normal form of each value gives."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from plumbline.identity.columns import Column, ColumnType
from plumbline.library.records import email_column, in_normal_form, read_email

PIECES = st.sampled_from(
    ["ann", "Ann", "a.b", ".a", "a..b", "+news", "@", "acme.com", "ACME.com", "-x.de", "x-.de", "gmail.com",
     "1.2", "<", ">", '"', "(c)", " ", "mailto:", "müller", ".", "xn--mller-kva.de", "\n", "a" * 65]
)  # fmt: skip
ADDRESSES = st.lists(PIECES, max_size=6).map("".join)


@given(st.lists(st.none() | ADDRESSES | st.emails(), max_size=12))
def test_a_column_of_addresses_is_what_each_address_is(texts):
    found = email_column(pl.Series("email", texts, dtype=pl.String))
    assert found.to_list() == [None if text is None else read_email(text) for text in texts]


def test_what_has_no_normal_form_stays_as_it_is_written_and_platforms_are_nobodys_website():
    frame = pl.DataFrame(
        {
            "mail": ["Ann <ann@ACME.com>", "at home", None],
            "tel": ["020 7946 0018", "12", "+44 20 7946 0018"],
            "firm": ["Acme GmbH & Co. KG", "GmbH", "Acme"],
            "site": ["https://www.acme.com/x", "linkedin.com/company/acme", "acme.example"],
        }
    )
    kinds = (ColumnType.EMAIL, ColumnType.PHONE, ColumnType.ORGANISATION, ColumnType.DOMAIN)
    columns = [Column(name, kind) for name, kind in zip(frame.columns, kinds, strict=True)]
    made = in_normal_form(frame, columns, pl.Series(["GB", None, "GB"]))
    assert made.to_dict(as_series=False) == {
        "mail": ["ann@acme.com", "at home", None],
        "tel": ["+442079460018", "12", "+442079460018"],
        "firm": ["Acme", "GmbH", "Acme"],
        "site": ["acme.com", None, "acme.example"],
    }
    assert in_normal_form(frame, columns)["tel"].to_list()[0] == "020 7946 0018"
