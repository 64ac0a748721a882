"""The current leads of a book as a source of rows, each read as the mapping of its own import says."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW, Batch
from plumbline.connectors.local_forms import in_plain_form
from plumbline.connectors.mapping import parse_mapping
from plumbline.qualify.bundle import BLANK_WORDS
from plumbline.store import LeadBook
from plumbline.store.lead_book_schema import BOOK
from plumbline.triage.parse import ISO_DATE, ISO_MOMENT
from plumbline.triage.report import no_issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from plumbline.connectors.mapping import FieldMap

#: Where a database of SQLite says whose it is, and how such a file begins.
_MAGIC: Final = b"SQLite format 3\0"
_APPLICATION: Final = slice(68, 72)


def is_book(path: Path) -> bool:
    """Whether a file is a book of leads, by its first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(_APPLICATION.stop)
    except OSError:
        return False  # whoever opens it says what is wrong
    return head.startswith(_MAGIC) and head[_APPLICATION] == BOOK.application.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class BookSource:
    """Leads of a book that nobody erased, under the names of their fields, dates and numbers in plain form.

    ``columns``: ``lead.id`` and every field that a lead of the book ever had. In a book of several systems an
    id is ``system/id``. Leads that the last export of their system did not have are there too.
    """

    path: Path
    columns: tuple[str, ...]
    systems: int

    @classmethod
    def of(cls, path: Path) -> BookSource:
        """Open a book. ``LeadBookError`` where it is damaged or of a newer Plumbline."""
        with LeadBook(path, create=False) as book:
            systems = {one.system for one in book.imports()}
            return cls(path, ("lead.id", *book.fields()), len(systems))

    def mapping(self) -> str:
        """A mapping that leaves every field where it is; blank words were left out import by import."""
        fields = "".join(f"  {name}: {name}\n" for name in self.columns)
        head = "# The current leads of a book; how each import wrote its values stands in the book."
        return f"{head}\nmapping: book\nblank_words: []\ncolumns:\n{fields}"

    def sha256(self) -> str:
        """Hash of what the leads say now: it stays as long as they do."""
        digest = sha256()
        for batch in self.batches():
            digest.update(batch.frame.drop(ROW).write_csv().encode())
        return digest.hexdigest()

    def batches(self, size: int = 50_000) -> Iterator[Batch]:
        """Leads in the order of imports, systems and ids, at most ``size`` in a batch."""
        before = 0
        with LeadBook(self.path, create=False) as book:
            ways = {one.id: parse_mapping(one.mapping) for one in book.imports()}
            for number, frame in book.by_import(size=size):
                yield Batch(self._rows(_plain(frame, ways[number]), before), no_issues())
                before += frame.height

    def _rows(self, frame: pl.DataFrame, before: int) -> pl.DataFrame:
        several = pl.concat_str("system", pl.lit("/"), "lead.id")
        named = frame.with_columns((several if self.systems > 1 else pl.col("lead.id")).alias("lead.id"))
        rows = pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias(ROW)
        return named.select(rows, *self.columns)


def _plain(frame: pl.DataFrame, way: FieldMap) -> pl.DataFrame:
    """Values as any other file would write them: what was a blank word there is empty here."""
    words = BLANK_WORDS if way.blank_words is None else way.blank_words
    plain = in_plain_form(frame, way.numbers, way.named_dates, words).with_columns(
        _dates(frame, way.plain_dates)
    )
    fields = [name for name in frame.columns if name not in ("system", "lead.id", "version", "absent")]
    blank = ["", *(word.strip().lower() for word in words)]
    texts = (pl.col(name) for name in fields)
    return plain.with_columns(
        pl.when(~text.str.strip_chars().str.to_lowercase().is_in(blank)).then(text).name.keep()
        for text in texts
    )


def _dates(frame: pl.DataFrame, formats: Mapping[str, str]) -> list[pl.Expr]:
    """Dates of a declared format as ISO; one that does not fit is never read another way."""
    made = []
    for field, form in formats.items():
        if field not in frame.columns:
            continue
        text = pl.col(field).str.strip_chars()
        iso = text.str.to_date(form, strict=False).dt.strftime(ISO_DATE)
        misread = pl.when(text.str.contains(ISO_MOMENT)).then(pl.concat_str(text, pl.lit(f" [not {form}]")))
        made.append(pl.coalesce(iso, misread, pl.col(field)).alias(field))
    return made
