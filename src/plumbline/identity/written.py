"""The written starting point: per column type its levels, and their shares of the true matches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plumbline.identity.comparison import Comparison, Level
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
)

if TYPE_CHECKING:
    from plumbline.identity.columns import Column

    Comparisons = tuple[Comparison, ...]


def _compared(column: Column, key: str, what: str, *levels: Level) -> Comparison:
    """One comparison; ``what`` is compared, as a person reads it, "" where that is the column itself."""
    part = column.part(key)
    return Comparison(part, f"{column.name}: {what}" if what else column.name, part, levels)


def given(column: Column) -> Comparisons:
    """Given names, of which short forms stand for long ones."""
    key, formal, initial = (column.part(name) for name in ("given", "formal", "initial"))
    comparison = _compared(
        column, "given", "given name",
        Level("the same", Equal(key), 0.72, key),
        Level("a short form of the other", Shares(formal), 0.06),
        Level("nearly the same", Either(Similar(key, 92), Edits(key, 1, 4)), 0.10),
        Level("the same initial", Equal(initial), 0.05),
        Level("different", None, 0.05),
    )  # fmt: skip
    return (replace(comparison, names_person=True),)


def surname(column: Column) -> Comparisons:
    """Surnames."""
    key = column.part("surname")
    comparison = _compared(
        column, "surname", "surname",
        Level("the same", Equal(key), 0.80, key),
        Level("nearly the same", Either(Similar(key, 92), Edits(key, 1, 4)), 0.10),
        Level("somewhat alike", Similar(key, 82), 0.03),
        Level("different", None, 0.05),
    )  # fmt: skip
    return (replace(comparison, names_person=True),)


def person(column: Column) -> Comparisons:
    """Both parts of a full name, which may be swapped."""
    crossed = Crossed(column.part("given"), column.part("surname"))
    turned = Level("given name and surname swapped", crossed, 0.01)
    return tuple(
        replace(one, levels=(one.levels[0], turned, *one.levels[1:]))
        for one in (*given(column), *surname(column))
    )


def email(column: Column) -> Comparisons:
    """Addresses: a person's own, a mailbox of many, or no more than a domain in common."""
    key, local, domain, own, digits, mailbox = (
        column.part(name) for name in ("v", "local", "domain", "own", "digits", "mailbox")
    )
    typo = Both(Both(Equal(digits), Similar(key, 90)), Edits(key, 2, 8))
    shared = "the same mailbox, which several people may share"
    levels = (
        Level("the same", Equal(key), 0.60, key),
        Level("a letter or two apart", typo, 0.08),
        Level(shared, Equal(mailbox), 0.05, mailbox, account=True),
        Level("the same name with digits at another domain", Equal(local), 0.04, local),
        Level("the same domain", Equal(own), 0.06, own, account=True),
        Level("the same free-mail provider", Equal(domain), 0.04, domain),
        Level("different", None, 0.15),
    )
    return (Comparison(key, f"{column.name}: address", domain, levels, names_both=True),)


def phone(column: Column) -> Comparisons:
    """Numbers."""
    key = column.part("v")
    return (
        _compared(
            column, "v", "number",
            Level("the same", Equal(key), 0.75, key),
            Level("one digit apart", Edits(key, 1, 7), 0.08),
            Level("different", None, 0.17),
        ),
    )  # fmt: skip


def domain(column: Column) -> Comparisons:
    """Web sites."""
    key, label = column.part("v"), column.part("label")
    return (
        _compared(
            column, "v", "domain",
            Level("the same", Equal(key), 0.80, key),
            Level("the same name under another ending", Equal(label), 0.05),
            Level("nearly the same", Edits(key, 2, 8), 0.04),
            Level("different", None, 0.11),
        ),
    )  # fmt: skip


def postcode(column: Column) -> Comparisons:
    """Postcodes, of which the start is an area."""
    key, start = column.part("v"), column.part("start")
    return (
        _compared(
            column, "v", "postcode",
            Level("the same", Equal(key), 0.80, key),
            Level("one character apart", Edits(key, 1, 4), 0.06),
            Level("the same area", Equal(start), 0.06),
            Level("different", None, 0.08),
        ),
    )  # fmt: skip


