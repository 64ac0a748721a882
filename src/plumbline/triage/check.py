"""The first step of the main path: from leads as received to clean leads, with every finding beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import RowCode
from plumbline.triage.cells import plan, read_cells
from plumbline.triage.duplicates import NOTHING_SEEN, mark
from plumbline.triage.email import email_columns, kind_and_domain
from plumbline.triage.parse import rules_of
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from plumbline.domain.words import Kind
    from plumbline.triage.cells import Plan
    from plumbline.triage.duplicates import Seen

_EMAIL: Final = "contact.email"
_DOMAIN: Final = "triage.email_domain"
_ROW: Final = "row"
_IS_INVALID: Final = pl.col(_EMAIL).is_not_null() & pl.col(_DOMAIN).is_null()


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
    derived: Collection[str] = (),
) -> Triaged:
    """Read, check and compare a batch of leads.

    Args:
        received: ``row``, ``lead.id`` and mapped columns, all text as received.
        kinds: how each column is to be read; a column not named here is text.
        blank_words: words that mean an empty cell, whatever their case.
        date_formats: strptime formats of columns whose dates are not ISO.
        seen: the state after the earlier batches of the same file.
        derived: columns of ``triage.derive`` that are wanted: normal forms and flags cost time.
    """
    columns = tuple(name for name in received.columns if name != _ROW)
    rules = rules_of(columns, kinds, date_formats or {})
    how = plan(rules, tuple(blank_words))
    cells = read_cells(received, how)
    clean = cells.typed.hstack([*_email(cells.typed), cells.unreadable])
    clean.insert_column(0, received.get_column(_ROW))
    seen = seen or NOTHING_SEEN
    if derived:
        clean, seen = with_derived(clean, received, how, derived, seen)
    marked = mark(received, clean, seen)
    found = joined([*cells.issues, *_invalid_emails(clean), *marked.issues])
    return Triaged(marked.leads, found, joined(marked.rejected), cells.blanks, marked.seen)


def with_derived(
    clean: pl.DataFrame, received: pl.DataFrame, how: Plan, derived: Collection[str], seen: Seen
) -> tuple[pl.DataFrame, Seen]:
    """Normal forms and flags beside the clean columns, and the state after them."""
    # Their lists and packages take a moment to load, which only those pay who want them.
    from plumbline.triage.derive import derive, neighbour_codes, texts_of  # noqa: PLC0415

    texts = texts_of(clean, received, how.is_blank)
    codes, neighbours = neighbour_codes(derived, texts, seen.neighbours)
    return clean.hstack(derive(derived, texts, codes)), replace(seen, neighbours=neighbours)


def _email(typed: pl.DataFrame) -> list[pl.Series]:
    """Kind and domain of the e-mail address."""
    if _EMAIL not in typed.columns or _nulls(typed, _EMAIL) == typed.height:
        return _texts(None, None, typed.height)
    addresses = typed.get_column(_EMAIL)
    one = kind_and_domain(addresses.item()) if typed.height == 1 else None
    return _texts(*one, 1) if one else email_columns(addresses).get_columns()


def _texts(kind: str | None, domain: str | None, height: int) -> list[pl.Series]:
    return [
        pl.Series(name, [value], dtype=pl.String).new_from_index(0, height)
        for name, value in (("triage.email_kind", kind), (_DOMAIN, domain))
    ]


def _invalid_emails(clean: pl.DataFrame) -> list[pl.DataFrame]:
    """Addresses in which no domain could be read."""
    if _EMAIL not in clean.columns or _nulls(clean, _EMAIL) == _nulls(clean, _DOMAIN):
        return []
    bad = clean if clean.height == 1 else clean.filter(_IS_INVALID)
    return [issues(bad, RowCode.INVALID_EMAIL, column=_EMAIL, value=pl.col(_EMAIL))]


def _nulls(frame: pl.DataFrame, name: str) -> int:
    return frame.get_column(name).null_count()
