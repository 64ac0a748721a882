"""The first step of the main path: from leads as received to clean leads, with every finding beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import RowCode
from plumbline.triage.cells import plan, read_cells
from plumbline.triage.duplicates import Seen, mark
from plumbline.triage.email import EmailKind, email_columns
from plumbline.triage.parse import rules_of
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.domain.words import Kind

_EMAIL: Final = "contact.email"
_ROW: Final = "row"


@dataclass(frozen=True, slots=True)
class Triaged:
    """Clean leads and what was found. Received = clean + rejected, to the row.

    ``clean``: typed columns, blanks null, and the ``triage.*`` columns.
    ``issues``: lines about leads that stay. ``rejected``: one line per row that is no lead.
    ``blanks``: rows per column and blank word; the empty word counts empty cells.
    ``seen``: the state to pass on with the next batch.
    """

    clean: pl.DataFrame
    issues: pl.DataFrame
    rejected: pl.DataFrame
    blanks: pl.DataFrame
    seen: Seen


def check(
    received: pl.DataFrame,
    *,
    kinds: Mapping[str, Kind],
    blank_words: Sequence[str] = (),
    date_formats: Mapping[str, str] | None = None,
    seen: Seen | None = None,
) -> Triaged:
    """Read, check and compare a batch of leads.

    Args:
        received: ``row``, ``lead.id`` and mapped columns, all text as received.
        kinds: how each column is to be read; a column not named here is text.
        blank_words: words that mean an empty cell, whatever their case.
        date_formats: strptime formats of columns whose dates are not ISO.
        seen: the state after the earlier batches of the same file.
    """
    columns = tuple(name for name in received.columns if name != _ROW)
    rules = rules_of(columns, kinds, date_formats or {})
    cells = read_cells(received, plan(rules, tuple(blank_words)))
    clean = cells.typed.hstack([*_email(cells.typed), cells.unreadable])
    clean.insert_column(0, received.get_column(_ROW))
    marked = mark(received, clean, seen or Seen())
    found = joined([*cells.issues, *_invalid_emails(clean), *marked.issues])
    return Triaged(marked.leads, found, joined(marked.rejected), cells.blanks, marked.seen)


def _email(typed: pl.DataFrame) -> list[pl.Series]:
    if _EMAIL in typed.columns:
        return email_columns(typed.get_column(_EMAIL)).get_columns()
    names = ("triage.email_kind", "triage.email_domain")
    return [pl.Series(name, [None], dtype=pl.String).new_from_index(0, typed.height) for name in names]


def _invalid_emails(clean: pl.DataFrame) -> list[pl.DataFrame]:
    bad = clean.filter(pl.col("triage.email_kind") == EmailKind.INVALID.value)
    return [issues(bad, RowCode.INVALID_EMAIL, column=_EMAIL, value=pl.col(_EMAIL))] if bad.height else []
