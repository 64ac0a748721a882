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
from plumbline.triage.firsts import Firsts
from plumbline.triage.report import issues
from plumbline.triage.suspicion.neighbours import Neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Hashes = NDArray[np.uint64]
    Rows = NDArray[np.uint32]

#: Any of these says who the lead is; name and company count together.
_IDENTITIES: Final = (("contact.email",), ("contact.phone",), ("contact.name", "account.name"))
_ID: Final = "lead.id"
_EMAIL: Final = "contact.email"
_SEED: Final = 1
_EMAIL_HASH: Final = pl.col(_EMAIL).str.to_lowercase().hash(_SEED)
_NO_ROW: Final = pl.Series("triage.duplicate_of", [None], dtype=pl.String)
_NOT_SHARED: Final = pl.Series("triage.shares_email", [False])
#: Odd, so that no part of a hash is lost; its powers differ in all but the lowest bits.
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_LOW: Final = np.uint64(0xFFFFFFFF)
_ROW_SHIFT: Final = np.uint64(32)
_SENTENCES: Final = {
    RowCode.DUPLICATE: pl.format("Row {} holds the same lead.", "first"),
    RowCode.SHARED_EMAIL: pl.format("Row {} has the same e-mail address with other content.", "first"),
    RowCode.INDISTINGUISHABLE: pl.format(
        "Row {} has the same content, and nothing says who either is.", "first"
    ),
    RowCode.REPEATED_ID: pl.format("Row {} has this id with other content.", "first"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What earlier batches held. Start with ``Seen()``, pass on what ``check`` returns; states are values."""

    ids: Firsts = field(default_factory=Firsts)
    contents: Firsts = field(default_factory=Firsts)
    emails: Firsts = field(default_factory=Firsts)
    neighbours: Neighbours = field(default_factory=Neighbours)

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes: 16 for a lead, 12 for each different content, 12 for each address.

        Where flags are wanted, what ``neighbours`` holds comes on top.
        """
        return self.ids.nbytes + self.contents.nbytes + self.emails.nbytes + self.neighbours.nbytes


NOTHING_SEEN: Final = Seen()


@dataclass(frozen=True, slots=True)
class Marked:
    """Leads with ``triage.duplicate_of`` and ``triage.shares_email``; a row whose id is taken is rejected."""

    leads: pl.DataFrame
    issues: list[pl.DataFrame]
    rejected: list[pl.DataFrame]
    seen: Seen


@dataclass(frozen=True, slots=True)
class _Facts:
    """What rows are compared by."""

    rows: Rows
    id: Hashes
    content: Hashes
    email: Hashes
    has_identity: Flags
    has_email: Flags

    @classmethod
    def of(cls, received: pl.DataFrame, clean: pl.DataFrame) -> _Facts:
        """The facts of a batch: ids and content as received, identities from what could be read."""
        has_email = _is_known(clean, "triage.email_domain")
        hashes = _hashes_of_one if clean.height == 1 else _hashes
        return cls(
            received.get_column("row").to_numpy().astype(np.uint32),
            *hashes(received, clean, has_email),
            _has_identity(clean),
            has_email,
        )


def _hashes(received: pl.DataFrame, clean: pl.DataFrame, has_email: Flags) -> tuple[Hashes, Hashes, Hashes]:
    """Of the id, of the content and of the address of every row."""
    ids = clean.get_column(_ID).hash(_SEED).to_numpy()
    emails = clean.select(_EMAIL_HASH).to_series().to_numpy() if has_email.any() else np.zeros_like(ids)
    columns = _content(received)
    if not columns:  # there is no content that two rows could share
        return ids, ids, emails
    content = np.zeros_like(ids)
    for hashes in received[columns].select(pl.all().hash(_SEED)).iter_columns():
        content += hashes.to_numpy()
        content *= _BASE
    return ids, content, emails


def _hashes_of_one(
    received: pl.DataFrame, clean: pl.DataFrame, has_email: Flags
) -> tuple[Hashes, Hashes, Hashes]:
    """The same of a lone lead, whose cells are hashed in one go."""
    email = clean.get_column(_EMAIL).item() if has_email[0] else ""
    if not email.isascii():
        return _hashes(received, clean, has_email)
    columns = _content(received)
    texts = (clean.get_column(_ID).item(), email.lower(), *received[columns].row(0))
    id_, email_hash, *cells = pl.Series(texts, dtype=pl.String).hash(_SEED).to_list()
    content = 0 if columns else id_
    for cell in cells:
        content = (content + cell) * int(_BASE) % 2**64
    ids, contents, emails = (np.array([part], np.uint64) for part in (id_, content, email_hash))
    return ids, contents, emails


def _content(received: pl.DataFrame) -> list[str]:
    """What two rows are compared by. Their hash is a polynomial, so that a cell counts by its column too."""
    return sorted(name for name in received.columns if name not in ("row", _ID))


def mark(received: pl.DataFrame, clean: pl.DataFrame, seen: Seen) -> Marked:
    """Compare a batch with itself and with earlier ones.

    Args:
        received: ``row``, ``lead.id`` and the mapped columns as received, which are what is compared.
        clean: the same rows typed, with ``triage.email_domain``.
        seen: the state after the earlier batches of the same file.
    """
    facts = _Facts.of(received, clean)
    rows = facts.rows
    if len(rows) == 1 and not seen.ids.runs:
        return _first_of_all(clean, facts, seen)
    same_id, is_taken, ids = _by_id(facts, seen.ids)
    same_content, contents = _first_rows(seen.contents, facts.content, rows, ~is_taken)
    original = np.where(facts.has_identity, same_content, same_id)
    is_duplicate = ~is_taken & (original != rows)
    is_lead = ~is_taken & ~is_duplicate
    same_email, emails = _first_rows(seen.emails, facts.email, rows, is_lead & facts.has_email)
    shares_email = same_email != rows
    leads = clean.hstack([_row_names(original, is_duplicate), pl.Series("triage.shares_email", shares_email)])
    is_alike = is_lead & ~facts.has_identity & (same_content != rows)
    return Marked(
        leads.filter(~is_taken) if is_taken.any() else leads,
        [
            *_lines(leads, is_duplicate, original, RowCode.DUPLICATE),
            *_lines(leads, shares_email, same_email, RowCode.SHARED_EMAIL),
            *_lines(leads, is_alike, same_content, RowCode.INDISTINGUISHABLE),
        ],
        _lines(leads, is_taken, same_id, RowCode.REPEATED_ID),
        Seen(ids, contents, emails, seen.neighbours),
    )


def _first_of_all(clean: pl.DataFrame, facts: _Facts, seen: Seen) -> Marked:
    """A lone lead with nothing before it is like no other."""
    _, _, ids = _by_id(facts, seen.ids)
    _, contents = seen.contents.merged(facts.content, facts.rows)
    _, emails = seen.emails.merged(facts.email[facts.has_email], facts.rows[facts.has_email])
    return Marked(clean.hstack([_NO_ROW, _NOT_SHARED]), [], [], Seen(ids, contents, emails, seen.neighbours))


def _by_id(facts: _Facts, seen: Firsts) -> tuple[Rows, Flags, Firsts]:
    """The first row with each id, which rows have an id that other content took, and the state after."""
    packed = (facts.rows.astype(np.uint64) << _ROW_SHIFT) | (facts.content & _LOW)
    firsts, after = seen.merged(facts.id, packed)
    return (firsts >> _ROW_SHIFT).astype(np.uint32), (firsts & _LOW) != (facts.content & _LOW), after


def _first_rows(seen: Firsts, keys: Hashes, rows: Rows, counts: Flags) -> tuple[Rows, Firsts]:
    """The first row with each key among the rows that count; the others are their own first."""
    firsts = rows.copy()
    firsts[counts], after = seen.merged(keys[counts], rows[counts])
    return firsts, after


def _has_identity(clean: pl.DataFrame) -> Flags:
    has_any = np.zeros(clean.height, dtype=np.bool_)
    for names in _IDENTITIES:
        if set(names) <= set(clean.columns):
            has_any |= np.logical_and.reduce([_is_known(clean, name) for name in names])
    return has_any


def _is_known(clean: pl.DataFrame, name: str) -> Flags:
    cells = clean.get_column(name)
    nulls = cells.null_count()
    return np.full(len(cells), nulls == 0) if nulls in (0, len(cells)) else cells.is_not_null().to_numpy()


def _row_names(rows: Rows, flags: Flags) -> pl.Series:
    if not flags.any():
        return _NO_ROW.new_from_index(0, len(rows))
    named = pl.when(pl.Series(flags)).then(pl.format("row {}", pl.Series(rows)))
    return pl.select(named.alias(_NO_ROW.name)).to_series()


def _lines(leads: pl.DataFrame, flags: Flags, firsts: Rows, code: RowCode) -> list[pl.DataFrame]:
    if not flags.any():
        return []
    found = leads.select("row", _ID, first=pl.Series(firsts)).filter(flags)
    return [issues(found, code, column=_ID, value=pl.col(_ID), rule=_SENTENCES[code])]
