"""The rows of one sheet, streamed: every cell as the text a person would have typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from plumbline.connectors.excel.formats import moment_text
from plumbline.connectors.excel.package import CHUNK, xml_parser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from plumbline.connectors.excel.package import Attributes, Workbook

#: Digits that Excel keeps of a number.
EXACT_DIGITS: Final = 15
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_DIGITS: Final = re.compile(r"[+-]?(\d+)(?:\.(\d*))?[eE]\+?(\d+)")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Row:
    """A row of a sheet; places of cells count from 0. ``formulas`` are those behind its values.

    ``rounded``: places of numbers with more digits than Excel keeps.
    """

    number: int
    hidden: bool
    cells: dict[int, str] = field(default_factory=dict)
    formulas: dict[int, str] = field(default_factory=dict)
    rounded: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Layout:
    """What a sheet says beside its cells; whole once the last row was read."""

    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


class SheetReader:
    """Reads one sheet. ``rows`` streams it; ``layout`` is what was found on the way."""

    def __init__(self, book: Workbook) -> None:
        self.layout = Layout()
        self._book = book
        self._done: list[Row] = []
        self._row = Row(0, hidden=False)
        self._place = -1
        self._type = "n"
        self._style = 0
        self._value: list[str] | None = None
        self._formula: list[str] | None = None
        self._into: list[str] | None = None
        self._skipping = False

    def rows(self, handle: IO[bytes]) -> Iterator[Row]:
        """The rows that hold anything, in their order."""
        parser = xml_parser(self._start, self._end, self._text)
        while chunk := handle.read(CHUNK):
            parser.Parse(chunk, False)
            yield from self._done
            self._done.clear()
        parser.Parse(b"", True)
        yield from self._done

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or (name == "t" and not self._skipping):
            self._value = self._into = self._value or []
        elif name == "f":
            self._formula = self._into = []
        elif name == "row":
            number = int(attributes.get("r", self._row.number + 1))
            self._row = Row(number, attributes.get("hidden") in {"1", "true"})
            self._place = -1
        elif name == "rPh":
            self._skipping = True
        elif name == "mergeCell":
            self.layout.merged.append(attributes["ref"])
        elif name == "col" and attributes.get("hidden") in {"1", "true"}:
            self.layout.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._place = place_of(reference)[0] if reference else self._place + 1
        self._type = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._value = self._formula = None

    def _end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name in {"v", "t", "f"}:
            self._into = None
        elif name == "rPh":
            self._skipping = False
        elif name == "row":
            self._done.append(self._row)

    def _text(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def _end_cell(self) -> None:
        if self._formula is not None:
            self._row.formulas[self._place] = "".join(self._formula)
        raw = "".join(self._value or ())
        if raw and (text := self._read(raw)):
            self._row.cells[self._place] = text

    def _read(self, raw: str) -> str:
        if self._type == "s":
            return unescaped(self._book.texts[int(raw)])
        if self._type in {"str", "inlineStr"}:
            return unescaped(raw)
        if self._type == "b":
            return "true" if raw.strip() == "1" else "false"
        if self._type == "d":
            return raw.removesuffix("T00:00:00")
        return raw if self._type == "e" else self._number(raw)

    def _number(self, raw: str) -> str:
        when = self._book.whens[self._style] if self._style < len(self._book.whens) else None
        if when is None:
            text = number_text(raw)
            if "e" in text.lower() or ("." not in text and len(text.lstrip("-")) > EXACT_DIGITS):
                self._row.rounded.append(self._place)
            return text
        moment = moment_text(float(raw), when, from_1904=self._book.from_1904)
        return number_text(raw) if moment is None else moment


def place_of(reference: str) -> tuple[int, int]:
    """Column from 0 and row from 1 of a reference such as ``AB12``."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"{reference!r} is no place in a sheet")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(match[2])


def letters_of(column: int) -> str:
    """The letters of a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def number_text(raw: str) -> str:
    """A stored number as digits; one that was rounded before it was stored keeps its exponent."""
    number = float(raw)
    shortened = _DIGITS.fullmatch(raw)
    if shortened and len(shortened[2] or "") < int(shortened[3]):
        return raw
    if number.is_integer() and abs(number) < 1e18:
        return str(int(number))
    return repr(number)


def unescaped(text: str) -> str:
    """Signs that XML cannot hold are written as ``_x000D_``."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)
