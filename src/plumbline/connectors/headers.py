"""The tables of header names, and how names are compared."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS: Final = re.compile(r"[\W_]+")
_MARKS_NEEDED: Final = 2
#: Words in the names of columns whose values are names or numbers of things.
ID_WORDS: Final = frozenset({"id", "number", "no", "nr", "key", "uuid", "guid", "ref", "reference", "code"})


def _table(name: str) -> dict[str, Any]:
    place = resources.files("plumbline.connectors").joinpath("data", name)
    return tomllib.loads(place.read_text(encoding="utf-8"))


_TABLES: Final = _table("headers.toml")
#: Normal name to field, and how usual the name is for it (0 is the most usual).
FIELD_OF: Final[Mapping[str, tuple[str, int]]] = {
    name: (field, rank) for field, names in _TABLES["fields"].items() for rank, name in enumerate(names)
}
#: Names of columns with a person's first and last name, most usual first.
NAME_PARTS: Final[tuple[Sequence[str], ...]] = tuple(
    _TABLES["name_parts"][part] for part in ("first", "last")
)
BLANKS: Final[frozenset[str]] = frozenset(_TABLES["blanks"]["words"])
#: Blank words that are real values of some fields.
NOT_BLANK_IN: Final[Mapping[str, Sequence[str]]] = _TABLES["blanks"]["not_in"]


@dataclass(frozen=True, slots=True)
class System:
    """A CRM whose exports are known: columns only it has, what its columns are, who says so, since when.

    ``seen``: where the header row itself was confirmed, beside the documented names.
    """

    name: str
    marks: frozenset[str]
    columns: Mapping[str, str]
    about: str
    source: str
    seen: str
    date: date


SYSTEMS: Final = tuple(
    System(
        name,
        frozenset(table["marks"]),
        *(table[key] for key in ("columns", "about", "source", "seen", "date")),
    )
    for name, table in _table("systems.toml")["systems"].items()
)


def normal(name: str) -> str:
    """``E-Mail Address``, ``e_mail_address`` and ``eMailAddress`` give ``e mail address``."""
    return _SIGNS.sub(" ", _HUMP.sub(" ", name)).strip().lower()


def tight(name: str) -> str:
    """The name in lower case without signs: ``NumberOfEmployees`` gives ``numberofemployees``."""
    return _SIGNS.sub(" ", name).strip().lower()


def system_of(columns: Sequence[str]) -> System | None:
    """The system an export comes from, when at least two of its marks are among the columns."""
    names = {normal(column) for column in columns} | {tight(column) for column in columns}
    hits = {system.name: len(system.marks & names) for system in SYSTEMS}
    best = max(SYSTEMS, key=lambda system: hits[system.name])
    return best if hits[best.name] >= _MARKS_NEEDED else None


def leak_of(column: str) -> str | None:
    """Why a column may come from after the lead was looked at; None when its name gives no hint."""
    words = normal(column).split()
    text = f" {' '.join(words)} "
    for reason, marks in _TABLES["leaks"].items():
        if any(f" {mark} " in text for mark in marks):
            return str(reason)
    return None


def identifier(column: str, taken: Collection[str], place: int) -> str:
    """A name that conditions can use: ASCII letters, digits and underscores, not taken yet."""
    ascii_only = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode()
    stem = _SIGNS.sub("_", _HUMP.sub(" ", ascii_only)).strip("_").lower()[:48] or f"column_{place}"
    stem = stem if stem[0].isalpha() else f"c_{stem}"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name
