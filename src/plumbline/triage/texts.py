"""The text columns of a batch: trimmed, tidied, blank words taken out.

Nearly all cells are plain. So the few that need more are found first, by means that cost little a cell: a
look at the bytes of a whole column, and at lengths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import RowCode
from plumbline.triage.parse import CONTROL, tidy
from plumbline.triage.report import issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbline.triage.one import Blank

#: Batches up to this many rows are looked at in Python, which costs less than asking Polars.
_FEW: Final = 16
#: The control characters below 128.
_CONTROLS: Final = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_HAS_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
#: No character below changes in composed form.
_MAY_COMPOSE: Final = r"[\x{300}-\x{10ffff}]"


@dataclass(frozen=True, slots=True)
class Text:
    """What the cells of a text column hold: ``wide`` letters beyond ASCII, ``controls`` among ASCII."""

    column: str
    wide: bool
    controls: bool

    @classmethod
    def of(cls, column: str, text: str) -> Text:
        """Look at all cells of a column, in one piece."""
        data = text.encode()
        return cls(column, not text.isascii(), len(data.translate(None, _CONTROLS)) < len(data))

    @property
    def is_plain(self) -> bool:
        """Whether no cell needs tidying."""
        return not (self.wide or self.controls)

    def untidy(self) -> pl.Expr:
        """The places of cells that may need tidying, as one list."""
        cell = pl.col(self.column)
        signs = [_is_wide(cell)] if self.wide else []
        signs += [cell.str.contains(_HAS_CONTROL)] if self.controls else []
        return pl.any_horizontal(signs).arg_true().implode().alias(self.column)

    def blank(self, words: frozenset[str]) -> pl.Expr:
        """The places of blank words in trimmed cells, whatever their case, as one list."""
        cell = pl.col(self.column)
        likely = cell.str.len_bytes().is_in({len(word.encode()) for word in words})
        likely = likely | _is_wide(cell) if self.wide else likely  # where case may change the length
        is_word = cell.filter(likely).str.to_lowercase().is_in(words)
        return likely.arg_true().filter(is_word).implode().alias(self.column)


def _is_wide(cell: pl.Expr) -> pl.Expr:
    return cell.str.len_bytes() != cell.str.len_chars()


def looked_at(received: pl.DataFrame, columns: Sequence[str]) -> list[Text]:
    """What the cells of text columns hold."""
    glued = _glued(received, columns)
    return [Text.of(name, text or "") for name, text in zip(columns, glued, strict=True)]


def _glued(received: pl.DataFrame, columns: Sequence[str]) -> list[str | None]:
    """All the text of each column, in one piece."""
    if 0 < received.height <= _FEW:
        cells = dict(zip(received.columns, zip(*received.rows(), strict=True), strict=True))
        return ["".join(filter(None, cells[name])) for name in columns]
    glue = [pl.col(name).str.join("") for name in columns]
    return list(received.select(glue).row(0)) if glue else []


def tidied(
    received: pl.DataFrame, trimmed: pl.DataFrame, texts: Sequence[Text]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The columns with cells in composed form and without control characters, and lines about those."""
    untidy = [text for text in texts if not text.is_plain]
    if not untidy:
        return trimmed, []
    found = received.select(text.untidy() for text in untidy)
    columns, lines = [], []
    for text in untidy:
        places = found.get_column(text.column)[0]
        cells = pl.DataFrame([received.get_column("row"), received.get_column(text.column)])[places]
        columns.append(trimmed.get_column(text.column).scatter(places, _tidy(cells, text.column)))
        lines.append(_control_issues(cells, text.column))
    return trimmed.with_columns(columns), lines


def _tidy(cells: pl.DataFrame, name: str) -> pl.Series:
    cell = pl.col(name)
    clean = cells.select(cell.str.replace_all(CONTROL, "").str.strip_chars()).to_series()
    places = clean.str.contains(_MAY_COMPOSE).arg_true()
    return clean.scatter(places, cells[places].select(tidy(cell)).to_series())


def _control_issues(cells: pl.DataFrame, name: str) -> pl.DataFrame:
    rows = cells.filter(pl.col(name).str.contains(CONTROL))
    shown = pl.col(name).str.replace_all(CONTROL, "\ufffd")
    return issues(rows, RowCode.CONTROL_CHARACTERS, column=name, value=shown)


def without_blanks(
    trimmed: pl.DataFrame, texts: Sequence[Text], words: frozenset[str]
) -> tuple[pl.DataFrame, list[Blank]]:
    """The columns with blank words out, and how often each word stood there."""
    found = trimmed.select(text.blank(words) for text in texts) if texts else trimmed
    columns: list[pl.Series] = []
    blanks: list[Blank] = []
    for text in texts:
        places = found.get_column(text.column)[0]
        if len(places):
            cells = trimmed.get_column(text.column)
            blanks += counted(text.column, cells.gather(places))
            columns.append(cells.scatter(places, None))
    return trimmed.with_columns(columns), blanks


def counted(column: str, words: pl.Series) -> Iterator[Blank]:
    """How often each word stands in a column."""
    for word, rows in sorted(tuple(entry.values()) for entry in words.value_counts().to_dicts()):
        yield column, str(word), int(str(rows))
