"""All cells of a batch, read: typed columns, blanks counted per word, unreadable cells listed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.rowcodes import ROW_EXPLANATIONS, RowCode
from plumbline.domain.words import Kind
from plumbline.triage.one import read_one, reader
from plumbline.triage.parse import CONTROL, TYPES, Rule, careful, plain, tidy, why_unreadable
from plumbline.triage.report import SHOWN, issue_lines, issues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.triage.one import Blank, OneRead, Read

#: Rows per column and blank word; the empty word stands for empty cells.
BLANKS_SCHEMA: Final = {"column": pl.String, "word": pl.String, "rows": pl.Int64}
#: Batches up to this many rows are looked at in Python, which costs less than asking Polars.
_FEW: Final = 16
_SENTENCES: Final = {code.value: text for code, text in ROW_EXPLANATIONS.items()}

_ALL_READ: Final = pl.Series("triage.unreadable", [[]], dtype=pl.List(pl.String))


@dataclass(frozen=True, slots=True)
class Cells:
    """Typed columns of a batch, in the order received, and what was found in them.

    ``unreadable``: per row, the columns whose value could not be read.
    """

    typed: pl.DataFrame
    unreadable: pl.Series
    blanks: pl.DataFrame
    issues: list[pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read the columns of a batch, with expressions made once."""

    texts: tuple[str, ...]
    others: tuple[Rule, ...]
    words: frozenset[str]
    first_pass: tuple[pl.Expr, ...]
    blank_pass: tuple[pl.Expr, ...]
    glue: tuple[pl.Expr, ...]
    readers: tuple[Read | None, ...]
    schema: pl.Schema

    def is_blank(self, text: pl.Expr) -> pl.Expr:
        """Whether a trimmed text is empty or a blank word, whatever its case."""
        return text.str.to_lowercase().is_in(self.words)


@lru_cache(maxsize=64)
def plan(rules: tuple[Rule, ...], blank_words: tuple[str, ...]) -> Plan:
    """The plan for a set of columns; the same columns give the same object."""
    texts = tuple(rule.column for rule in rules if rule.kind is Kind.TEXT)
    words = frozenset({"", *(word.strip().lower() for word in blank_words)})
    first_pass = (pl.col(r.column).str.strip_chars() if r.kind is Kind.TEXT else plain(r) for r in rules)
    blank_pass = (_without_blanks(name, words) for name in texts)
    others = tuple(rule for rule in rules if rule.kind is not Kind.TEXT)
    glue = tuple(pl.col(name).str.join("") for name in texts)
    readers = tuple(None if rule.kind is Kind.TEXT else reader(rule) for rule in rules)
    schema = pl.Schema({rule.column: TYPES[rule.kind] for rule in rules})
    return Plan(texts, others, words, tuple(first_pass), tuple(blank_pass), glue, readers, schema)


def _without_blanks(name: str, words: frozenset[str]) -> pl.Expr:
    cell = pl.col(name)
    return pl.when(~cell.str.to_lowercase().is_in(words)).then(cell).alias(name)


def read_cells(received: pl.DataFrame, how: Plan) -> Cells:
    """Read every column of a batch that has ``row`` and the columns of the plan."""
    if received.height == 1 and (one := read_one(received, how.readers, how.words)) is not None:
        return _cells_of_one(received, one, how)
    first = received.select(how.first_pass)
    untidy = _untidy(received, how)
    if untidy:
        first = first.with_columns(received.select(tidy(pl.col(name)) for name in untidy))
    typed = first.with_columns(how.blank_pass)
    left_over = (rule for rule in how.others if _nulls(typed, rule.column) > _nulls(received, rule.column))
    rest = [_Leftover.of(received, typed, rule, how) for rule in left_over]
    blanks = [*_empty(received), *_blank_texts(first, typed, how)]
    blanks += [blank for left in rest for blank in left.blanks()]
    better = [left.filled(typed) for left in rest]
    return Cells(
        typed.with_columns(better) if better else typed,
        _unreadable([left for left in rest if left.bad.height], received.height),
        _summed(blanks),
        [*_control_issues(received, untidy), *(left.issues(received) for left in rest)],
    )


def _cells_of_one(received: pl.DataFrame, one: OneRead, how: Plan) -> Cells:
    row = received.get_column("row").item()
    lines = [(row, column, cell[:SHOWN], _SENTENCES[code], code.value) for column, cell, code in one.bad]
    return Cells(
        pl.from_dicts([one.typed], schema=how.schema),
        pl.Series(_ALL_READ.name, [[column for column, *_ in one.bad]], _ALL_READ.dtype),
        _summed(one.words),
        [issue_lines(lines)] if lines else [],
    )


def _untidy(received: pl.DataFrame, how: Plan) -> list[str]:
    """Text columns with any character beyond printable ASCII, found at the speed of copying memory."""
    return [name for name, text in zip(how.texts, _glued(received, how), strict=True) if _is_untidy(text)]


