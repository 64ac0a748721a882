"""How the parts of each column type are compared: levels from alike to unlike, with a written starting point.

``m`` is the written share of true matches that fall on a level. Training on the user's own data replaces it
in proportion to how much the data say; the last level of every comparison is "different".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.likeness import (
    Both,
    Contained,
    Crossed,
    Edits,
    Either,
    Equal,
    Missing,
    Near,
    Overlap,
    Shares,
    Similar,
    Test,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


#: Columns that make a record a person's, and columns that then speak about the person's account.
_PEOPLE: Final = (ColumnType.PERSON, ColumnType.GIVEN, ColumnType.SURNAME, ColumnType.EMAIL)
_ACCOUNTS: Final = (ColumnType.ORGANISATION, ColumnType.DOMAIN)
#: Where an account is named, these are its place rather than the person's home.
_PLACES: Final = (ColumnType.ADDRESS, ColumnType.POSTCODE, ColumnType.CATEGORY)


@dataclass(frozen=True, slots=True)
class Level:
    """One answer of a comparison. ``rarity`` names the part whose frequency adjusts the weight."""

    label: str
    test: Test | None
    m: float
    rarity: str | None = None
    account: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared: ``key`` is the part that must be there on both sides, else nothing is said.

    ``names_account``: unlike values are two accounts. ``names_both``: a value names person and account.
    ``names_person``: it is part of a person's name, which people keep.
    Levels marked ``account`` say that two *people* are of one account. Name, domain and address of an account
    go together, so that of several such reasons only the strongest counts.
    """

    name: str
    label: str
    key: str
    levels: tuple[Level, ...]
    names_account: bool = False
    names_both: bool = False
    names_person: bool = False


def comparisons_of(columns: Sequence[Column]) -> tuple[Comparison, ...]:
    """All comparisons of these columns, in their order."""
    are_people = any(column.type in _PEOPLE for column in columns)
    has_account = any(column.type in _ACCOUNTS for column in columns)
    found: list[Comparison] = []
    for column in columns:
        comparisons = _OF_TYPE[column.type](column)
        is_account = are_people and (column.type in _ACCOUNTS or (has_account and column.type in _PLACES))
        names = column.type in _ACCOUNTS
        found += [_of_account(one, names=names) for one in comparisons] if is_account else comparisons
    return tuple(found)


def _of_account(comparison: Comparison, *, names: bool) -> Comparison:
    levels = tuple(replace(level, account=level.test is not None) for level in comparison.levels)
    return replace(comparison, levels=levels, names_account=names)


def _given(column: Column) -> tuple[Comparison, ...]:
    key = column.part("given")
    return (
        Comparison(
            key,
            f"{column.name}: given name",
            key,
            (
                Level("the same", Equal(key), 0.72, key),
                Level("a short form of the other", Shares(column.part("formal")), 0.06),
                Level("nearly the same", Either(Similar(key, 92), Edits(key, 1, 4)), 0.10),
                Level("the same initial", Equal(column.part("initial")), 0.05),
                Level("different", None, 0.05),
            ),
            names_person=True,
        ),
    )


def _surname(column: Column) -> tuple[Comparison, ...]:
    key = column.part("surname")
    return (
        Comparison(
            key,
            f"{column.name}: surname",
            key,
            (
                Level("the same", Equal(key), 0.80, key),
                Level("nearly the same", Either(Similar(key, 92), Edits(key, 1, 4)), 0.10),
                Level("somewhat alike", Similar(key, 82), 0.03),
                Level("different", None, 0.05),
            ),
            names_person=True,
        ),
    )


def _person(column: Column) -> tuple[Comparison, ...]:
    given, surname = column.part("given"), column.part("surname")
    (first,), (last,) = _given(column), _surname(column)
    turned = Level("given name and surname swapped", Crossed(given, surname), 0.01)
    return (
        replace(first, levels=(first.levels[0], turned, *first.levels[1:])),
        replace(last, levels=(last.levels[0], turned, *last.levels[1:])),
    )


def _email(column: Column) -> tuple[Comparison, ...]:
    key, local, domain, own, digits, mailbox = (
        column.part(name) for name in ("v", "local", "domain", "own", "digits", "mailbox")
    )
    typo = Both(Both(Equal(digits), Similar(key, 90)), Edits(key, 2, 8))
    return (
        Comparison(
            key,
            f"{column.name}: address",
            domain,
            (
                Level("the same", Equal(key), 0.60, key),
                Level("a letter or two apart", typo, 0.08),
                Level(
                    "the same mailbox, which several people may share",
                    Equal(mailbox),
                    0.05,
                    mailbox,
                    account=True,
                ),
                Level("the same name with digits at another domain", Equal(local), 0.04, local),
                Level("the same domain", Equal(own), 0.06, own, account=True),
                Level("the same free-mail provider", Equal(domain), 0.04, domain),
                Level("different", None, 0.15),
            ),
            names_both=True,
        ),
    )


def _phone(column: Column) -> tuple[Comparison, ...]:
    key = column.part("v")
    return (
        Comparison(
            key,
            f"{column.name}: number",
            key,
            (
                Level("the same", Equal(key), 0.75, key),
                Level("one digit apart", Edits(key, 1, 7), 0.08),
                Level("different", None, 0.17),
            ),
        ),
    )


