"""All cells of a batch, read: typed columns, blanks counted per word, unreadable cells listed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import ROW_EXPLANATIONS
from plumbline.domain.words import Kind
from plumbline.triage.one import read_one, reader
from plumbline.triage.parse import TYPES, Rule, careful, plain, why_unreadable
from plumbline.triage.report import SHOWN, issue_lines
from plumbline.triage.texts import counted, looked_at, tidied, without_blanks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.triage.one import Blank, OneRead, Read

#: Rows per column and blank word; the empty word stands for empty cells.
BLANKS_SCHEMA: Final = {"column": pl.String, "word": pl.String, "rows": pl.Int64}
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
    others = tuple(rule for rule in rules if rule.kind is not Kind.TEXT)
    readers = tuple(None if rule.kind is Kind.TEXT else reader(rule) for rule in rules)
    schema = pl.Schema({rule.column: TYPES[rule.kind] for rule in rules})
    return Plan(texts, others, words, tuple(first_pass), readers, schema)


def read_cells(received: pl.DataFrame, how: Plan) -> Cells:
    """Read every column of a batch that has ``row`` and the columns of the plan."""
    if received.height == 1 and (one := read_one(received, how.readers, how.words)) is not None:
        return _cells_of_one(received, one, how)
    first = received.select(how.first_pass)
    texts = looked_at(received, how.texts)
    tidy, lines = tidied(received, first, texts)
    typed, words = without_blanks(tidy, texts, how.words)
    left_over = (rule for rule in how.others if _nulls(typed, rule.column) > _nulls(received, rule.column))
    rest = [_Leftover.of(received, typed, rule, how) for rule in left_over]
    blanks = [*_empty(received), *words]
    blanks += [blank for left in rest for blank in left.blanks()]
    better = [left.filled(typed) for left in rest]
    return Cells(
        typed.with_columns(better) if better else typed,
        _unreadable([left for left in rest if left.bad.height], received.height),
        _summed(blanks),
        [*lines, *(left.issues(received) for left in rest)],
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


def _empty(received: pl.DataFrame) -> Iterator[Blank]:
    for cells in received.iter_columns():
        if count := cells.null_count():
            yield cells.name, "", count


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
        return counted(self.rule.column, self.words["text"])

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
