"""Guess which column of a file is which field, from names and contents. Every guess says why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.excel import ExcelSource
from plumbline.connectors.guess_forms import counted, format_of, style_of
from plumbline.connectors.guess_yaml import mapping_yaml
from plumbline.connectors.headers import (
    FIELD_OF,
    ID_WORDS,
    NAME_PARTS,
    NOT_BLANK_IN,
    identifier,
    leak_of,
    normal,
    system_of,
    tight,
)
from plumbline.connectors.looks import Look, look_at
from plumbline.connectors.settle import Choice, settle
from plumbline.domain.fields import EXTRA, RECEIVED
from plumbline.domain.words import Kind
from plumbline.triage.report import no_issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plumbline.connectors.files import Source
    from plumbline.connectors.headers import System
    from plumbline.connectors.settle import Finding, Settled

#: Rows looked at.
SAMPLE: Final = 20_000
LEAD_ID: Final = "lead.id"
_NAME: Final = "contact.name"
_COUNTED: Final = "account.employees"
_PERSONAL_WORDS: Final = frozenset(
    {"name", "surname", "email", "mail", "phone", "mobile", "tel", "address", "street", "birth", "birthday",
     "dob", "age", "gender", "linkedin", "twitter", "ip"}
)  # fmt: skip
#: Fields that neither flags nor e-mail addresses are values of.
_WORDS: Final = frozenset({"contact.phone", "contact.name", "account.name", "account.website", "lead.source"})
#: Names of fields that may be a part of a longer column name, when the contents fit too.
_PARTS: Final = ("email", "e mail", "phone", "mobile", "employees", "website")


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """One column: the field it feeds (None: left out), how sure that is in percent, and why.

    ``leak`` says why the column may know what came after the lead; such a column stays out of scores.
    """

    column: str
    field: str | None
    sure: int
    why: str
    look: Look
    date_format: str | None = None
    leak: str | None = None
    number_style: str | None = None

    @property
    def personal(self) -> bool:
        """Whether values should not be shown."""
        known = RECEIVED.get(self.field or "")
        by_name = bool(_PERSONAL_WORDS & set(normal(self.column).split())) and not self.look.flag
        by_look = self.look.email or (self.look.phone and not self.look.number)
        return by_look or (known.personal if known else by_name) or self.field == LEAD_ID


@dataclass(frozen=True, slots=True)
class Guess:
    """All columns of a file, and the blank words found: word to column to rows.

    ``joined``: fields that several columns feed together. ``findings``: how dates and numbers are written.
    ``notes``: what the file is beside its cells, as row issues. ``sheet``: the one read of a workbook.
    """

    name: str
    rows: int
    system: str | None
    guesses: tuple[ColumnGuess, ...]
    blank_words: Mapping[str, Mapping[str, int]]
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    notes: pl.DataFrame = field(default_factory=no_issues)
    sheet: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Column to field, for the columns that feed one."""
        return {guess.column: guess.field for guess in self.guesses if guess.field}

    def to_yaml(self) -> str:
        """A commented mapping file that says all of this."""
        return mapping_yaml(self)

    @property
    def by_field(self) -> dict[str, ColumnGuess]:
        """Field to its column."""
        return {guess.field: guess for guess in self.guesses if guess.field}


@dataclass(frozen=True, slots=True)
class _Candidate:
    """``rank`` tells names of one field apart: the most usual is 0."""

    sure: int
    field: str
    why: str
    rank: int = 0


def guess(source: Source, choice: Choice | None = None) -> Guess:
    """Guess from the names of the columns and the first rows; where these leave a question, from all rows.

    ``choice`` is what a person said of the dates and numbers of the file.
    """
    first = next(iter(source.batches(SAMPLE)), None)
    sample = pl.DataFrame(schema=dict.fromkeys(source.columns, pl.String)) if first is None else first.frame
    guessed = guess_columns(source.path.name.split(".")[0], sample.drop(ROW, strict=False), choice, source)
    sheet = source.sheet.name if isinstance(source, ExcelSource) and len(source.book.sheets) > 1 else None
    notes = no_issues() if first is None else first.noted.filter(pl.col("row").is_null())
    return replace(guessed, sheet=sheet, notes=notes)