def _domain(column: Column) -> tuple[Comparison, ...]:
    key, label = column.part("v"), column.part("label")
    return (
        Comparison(
            key,
            f"{column.name}: domain",
            key,
            (
                Level("the same", Equal(key), 0.80, key),
                Level("the same name under another ending", Equal(label), 0.05),
                Level("nearly the same", Edits(key, 2, 8), 0.04),
                Level("different", None, 0.11),
            ),
        ),
    )


def _postcode(column: Column) -> tuple[Comparison, ...]:
    key = column.part("v")
    return (
        Comparison(
            key,
            f"{column.name}: postcode",
            key,
            (
                Level("the same", Equal(key), 0.80, key),
                Level("one character apart", Edits(key, 1, 4), 0.06),
                Level("the same area", Equal(column.part("start")), 0.06),
                Level("different", None, 0.08),
            ),
        ),
    )


def _organisation(column: Column) -> tuple[Comparison, ...]:
    key, joined, bag, mass = (column.part(name) for name in ("words", "joined", "bag", "mass"))
    return (
        Comparison(
            key,
            f"{column.name}: name",
            key,
            (
                Level("the same", Equal(joined), 0.45, joined),
                Level("the same words", Overlap(bag, mass, 97), 0.05),
                Level("nearly all words that matter", Overlap(bag, mass, 80), 0.12),
                Level("one name within the other, or nearly the same letters", Either(
                    Contained(bag, mass, 95, 60), Similar(joined, 95)), 0.13),
                Level("most words that matter", Either(
                    Overlap(bag, mass, 60), Contained(bag, mass, 75, 72)), 0.08),
                Level("some words that matter", Overlap(bag, mass, 35), 0.08),
                Level("different", None, 0.09),
            ),
        ),
    )  # fmt: skip


def _address(column: Column) -> tuple[Comparison, ...]:
    whole, number, bag, mass = (column.part(name) for name in ("whole", "number", "bag", "mass"))
    key = column.part("words")
    same_number, part = Equal(number), Either(Overlap(bag, mass, 25), Similar(key, 90))
    return (
        Comparison(
            key,
            f"{column.name}: address",
            key,
            (
                Level("the same", Equal(whole), 0.50, whole),
                Level("the same number, most of the street", Both(same_number, Overlap(bag, mass, 60)), 0.20),
                Level("the same number, part of the street", Both(same_number, part), 0.08),
                Level("one letter or digit apart", Edits(whole, 1, 8), 0.04),
                Level(
                    "the street, and a number is missing", Both(Missing(number), Overlap(bag, mass, 75)), 0.04
                ),
                Level("the number without the street", same_number, 0.03),
                Level("the street at another number", Overlap(bag, mass, 75), 0.02),
                Level("different", None, 0.11),
            ),
        ),
    )


def _text(column: Column) -> tuple[Comparison, ...]:
    key, bag, mass = column.part("words"), column.part("bag"), column.part("mass")
    return (
        Comparison(
            key,
            f"{column.name}: words",
            key,
            (
                Level("the same", Equal(key), 0.50, key),
                Level("nearly all words that matter", Overlap(bag, mass, 85), 0.15),
                Level("most words that matter", Either(Overlap(bag, mass, 60), Similar(key, 94)), 0.12),
                Level("some words that matter", Overlap(bag, mass, 35), 0.08),
                Level("few words that matter", Overlap(bag, mass, 15), 0.05),
                Level("different", None, 0.10),
            ),
        ),
    )


def _date(column: Column) -> tuple[Comparison, ...]:
    key, year, day = column.part("v"), column.part("year"), column.part("day")
    return (
        Comparison(
            key,
            f"{column.name}: date",
            key,
            (
                Level("the same", Equal(key), 0.80, key),
                Level("one digit apart", Edits(key, 1, 4), 0.07),
                Level("two digits apart, or the same day of another year", Either(
                    Edits(key, 2, 8), Equal(day)), 0.04),
                Level("the same year", Equal(year), 0.03),
                Level("different", None, 0.06),
            ),
        ),
    )  # fmt: skip


def _category(column: Column) -> tuple[Comparison, ...]:
    key = column.part("v")
    return (
        Comparison(
            key,
            column.name,
            key,
            (
                Level("the same", Equal(key), 0.85, key),
                Level("nearly the same letters", Either(Similar(key, 92), Edits(key, 1, 5)), 0.03),
                Level("different", None, 0.12),
            ),
        ),
    )


def _number(column: Column) -> tuple[Comparison, ...]:
    key = column.part("v")
    return (
        Comparison(
            key,
            column.name,
            key,
            (
                Level("the same", Near(key, 0), 0.75, key),
                Level("within 2 %", Near(key, 2), 0.07),
                Level("within 20 %", Near(key, 20), 0.06),
                Level("different", None, 0.12),
            ),
        ),
    )


_OF_TYPE: Final[dict[ColumnType, Callable[[Column], tuple[Comparison, ...]]]] = {
    ColumnType.PERSON: _person,
    ColumnType.GIVEN: _given,
    ColumnType.SURNAME: _surname,
    ColumnType.ORGANISATION: _organisation,
    ColumnType.EMAIL: _email,
    ColumnType.PHONE: _phone,
    ColumnType.DOMAIN: _domain,
    ColumnType.POSTCODE: _postcode,
    ColumnType.ADDRESS: _address,
    ColumnType.DATE: _date,
    ColumnType.TEXT: _text,
    ColumnType.CATEGORY: _category,
    ColumnType.NUMBER: _number,
}
