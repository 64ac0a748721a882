"""All cells of a batch, read: typed columns, blanks counted per word, unreadable cells listed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.rowcodes import ROW_EXPLANATIONS, RowCode
from plumbline.domain.words import Kind
from plumbline.triage.parse import CONTROL, Rule, careful, plain, tidy, why_unreadable
from plumbline.triage.report import ISSUE_SCHEMA, SHOWN, issues, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

BLANKS_SCHEMA: Final = {"column": pl.String, "word": pl.String, "rows": pl.Int64}
_RULES: Final = {code.value: text for code, text in ROW_EXPLANATIONS.items()}


@dataclass(frozen=True, slots=True)
class Cells:
    """Typed columns of a batch and what was found in them.

    ``unreadable`` names, per row, the columns whose value could not be read. ``blanks`` counts rows per
    column and blank word; the empty word stands for empty cells.
    """

    typed: pl.DataFrame
    unreadable: pl.Series
    blanks: pl.DataFrame
    issues: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Plan:
    """Expressions made once per set of columns."""

    texts: tuple[Rule, ...]
    others: tuple[Rule, ...]
    words: pl.Series
    first_pass: tuple[pl.Expr, ...]
    sniff: tuple[pl.Expr, ...]


@lru_cache(maxsize=64)
def plan(rules: tuple[Rule, ...], blank_words: tuple[str, ...]) -> Plan:
    """How to read the columns of a batch."""
    texts = tuple(rule for rule in rules if rule.kind is Kind.TEXT)
    others = tuple(rule for rule in rules if rule.kind is not Kind.TEXT)
    words = pl.Series(sorted({"", *(word.strip().lower() for word in blank_words)}), dtype=pl.String)
    return Plan(
        texts,
        others,
        words,
        (*(pl.col(r.column).str.strip_chars() for r in texts), *(plain(r) for r in others)),
        tuple(pl.col(rule.column).str.join("") for rule in texts),
    )


def read_cells(received: pl.DataFrame, how: Plan) -> Cells:
    """Read every column of a batch that has ``row`` and the columns of the plan."""
    first = received.select(how.first_pass)
    untidy = _untidy(received, how)
    if untidy:
        first = first.with_columns(received.select(tidy(pl.col(name)).alias(name) for name in untidy))
    texts = first.select(_without_blanks(rule.column, how.words) for rule in how.texts)
    rest = _Rest.of(received, first, how)
    typed = pl.DataFrame([*texts, *rest.filled(first, how)])
    found = [_control_issues(received, name) for name in untidy]
    return Cells(
        typed.select(rule.column for rule in _in_order(received, how)),
        rest.unreadable(received),
        pl.concat([_text_blanks(first, texts), rest.blanks(), _empty(received, how)]),
        joined([*found, rest.issues(received)]),
    )


def _in_order(received: pl.DataFrame, how: Plan) -> list[Rule]:
    place = {name: index for index, name in enumerate(received.columns)}
    return sorted((*how.texts, *how.others), key=lambda rule: place[rule.column])


def _without_blanks(name: str, words: pl.Series) -> pl.Expr:
    cell = pl.col(name)
    return pl.when(~cell.str.to_lowercase().is_in(words.implode())).then(cell).alias(name)


def _untidy(received: pl.DataFrame, how: Plan) -> list[str]:
    """Text columns with any character beyond printable ASCII, found at the speed of copying memory."""
    glued = received.select(how.sniff).row(0) if how.sniff else ()
    return [rule.column for rule, text in zip(how.texts, glued, strict=True) if text and _is_untidy(text)]


def _is_untidy(text: str) -> bool:
    if not text.isascii():
        return True
    data = np.frombuffer(text.encode(), np.uint8)
    return bool(data.min() < 32 or data.max() > 126)


def _control_issues(received: pl.DataFrame, name: str) -> pl.DataFrame:
    rows = received.filter(pl.col(name).str.contains(CONTROL))
    return issues(rows, RowCode.CONTROL_CHARACTERS, column=name, value=_escaped(pl.col(name)))


def _escaped(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(CONTROL, "\ufffd")


def _empty(received: pl.DataFrame, how: Plan) -> pl.DataFrame:
    names = [rule.column for rule in (*how.texts, *how.others)]
    counts = [received.get_column(name).null_count() for name in names]
    frame = pl.DataFrame({"column": names, "word": [""] * len(names), "rows": counts}, schema=BLANKS_SCHEMA)
    return frame.filter(pl.col("rows") > 0)


def _text_blanks(first: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Blank words in text columns: cells that were there before and are null now."""
    names = [n for n in texts.columns if texts.get_column(n).null_count() > first.get_column(n).null_count()]
    parts = [_word_counts(first.get_column(n).filter(texts.get_column(n).is_null()), n) for n in names]
    return pl.concat(parts) if parts else pl.DataFrame(schema=BLANKS_SCHEMA)


