"""Rows of a file as the application keeps them beside those of other files: pure.

A policy of the application reads all leads alike, so what one file alone says (its date formats, its blank
words, its lack of ids) is settled here. The file itself stays as it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.connectors.local_forms import in_iso_form
from plumbline.domain.rowcodes import RowCode
from plumbline.ledger.canonical import canonical_rows
from plumbline.triage.firsts import Firsts
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from plumbline.connectors.mapping import FieldMap

ID: Final = "lead.id"
_SEED: Final = 1
_ROW_SHIFT: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)
_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class Apart:
    """``leads``: rows whose id is new in the file. ``repeats`` said the same again and are counted.

    ``rejected``: rows that have an earlier row's id and say something else. ``seen`` is passed on.
    """

    leads: pl.DataFrame
    repeats: int
    rejected: pl.DataFrame
    seen: Firsts = field(default_factory=Firsts)


def as_kept(received: pl.DataFrame, mapping: FieldMap, blank_words: tuple[str, ...]) -> pl.DataFrame:
    """Dates as ISO, blank words as nothing, and for rows without an id one that their content gives.

    ``received``: ``row``, ``lead.id`` and fields as text, numbers in plain form already.
    """
    iso = in_iso_form(received, mapping.plain_dates, blank_words)
    fields = [name for name in iso.columns if name not in {"row", ID}]
    words = sorted({"", *(word.strip().lower() for word in blank_words)})
    kept = iso.with_columns(_filled(name, words) for name in fields)
    if mapping.named:
        return kept.with_columns(pl.col(ID).str.strip_chars())
    return kept.with_columns(_ids_of(kept.select(fields)))


def _filled(name: str, words: list[str]) -> pl.Expr:
    return (
        pl.when(~pl.col(name).str.strip_chars().str.to_lowercase().is_in(words))
        .then(pl.col(name))
        .alias(name)
    )


def _ids_of(content: pl.DataFrame) -> pl.Series:
    """The same content has the same id in every file, whatever its columns are called there."""
    texts = canonical_rows(content) if content.width else pl.Series([""] * content.height, dtype=pl.String)
    digests = [sha256(text.encode()).hexdigest()[:_DIGITS] for text in texts]
    return pl.Series(ID, digests, pl.String)


def without_repeats(kept: pl.DataFrame, seen: Firsts) -> Apart:
    """Rows whose id an earlier row of the same file has, taken out."""
    numbers = kept.get_column("row").to_numpy().astype(np.uint64)
    content = kept.drop("row", ID)
    hashes = content.hash_rows(_SEED).to_numpy() if content.width else np.zeros(kept.height, np.uint64)
    packed = (numbers << _ROW_SHIFT) | (hashes & _LOW)
    firsts, after = seen.merged(kept.get_column(ID).hash(_SEED).to_numpy(), packed)
    is_first = (firsts >> _ROW_SHIFT) == numbers
    is_same = (firsts & _LOW) == (hashes & _LOW)
    found = kept.select("row", ID, first=pl.Series(firsts >> _ROW_SHIFT))
    lines = issues(
        found.filter(pl.Series(~is_first & ~is_same)),
        RowCode.REPEATED_ID,
        column=ID,
        value=pl.col(ID),
        rule=pl.format("Row {} has this id with other content.", "first"),
    )
    leads = kept.filter(pl.Series(is_first))
    return Apart(leads, int((~is_first & is_same).sum()), joined([lines]), after)
