"""Reads the parts of a mapping file and collects every problem with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, TypeVar

from plumbline.connectors.date_formats import problem_of
from plumbline.connectors.dialect import DELIMITERS
from plumbline.connectors.encoding import known
from plumbline.connectors.errors import InvalidMappingError
from plumbline.connectors.mapping_codes import MappingCode
from plumbline.connectors.number_styles import STYLES, NumberStyle
from plumbline.connectors.settings import CELL_LIMIT, FileSettings
from plumbline.domain.fields import EXTRA, RECEIVED, is_receivable
from plumbline.domain.issues import Issue
from plumbline.domain.words import Kind
from plumbline.policy.source import Source, read_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_T = TypeVar("_T")
_KEYS: Final = ("mapping", "system", "file", "blank_words", "key_fields", "columns", "joined", "ignored")
_FILE_KEYS: Final = ("delimiter", "encoding", "cell_limit", "sheet", "header")
_COLUMN_KEYS: Final = ("field", "date", "number", "currency")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


@dataclass(slots=True)
class MappingReader:
    """The content of a mapping file, with the problems found so far."""

    source: Source
    issues: list[Issue] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> MappingReader:
        """Read the text; ``InvalidMappingError`` when it is no YAML at all."""
        source, issues = read_source(text)
        # The reader of policies also reads mappings; only its messages know of nothing else.
        own = [replace(issue, message=issue.message.replace("policy", "mapping")) for issue in issues]
        if source is None:
            raise InvalidMappingError(own)
        return cls(source, own)

    def text(self, key: str, default: str) -> str:
        """A word."""
        value = self.source.data.get(key, default)
        return value if isinstance(value, str) else self._wrong((key,), "a word", default)

    def words(self, key: str) -> tuple[str, ...] | None:
        """A list of words; None when it is not there. YAML's own ``null`` is taken as the word it is."""
        value = self.source.data.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or any(isinstance(item, (dict, list)) for item in value):
            return self._wrong((key,), "a list of words", None)
        return tuple("null" if item is None else str(item) for item in value)

    def fields(self, key: str) -> tuple[str, ...]:
        """A list of fields of the lead model."""
        names = self.words(key) or ()
        for index, name in enumerate(names):
            self._check_field(name, (key, index))
        return names

    def columns(self) -> dict[str, str]:
        """Column to field."""
        fed: dict[str, str] = {}
        for column, target in self._entries():
            self._check_target(column, target, fed)
        return {column: name for name, column in fed.items()}

    def joined(self) -> dict[str, tuple[str, ...]]:
        """Field to the columns that feed it together."""
        told = self.source.data.get("joined") or {}
        if not isinstance(told, dict):
            return self._wrong(
                ("joined",), "fields with their columns, such as {contact.name: [First, Last]}", {}
            )
        fed = set(self.columns_quietly().values())
        for name, parts in told.items():
            path = ("joined", name)
            if self._check_field(name, path) and name in fed:
                message = f"{name} is fed by a column of its own and by joined ones; a field has one source"
                self.add(MappingCode.FIELD_MAPPED_TWICE, message, path)
            if not isinstance(parts, list) or not parts or any(not isinstance(one, str) for one in parts):
                self._wrong(path, "a list of columns", None)
        return {name: tuple(parts) for name, parts in told.items() if isinstance(parts, list)}

    def columns_quietly(self) -> dict[str, str]:
        """Column to field as written, without a check."""
        return {c: str(t.get("field") if isinstance(t, dict) else t) for c, t in self._entries()}

    def numbers(self) -> dict[str, NumberStyle]:
        """Field to style of numbers, of the columns that declare one."""
        styles = {}
        for column, target in self._entries():
            if isinstance(target, dict) and ("number" in target or "currency" in target):
                style = self._number_style(column, target)
                if style is not None:
                    styles[str(target.get("field"))] = style
        return styles

    def date_formats(self) -> dict[str, str]:
        """Field to strptime format, of the columns that declare one."""
        formats = {}
        for column, target in self._entries():
            if isinstance(target, dict) and target.get("date") is not None:
                self._check_date(column, target)
                formats[str(target.get("field"))] = str(target["date"])
        return formats

    def settings(self) -> FileSettings:
        """What is said about the data file."""
        told = self.source.data.get("file") or {}
        if not isinstance(told, dict):
            return self._wrong(("file",), "settings such as {delimiter: ';'}", FileSettings())
        self._check_known(told, _FILE_KEYS, ("file",))
        delimiter, encoding = told.get("delimiter"), told.get("encoding")
        if delimiter is not None and delimiter not in DELIMITERS:
            self._wrong(("file", "delimiter"), "one of ',' ';' '\\t' '|'", None)
        if encoding is not None and not known(str(encoding)):
            self._wrong(("file", "encoding"), "an encoding such as utf-8, utf-16 or cp1252", None)
        sheet = told.get("sheet")
        header = told.get("header")
        if header is not None and (not isinstance(header, int) or isinstance(header, bool) or header < 1):
            header = self._wrong(("file", "header"), "the number of the header's row", None)
        name = None if sheet is None else str(sheet)
        return FileSettings(delimiter, encoding, self._cell_limit(told), name, header)

    def check_keys(self) -> None:
        """Report keys that mean nothing here."""
        self._check_known(self.source.data, _KEYS, ())

    def _entries(self) -> list[tuple[str, Any]]:
        entries = self.source.data.get("columns")
        return list(entries.items()) if isinstance(entries, dict) else []

    def _check_target(self, column: str, target: object, fed: dict[str, str]) -> None:
        if isinstance(target, dict):
            self._check_known(target, _COLUMN_KEYS, ("columns", column))
            target = target.get("field")
        if not isinstance(target, str):
            self._wrong(("columns", column), "the name of a field, such as contact.email", None)
        elif target in fed:
            message = f"{column!r} and {fed[target]!r} both feed {target}; a field has one column"
            self.add(MappingCode.FIELD_MAPPED_TWICE, message, ("columns", column))
        elif self._check_field(target, ("columns", column)):
            fed[target] = column

    def _check_field(self, name: str, path: tuple[str | int, ...]) -> bool:
        if is_receivable(name):
            return True
        hint = near(name, RECEIVED) or f"; a field of your own begins with {EXTRA!r} and has no spaces"
        self.add(MappingCode.UNKNOWN_FIELD, f"there is no field {name!r}{hint}", path)
        return False

    def _number_style(self, column: str, target: Mapping[str, Any]) -> NumberStyle | None:
        path = ("columns", column, "number" if "number" in target else "currency")
        known_field = RECEIVED.get(str(target.get("field")))
        if known_field is not None and known_field.kind is not Kind.NUMBER:
            self.add(MappingCode.BAD_NUMBER_STYLE, f"{known_field.name} holds no numbers", path)
        currency = target.get("currency")
        if currency is not None and not _CURRENCY.fullmatch(str(currency)):
            return self._wrong(("columns", column, "currency"), "a currency code such as EUR", None)
        try:
            return NumberStyle.of(str(target.get("number", STYLES[0])), currency)
        except ValueError as error:
            self.add(MappingCode.BAD_NUMBER_STYLE, str(error), path)
            return None

    def _check_date(self, column: str, target: Mapping[str, Any]) -> None:
        path = ("columns", column, "date")
        known_field = RECEIVED.get(str(target.get("field")))
        if known_field is not None and known_field.kind is not Kind.DATE:
            self.add(MappingCode.BAD_DATE_FORMAT, f"{known_field.name} holds no dates", path)
        if problem := problem_of(str(target["date"])):
            self.add(MappingCode.BAD_DATE_FORMAT, problem, path)

    def _cell_limit(self, told: Mapping[str, Any]) -> int:
        limit = told.get("cell_limit", CELL_LIMIT)
        if isinstance(limit, int) and not isinstance(limit, bool) and 0 < limit <= 1 << 26:
            return limit
        return self._wrong(("file", "cell_limit"), "a number of bytes up to 67108864", CELL_LIMIT)

    def _check_known(self, told: Mapping[str, Any], keys: Sequence[str], path: tuple[str, ...]) -> None:
        for key in told:
            if key not in keys:
                message = f"{key!r} means nothing here{near(key, keys)}"
                self.add(MappingCode.UNKNOWN_KEY, message, (*path, key))

    def _wrong(self, path: tuple[str | int, ...], expected: str, instead: _T) -> _T:
        self.add(MappingCode.WRONG_TYPE, f"must be {expected}", path)
        return instead

    def add(self, code: MappingCode, message: str, path: tuple[str | int, ...]) -> None:
        """Note a problem at a place."""
        self.issues.append(Issue(code.value, message, ".".join(map(str, path)), self.source.line(path)))


def near(word: str, known_words: Sequence[str] | Mapping[str, Any]) -> str:
    """A hint at the most similar word; empty when none is similar."""
    close = get_close_matches(word, list(known_words), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