def guess_columns(
    name: str, sample: pl.DataFrame, choice: Choice | None = None, source: Source | None = None
) -> Guess:
    """Guess from a sample of rows as text; what it leaves open is looked up in the whole ``source``."""
    system = system_of(sample.columns)
    found = {column: look_at(sample.get_column(column)) for column in sample.columns}
    settled = settle(found, choice or Choice(), source)
    chosen = _chosen(settled.looks, sample.height, system)
    guesses = _all(settled.looks, chosen, sample.height)
    return Guess(
        name,
        sample.height,
        system.name if system else None,
        guesses,
        _blank_words(guesses),
        joined=_joined(guesses),
        findings=_findings(settled, guesses),
    )


def _joined(guesses: Sequence[ColumnGuess]) -> dict[str, tuple[str, ...]]:
    """First and last name make the name of a contact that has no column of its own."""
    if any(entry.field == _NAME for entry in guesses):
        return {}
    by_name = {normal(entry.column): entry for entry in reversed(guesses)}
    parts = [next((by_name[one] for one in names if one in by_name), None) for names in NAME_PARTS]
    columns = tuple(entry.column for entry in parts if entry is not None and entry.look.filled)
    return {_NAME: columns} if len(columns) == len(parts) else {}


def _findings(settled: Settled, guesses: Sequence[ColumnGuess]) -> tuple[Finding, ...]:
    """What was found of columns that hold dates or numbers; phones and ids are written with digits too."""
    kinds = {entry.column: _kind_of(entry) for entry in guesses}
    return tuple(one for one in settled.findings if kinds[one.column] in (Kind.NUMBER, Kind.DATE))


def _kind_of(entry: ColumnGuess) -> Kind:
    known = RECEIVED.get(entry.field or "")
    return entry.look.kind if known is None else known.kind


def _chosen(looks: Mapping[str, Look], rows: int, system: System | None) -> dict[str, _Candidate]:
    """The best column for each field; a column feeds one field, a field has one column."""
    pairs = [(c, column) for column, look in looks.items() for c in _fitting(column, look, rows, system)]
    ranked = sorted(pairs, key=lambda pair: (-pair[0].sure, pair[0].rank))
    chosen: dict[str, _Candidate] = {}
    taken: set[str] = set()
    for candidate, column in ranked:
        if column not in chosen and candidate.field not in taken:
            chosen[column] = candidate
            taken.add(candidate.field)
    return chosen


def _fitting(column: str, look: Look, rows: int, system: System | None) -> list[_Candidate]:
    return [c for c in _candidates(column, look, system) if not _misfit(c.field, look, rows)]


def _candidates(column: str, look: Look, system: System | None) -> Iterator[_Candidate]:
    names = (normal(column), tight(column))
    for name in names:
        if system and name in system.columns:
            yield _Candidate(95, system.columns[name], f"{system.name} calls it so")
        if name in FIELD_OF:
            field, rank = FIELD_OF[name]
            yield _Candidate(90, field, "by its name", rank)
    for part in _PARTS:
        if f" {part} " in f" {names[0]} " and look.filled:
            yield _Candidate(70, FIELD_OF[part][0], f"its name holds {part!r} and its values fit")
    if look.email:
        yield _Candidate(60, "contact.email", "its values are e-mail addresses")
    if look.phone and not look.number:
        yield _Candidate(50, "contact.phone", "its values are like phone numbers")
    if look.url:
        yield _Candidate(50, "account.website", "its values are web addresses")