def organisation(column: Column) -> Comparisons:
    """Names of organisations: by letters, and by the words that matter."""
    joined, bag, mass = (column.part(name) for name in ("joined", "bag", "mass"))
    within = Either(Contained(bag, mass, 95, 60), Similar(joined, 95))
    most = Either(Overlap(bag, mass, 60), Contained(bag, mass, 75, 72))
    return (
        _compared(
            column, "words", "name",
            Level("the same", Equal(joined), 0.45, joined),
            Level("the same words", Overlap(bag, mass, 97), 0.05),
            Level("nearly all words that matter", Overlap(bag, mass, 80), 0.12),
            Level("one name within the other, or nearly the same letters", within, 0.13),
            Level("most words that matter", most, 0.08),
            Level("some words that matter", Overlap(bag, mass, 35), 0.08),
            Level("different", None, 0.09),
        ),
    )  # fmt: skip


def address(column: Column) -> Comparisons:
    """Streets and house numbers."""
    whole, number, bag, mass = (column.part(name) for name in ("whole", "number", "bag", "mass"))
    same_number = Equal(number)
    part = Either(Overlap(bag, mass, 25), Similar(column.part("words"), 90))
    unnumbered = Both(Missing(number), Overlap(bag, mass, 75))
    return (
        _compared(
            column, "words", "address",
            Level("the same", Equal(whole), 0.50, whole),
            Level("the same number, most of the street", Both(same_number, Overlap(bag, mass, 60)), 0.20),
            Level("the same number, part of the street", Both(same_number, part), 0.08),
            Level("one letter or digit apart", Edits(whole, 1, 8), 0.04),
            Level("the street, and a number is missing", unnumbered, 0.04),
            Level("the number without the street", same_number, 0.03),
            Level("different", None, 0.13),
        ),
    )  # fmt: skip


def text(column: Column) -> Comparisons:
    """Words in any order."""
    key, bag, mass = column.part("words"), column.part("bag"), column.part("mass")
    return (
        _compared(
            column, "words", "words",
            Level("the same", Equal(key), 0.50, key),
            Level("nearly all words that matter", Overlap(bag, mass, 85), 0.15),
            Level("most words that matter", Either(Overlap(bag, mass, 60), Similar(key, 94)), 0.12),
            Level("some words that matter", Overlap(bag, mass, 35), 0.08),
            Level("few words that matter", Overlap(bag, mass, 15), 0.05),
            Level("different", None, 0.10),
        ),
    )  # fmt: skip


def date(column: Column) -> Comparisons:
    """Dates, digit by digit."""
    key, year, day = column.part("v"), column.part("year"), column.part("day")
    turned = Either(Edits(key, 2, 8), Equal(day))
    return (
        _compared(
            column, "v", "date",
            Level("the same", Equal(key), 0.80, key),
            Level("one digit apart", Edits(key, 1, 4), 0.07),
            Level("two digits apart, or the same day of another year", turned, 0.04),
            Level("the same year", Equal(year), 0.03),
            Level("different", None, 0.06),
        ),
    )  # fmt: skip


def category(column: Column) -> Comparisons:
    """Values of a short list."""
    key = column.part("v")
    return (
        _compared(
            column, "v", "",
            Level("the same", Equal(key), 0.85, key),
            Level("nearly the same letters", Either(Similar(key, 92), Edits(key, 1, 5)), 0.03),
            Level("different", None, 0.12),
        ),
    )  # fmt: skip


def number(column: Column) -> Comparisons:
    """Amounts and sizes."""
    key = column.part("v")
    return (
        _compared(
            column, "v", "",
            Level("the same", Near(key, 0), 0.75, key),
            Level("within 2 %", Near(key, 2), 0.07),
            Level("within 20 %", Near(key, 20), 0.06),
            Level("different", None, 0.12),
        ),
    )  # fmt: skip
