"""The people who write in: names, roles, addresses and telephones. Each lead brings one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.words import choose, column, countries, cumulative, pick, pick_from, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

EMAIL_KINDS: Final = ("business", "free", "disposable", "role")
BUSINESS, FREE, DISPOSABLE, ROLE = range(4)
LANGUAGES: Final = ("en", "de", "fr", "sv", "es")
# An underscore cannot stand in a Gmail address, so nobody owns these; see the documentation page.
_FREE: Final = ("gmail.com", "gmail.com", "googlemail.com")
_DISPOSABLE: Final = ("mailinator.com", "guerrillamail.com", "yopmail.com")
_ROLES: Final = ("info", "sales", "office", "service", "contact", "hello")


def functions() -> tuple[str, ...]:
    """Functions in the order of their codes."""
    return tuple(table("titles")["functions"])


def seniorities() -> tuple[str, ...]:
    """Seniorities in the order of their codes, highest first."""
    return tuple(table("titles")["seniorities"])


def language_of(country: NDArray[np.int64]) -> NDArray[np.int8]:
    """Code of the language people of each country write."""
    places = table("places")
    codes = np.array([LANGUAGES.index(places[name]["language"]) for name in countries()], dtype=np.int8)
    return codes[country]


def draw(rng: np.random.Generator, size: int, country: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """Codes of ``size`` new people."""
    titles = table("titles")
    edges = (
        cumulative(column(titles["functions"], "share")),
        cumulative(column(titles["seniorities"], "share")),
    )
    return {
        "language": language_of(country),
        "given": rng.integers(0, 1 << 15, size, dtype=np.int32),
        "surname": rng.integers(0, 1 << 30, size, dtype=np.int32),
        "function": choose(edges[0], rng.random(size)).astype(np.int8),
        "seniority": choose(edges[1], rng.random(size)).astype(np.int8),
        "title": rng.integers(0, 1 << 15, size, dtype=np.int16),
        "address": rng.integers(0, 1 << 15, size, dtype=np.int16),
        "phone": rng.integers(0, 1 << 30, size, dtype=np.int32),
    }


def given_names(language: NDArray[np.int64], index: NDArray[np.int64]) -> pl.Series:
    """Given names of people by their language."""
    lists = [table("people")["given"][name] for name in LANGUAGES]
    return pick_from(lists, language, index)


def surnames(language: NDArray[np.int64], index: NDArray[np.int64]) -> pl.Series:
    """Surnames made of a start, sometimes a middle, and an end of the person's language."""
    words = table("people")
    starts = [start + middle for start in words["surname_start"] for middle in words["surname_middle"]]
    ends = [words["surname_end"][name] for name in LANGUAGES]
    start, end = pick(starts, index), pick_from(ends, language, index // len(starts))
    return pl.select(pl.concat_str(pl.lit(start), pl.lit(end))).to_series()


def short_name(name: pl.Series) -> pl.Series:
    """The short form of each given name, or the name itself where it has none."""
    return name.replace(table("people")["short"])


def titles(frame: pl.DataFrame) -> pl.Series:
    """Job titles by function and seniority."""
    words = table("titles")["functions"]
    groups = [words[f]["titles"][s] for f in functions() for s in seniorities()]
    code = frame["function"].cast(pl.Int64) * len(seniorities()) + frame["seniority"]
    return pick_from(groups, code.to_numpy(), frame["title"].cast(pl.Int64).to_numpy())


def addresses(frame: pl.DataFrame) -> pl.Series:
    """E-mail addresses; ``address`` is the house style."""
    first, last = _ascii("first"), _ascii("last")
    style = pl.col("address") % 3
    person = (
        pl.when(style == 0).then(pl.concat_str(first, pl.lit("."), last))
        .when(style == 1).then(pl.concat_str(first.str.slice(0, 1), last))
        .otherwise(first)
    )  # fmt: skip
    number = frame["address"].cast(pl.Int64)
    private = pl.concat_str(first, pl.lit("_"), last, (pl.col("address").cast(pl.Int64) % 97).cast(pl.String))
    kind = pl.col("email_kind")
    return frame.select(
        pl.when(kind == BUSINESS).then(pl.concat_str(person, pl.lit("@"), "domain"))
        .when(kind == FREE).then(pl.concat_str(private, pl.lit("@"), pl.lit(pick(_FREE, number))))
        .when(kind == DISPOSABLE).then(pl.concat_str(private, pl.lit("@"), pl.lit(pick(_DISPOSABLE, number))))
        .otherwise(pl.concat_str(pl.lit(pick(_ROLES, number)), pl.lit("@"), "domain"))
    ).to_series()  # fmt: skip


def phones(country: NDArray[np.int64], number: NDArray[np.int64]) -> pl.Series:
    """Telephone numbers in ranges reserved for fiction; null where a country has none."""
    patterns = [pattern for name in countries() for pattern in table("places")[name]["phone"]]
    text = pick(patterns, country * 3 + number % 3)
    for place in range(5):
        digit = pl.Series(number // 3 // 10**place % 10, dtype=pl.Int64).cast(pl.String)
        text = pl.select(pl.lit(text).str.replace("#", pl.lit(digit), literal=True)).to_series()
    return text.replace({"": None})


def _ascii(name: str) -> pl.Expr:
    plain = (
        pl.col(name)
        .str.to_lowercase()
        .str.replace_many(["ä", "ö", "ü", "ß", "å"], ["ae", "oe", "ue", "ss", "a"])
    )
    return plain.str.normalize("NFD").str.replace_all(r"[^a-z]", "")