def _glued(received: pl.DataFrame, how: Plan) -> list[str]:
    """All the text of each text column, in one piece."""
    if 0 < received.height <= _FEW:
        cells = dict(zip(received.columns, zip(*received.rows(), strict=True), strict=True))
        return ["".join(filter(None, cells.get(name, ()))) for name in how.texts]
    return list(received.select(how.glue).row(0)) if how.glue else []


def _is_untidy(text: str) -> bool:
    if not text or not text.isascii():
        return bool(text)
    data = np.frombuffer(text.encode(), np.uint8)
    return bool(data.min() < 32 or data.max() > 126)


def _control_issues(received: pl.DataFrame, untidy: list[str]) -> Iterator[pl.DataFrame]:
    for name in untidy:
        rows = received.filter(pl.col(name).str.contains(CONTROL))
        shown = pl.col(name).str.replace_all(CONTROL, "\ufffd")
        yield issues(rows, RowCode.CONTROL_CHARACTERS, column=name, value=shown)


def _empty(received: pl.DataFrame) -> Iterator[Blank]:
    for cells in received.iter_columns():
        if count := cells.null_count():
            yield cells.name, "", count


def _blank_texts(first: pl.DataFrame, typed: pl.DataFrame, how: Plan) -> Iterator[Blank]:
    """Blank words in text columns: cells that were there before and are null now."""
    names = [name for name in how.texts if _nulls(typed, name) > _nulls(first, name)]
    if not names:
        return
    words = [pl.col(name).filter(how.is_blank(pl.col(name))).value_counts().implode() for name in names]
    for name, counted in zip(names, first.select(words).row(0), strict=True):
        yield from _blanks(name, counted)


def _blanks(column: str, counted: list[dict[str, object]]) -> Iterator[Blank]:
    for word, rows in sorted(tuple(entry.values()) for entry in counted):
        yield column, str(word), int(str(rows))


def _summed(blanks: list[Blank]) -> pl.DataFrame:
    sums: Counter[tuple[str, str]] = Counter()
    for column, word, rows in blanks:
        sums[column, word] += rows
    return pl.DataFrame(
        [
            pl.Series("column", [column for column, _ in sums], BLANKS_SCHEMA["column"]),
            pl.Series("word", [word for _, word in sums], BLANKS_SCHEMA["word"]),
            pl.Series("rows", list(sums.values()), BLANKS_SCHEMA["rows"]),
        ]
    )


def _nulls(frame: pl.DataFrame, name: str) -> int:
    return frame.get_column(name).null_count()


@dataclass(frozen=True, slots=True)
class _Leftover:
    """Cells of one column that the first pass could not read: ``place`` in the batch, ``text``, ``value``."""

    rule: Rule
    words: pl.DataFrame
    read: pl.DataFrame
    bad: pl.DataFrame

    @classmethod
    def of(cls, received: pl.DataFrame, typed: pl.DataFrame, rule: Rule, how: Plan) -> _Leftover:
        """Read the cells carefully that are not null but have no value yet."""
        text, value = pl.col("text"), pl.col("value")
        pair = {"text": received.get_column(rule.column), "value": typed.get_column(rule.column)}
        left = pl.LazyFrame(pair).with_row_index("place").filter(text.is_not_null() & value.is_null())
        trimmed = left.with_columns(text.str.strip_chars()).with_columns(
            careful(rule.kind, text, rule.date_format).alias("value"), is_blank=how.is_blank(text)
        )
        found = trimmed.collect()
        return cls(
            rule,
            found.filter("is_blank"),
            found.filter(value.is_not_null()),
            found.filter(~pl.col("is_blank") & value.is_null()),
        )

    def filled(self, typed: pl.DataFrame) -> pl.Series:
        """The column with the values that could be read put in."""
        return typed.get_column(self.rule.column).scatter(self.read["place"], self.read["value"])

    def blanks(self) -> Iterator[Blank]:
        """The blank words among them."""
        return _blanks(self.rule.column, self.words["text"].value_counts().to_dicts())

    def issues(self, received: pl.DataFrame) -> pl.DataFrame:
        """One line per unreadable cell."""
        code = why_unreadable(self.rule.kind, pl.col("text"), self.rule.date_format)
        return self.bad.select(
            row=received.get_column("row").gather(self.bad["place"]),
            column=pl.lit(self.rule.column),
            value=received.get_column(self.rule.column).gather(self.bad["place"]).str.slice(0, SHOWN),
            rule=code.replace_strict(_SENTENCES, return_dtype=pl.String),
            code=code,
        )


def _unreadable(rest: list[_Leftover], height: int) -> pl.Series:
    """Per row of the batch the names of unreadable columns."""
    if not rest:
        return _ALL_READ.new_from_index(0, height)
    bad = pl.concat(left.bad.select("place", name=pl.lit(left.rule.column)) for left in rest)
    named = bad.group_by("place", maintain_order=True).agg("name")
    places = pl.DataFrame({"place": pl.arange(height, dtype=pl.UInt32, eager=True)})
    lists = places.join(named, on="place", how="left", maintain_order="left").get_column("name")
    return lists.fill_null([]).alias(_ALL_READ.name)