def _word_counts(words: pl.Series, name: str) -> pl.DataFrame:
    counted = words.drop_nulls().rename("word").value_counts(sort=True, name="rows")
    return counted.select(pl.lit(name).alias("column"), "word", pl.col("rows").cast(pl.Int64))


@dataclass(frozen=True, slots=True)
class _Rest:
    """Cells the first pass could not read, per rule: place, text, is_blank, value, code."""

    parts: tuple[tuple[Rule, pl.DataFrame], ...]

    @classmethod
    def of(cls, received: pl.DataFrame, first: pl.DataFrame, how: Plan) -> _Rest:
        """The cells left by the first pass, read carefully."""
        left = [rule for rule in how.others if _nulls(first, rule) > _nulls(received, rule)]
        return cls(tuple((rule, _careful(received, first, rule, how.words)) for rule in left))

    def filled(self, first: pl.DataFrame, how: Plan) -> list[pl.Series]:
        """The non-text columns with the careful values put in."""
        columns = {rule.column: first.get_column(rule.column) for rule in how.others}
        for rule, cells in self.parts:
            better = cells.filter(pl.col("value").is_not_null())
            if better.height:
                columns[rule.column] = columns[rule.column].scatter(better["place"], better["value"])
        return list(columns.values())

    def blanks(self) -> pl.DataFrame:
        """Blank words in other than text columns."""
        parts = [_word_counts(cells.filter("is_blank")["text"], rule.column) for rule, cells in self.parts]
        return pl.concat(parts) if parts else pl.DataFrame(schema=BLANKS_SCHEMA)

    def unreadable(self, received: pl.DataFrame) -> pl.Series:
        """Per row of the batch the names of unreadable columns."""
        bad = [_bad(cells).select("place", name=pl.lit(rule.column)) for rule, cells in self.parts]
        return _lists([part for part in bad if part.height], received.height)

    def issues(self, received: pl.DataFrame) -> pl.DataFrame:
        """One line per unreadable cell."""
        return joined([_lines(_bad(cells), rule, received) for rule, cells in self.parts])


def _nulls(frame: pl.DataFrame, rule: Rule) -> int:
    return frame.get_column(rule.column).null_count()


def _careful(received: pl.DataFrame, first: pl.DataFrame, rule: Rule, words: pl.Series) -> pl.DataFrame:
    cells = received.get_column(rule.column)
    left = (cells.is_not_null() & first.get_column(rule.column).is_null()).arg_true()
    text = pl.col("text")
    return pl.DataFrame({"place": left, "text": cells.gather(left).str.strip_chars()}).with_columns(
        text.str.to_lowercase().is_in(words.implode()).alias("is_blank"),
        careful(rule.kind, text, rule.date_format).alias("value"),
        why_unreadable(rule.kind, text, rule.date_format).alias("code"),
    )


def _bad(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.filter(~pl.col("is_blank") & pl.col("value").is_null())


def _lines(bad: pl.DataFrame, rule: Rule, received: pl.DataFrame) -> pl.DataFrame:
    return bad.select(
        received.get_column("row").gather(bad["place"]).alias("row"),
        pl.lit(rule.column).alias("column"),
        pl.Series("value", received.get_column(rule.column).gather(bad["place"])).str.slice(0, SHOWN),
        pl.col("code").replace_strict(_RULES, return_dtype=pl.String).alias("rule"),
        "code",
    ).cast(ISSUE_SCHEMA)  # type: ignore[arg-type]


def _lists(parts: Sequence[pl.DataFrame], height: int) -> pl.Series:
    empty = pl.Series("triage.unreadable", [[]], dtype=pl.List(pl.String)).new_from_index(0, height)
    if not parts:
        return empty
    named = pl.concat(parts).group_by("place", maintain_order=True).agg("name").sort("place")
    lists = pl.DataFrame({"place": pl.arange(height, dtype=pl.UInt32, eager=True)}).join(
        named, on="place", how="left", maintain_order="left"
    )
    return lists["name"].fill_null([]).alias("triage.unreadable")