def _misfit(field: str, look: Look, rows: int) -> str:
    """Why the contents do not fit the field; empty when they do. An empty column fits by its name."""
    if field == LEAD_ID:
        return "" if not rows or (look.unique and look.filled == rows) else "its values are not all different"
    if not look.filled:
        return ""
    if field == "contact.email":
        return "" if look.email else "its values are no e-mail addresses"
    if field in _WORDS and (look.flag or look.email):
        return "its values are yes and no" if look.flag else "its values are e-mail addresses"
    if field == _COUNTED:
        look = counted(look)
    if field == "account.website" and not look.url:
        return "its values are no web addresses"
    return _wrong_kind(RECEIVED[field].kind, look)


def _wrong_kind(kind: Kind, look: Look) -> str:
    if kind is Kind.NUMBER and not look.number and not look.number_styles:
        return "its values are words or ranges, not numbers"
    if kind is Kind.NUMBER and len(look.number_styles) > 1:
        return f"its numbers could be like {' or '.join(look.number_styles)}: write the right one down"
    if kind is Kind.FLAG and not look.flag:
        return "its values are not yes and no"
    if kind is Kind.DATE and not look.iso_date and not look.date_formats:
        return "its values are in no date format that is known here"
    if kind is Kind.DATE and not look.iso_date and len(look.date_formats) > 1:
        return f"its dates could be {' or '.join(look.date_formats)}: write the right one down"
    return ""


def _all(looks: Mapping[str, Look], chosen: Mapping[str, _Candidate], rows: int) -> tuple[ColumnGuess, ...]:
    taken: set[str] = set()
    guesses = []
    for place, (column, look) in enumerate(looks.items(), 1):
        if column in chosen:
            guesses.append(_mapped(column, look, chosen[column]))
            continue
        name = identifier(column, taken, place)
        taken.add(name)
        guesses.append(_extra(column, look, EXTRA + name, rows))
    return tuple(guesses)


def _mapped(column: str, look: Look, candidate: _Candidate) -> ColumnGuess:
    kind = RECEIVED[candidate.field].kind
    look = counted(look) if candidate.field == _COUNTED else look
    style = style_of(look) if kind is Kind.NUMBER else None
    form = format_of(look) if kind is Kind.DATE else None
    return ColumnGuess(column, candidate.field, candidate.sure, candidate.why, look, form, number_style=style)


def _extra(column: str, look: Look, field: str, rows: int) -> ColumnGuess:
    if look.unique and look.filled == rows and ID_WORDS & set(normal(column).split()):
        why = "a second id: it differs in every row, says nothing of the lead, and would hide duplicates"
        return ColumnGuess(column, None, 80, why, look)
    by_name, _ = FIELD_OF.get(normal(column)) or FIELD_OF.get(tight(column)) or ("", 0)
    misfit = _misfit(by_name, look, rows) if by_name else ""
    own = "a field of your own, the same in every row" if look.constant else "a field of your own"
    why = f"called like {by_name}, but {misfit}" if misfit else own
    form = format_of(look) if look.kind is Kind.DATE else None
    style = style_of(look) if look.kind is Kind.NUMBER else None
    return ColumnGuess(column, field, 50 if misfit else 80, why, look, form, leak_of(column), style)


def _blank_words(guesses: Sequence[ColumnGuess]) -> dict[str, dict[str, int]]:
    """Blank words as most often written, without those that only stand where they are real values."""
    found: dict[str, dict[str, int]] = {}
    for entry in guesses:
        for word, rows in entry.look.blanks.items():
            found.setdefault(word, {})[entry.column] = rows
    field_of = {entry.column: entry.field for entry in guesses}
    spelled: Counter[str] = Counter({word: sum(columns.values()) for word, columns in found.items()})
    kept: dict[str, dict[str, int]] = {}
    for word, _ in spelled.most_common():
        real_in = NOT_BLANK_IN.get(word.lower(), ())
        if any(field_of[column] not in real_in for column in found[word]) and not _is_spelled(word, kept):
            kept[word] = found[word]
    return kept


def _is_spelled(word: str, kept: Mapping[str, object]) -> bool:
    return any(word.lower() == other.lower() for other in kept)
