"""Exact duplicates, also across batches. A duplicate points at its first row; nothing is merged or dropped.

Rows are compared by 64-bit hashes of their received text: among five million different rows, the chance that
any two are taken for equal is below one in a million.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.rowcodes import RowCode
from plumbline.triage.email import EmailKind
from plumbline.triage.firsts import Firsts
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.uint32]

#: Any of these says who the lead is; name and company count together.
_IDENTITIES: Final = (("contact.email",), ("contact.phone",), ("contact.name", "account.name"))
_ID: Final = "lead.id"
_NOT_CONTENT: Final = ("row", _ID)
_LOW: Final = np.uint64(0xFFFFFFFF)
_ROW_SHIFT: Final = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Seen:
    """What earlier batches held. Start with ``Seen()``, pass on what ``check`` returns; states are values."""

    ids: Firsts = field(default_factory=Firsts)
    contents: Firsts = field(default_factory=Firsts)
    emails: Firsts = field(default_factory=Firsts)

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes: about 16 a lead, 12 a different content, 12 an address."""
        return self.ids.nbytes + self.contents.nbytes + self.emails.nbytes


@dataclass(frozen=True, slots=True)
class Marked:
    """Leads with ``triage.duplicate_of`` and ``triage.shares_email``; a row whose id is taken is rejected."""

    leads: pl.DataFrame
    issues: pl.DataFrame
    rejected: pl.DataFrame
    seen: Seen


def mark(received: pl.DataFrame, clean: pl.DataFrame, seen: Seen) -> Marked:
    """Compare a batch with itself and with earlier ones.

    Args:
        received: ``row``, ``lead.id`` and the mapped columns as received, which are what is compared.
        clean: the same rows typed, with ``triage.email_kind``.
        seen: the state after the earlier batches of the same file.
    """
    rows = received.get_column("row").to_numpy().astype(np.uint32)
    content = _content(received)
    id_first, is_taken, ids = _by_id(received, rows, content, seen.ids)
    kept = ~is_taken
    content_first, contents = _first_rows(seen.contents, content, rows, kept)
    has_identity = _has_identity(clean)
    original = np.where(has_identity, content_first, id_first)
    is_duplicate = kept & (original != rows)
    has_email = kept & ~is_duplicate & _has_email(clean)
    email_first, emails = _first_rows(seen.emails, _email(clean), rows, has_email)
    leads = clean.with_columns(
        _row_names(original, is_duplicate).alias("triage.duplicate_of"),
        pl.Series("triage.shares_email", has_email & (email_first != rows)),
    )
    return Marked(
        leads if kept.all() else leads.filter(kept),
        joined(
            [
                _lines(leads, is_duplicate, original, RowCode.DUPLICATE),
                _lines(leads, has_email & (email_first != rows), email_first, RowCode.SHARED_EMAIL),
                _lines(
                    leads,
                    kept & ~is_duplicate & ~has_identity & (content_first != rows),
                    content_first,
                    RowCode.INDISTINGUISHABLE,
                ),
            ]
        ),
        _lines(leads, is_taken, id_first, RowCode.REPEATED_ID),
        Seen(ids, contents, emails),
    )


def _content(received: pl.DataFrame) -> NDArray[np.uint64]:
    columns = sorted(name for name in received.columns if name not in _NOT_CONTENT)
    if not columns:  # nothing but ids: there is no content that two rows could share
        return received.get_column(_ID).hash(1).to_numpy()
    return received.select(columns).hash_rows(1).to_numpy()


def _by_id(
    received: pl.DataFrame, rows: Rows, content: NDArray[np.uint64], seen: Firsts
) -> tuple[Rows, Flags, Firsts]:
    """The first row with each id, which rows have an id that other content took, and the state after."""
    packed = (rows.astype(np.uint64) << _ROW_SHIFT) | (content & _LOW)
    firsts, after = seen.merged(received.get_column(_ID).hash(2).to_numpy(), packed)
    return (firsts >> _ROW_SHIFT).astype(np.uint32), (firsts & _LOW) != (content & _LOW), after


def _first_rows(seen: Firsts, keys: NDArray[np.uint64], rows: Rows, counts: Flags) -> tuple[Rows, Firsts]:
    """The first row with each key among the rows that count; the others are their own first."""
    if counts.all():
        return seen.merged(keys, rows)
    firsts = rows.copy()
    firsts[counts], after = seen.merged(keys[counts], rows[counts])
    return firsts, after


def _has_identity(clean: pl.DataFrame) -> Flags:
    known = [
        pl.all_horizontal(pl.col(names).is_not_null())
        for names in _IDENTITIES
        if set(names) <= set(clean.columns)
    ]
    if not known:
        return np.zeros(clean.height, np.bool_)
    return clean.select(pl.any_horizontal(known)).to_series().to_numpy()


def _has_email(clean: pl.DataFrame) -> Flags:
    kind = clean.get_column("triage.email_kind")
    return (kind.is_not_null() & (kind != EmailKind.INVALID).fill_null(value=False)).to_numpy()


def _email(clean: pl.DataFrame) -> NDArray[np.uint64]:
    if "contact.email" not in clean.columns:
        return np.zeros(clean.height, np.uint64)
    return clean.get_column("contact.email").str.to_lowercase().hash(3).to_numpy()


def _row_names(rows: Rows, flags: Flags) -> pl.Series:
    if not flags.any():
        return pl.repeat(None, len(rows), dtype=pl.String, eager=True)
    named = pl.DataFrame({"row": rows, "is": flags}).select(pl.when("is").then(_named(pl.col("row"))))
    return named.to_series()


def _named(row: pl.Expr) -> pl.Expr:
    return pl.format("row {}", row)


def _lines(leads: pl.DataFrame, flags: Flags, firsts: Rows, code: RowCode) -> pl.DataFrame:
    found = leads.select("row", _ID, first=pl.Series(firsts)).filter(flags) if flags.any() else leads.head(0)
    if not found.height:
        return joined([])
    return issues(found, code, column=_ID, value=pl.col(_ID), rule=_SENTENCES[code])


_SENTENCES: Final = {
    RowCode.DUPLICATE: pl.format("Row {} holds the same lead.", "first"),
    RowCode.SHARED_EMAIL: pl.format("Row {} has the same e-mail address with other content.", "first"),
    RowCode.INDISTINGUISHABLE: pl.format(
        "Row {} has the same content, and nothing says who either is.", "first"
    ),
    RowCode.REPEATED_ID: pl.format("Row {} has this id with other content.", "first"),
}
