"""Columns that are worked out only where a policy or a report wants them: normal forms and flags.

Every function sees each distinct value once; the results are joined back to the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.triage.email import FREE
from plumbline.triage.normal.company import company
from plumbline.triage.normal.country import country
from plumbline.triage.normal.domain import ascii_domain, registered
from plumbline.triage.normal.industry import industry
from plumbline.triage.normal.phone import phone
from plumbline.triage.normal.region import region
from plumbline.triage.normal.size import size_band
from plumbline.triage.normal.title import function, seniority
from plumbline.triage.normal.website import website
from plumbline.triage.suspicion.domains import lookalike
from plumbline.triage.suspicion.flag import FlagCode
from plumbline.triage.suspicion.local import CHECKS, flags_of
from plumbline.triage.suspicion.neighbours import codes_of, look
from plumbline.triage.wanted import DERIVABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from plumbline.triage.normal.value import Normal
    from plumbline.triage.suspicion.neighbours import Neighbours

COUNTRY: Final = "triage.country"
FLAGS: Final = "triage.flags"
SUSPICIOUS: Final = "triage.suspicious"
#: Codes that other rows gave; kept beside a decision so that it replays alone.
NEIGHBOURS: Final = "triage.flags_of_neighbours"
#: Codes that no value gives by itself.
GIVEN_BY_OTHERS: Final = frozenset({FlagCode.COPIED_MESSAGE.value, FlagCode.BURST.value})
#: Fields that are read as numbers and dates elsewhere, and as they were written here.
_WRITTEN: Final = ("account.employees", "lead.created_at")
#: Batches up to this many rows are looked at in Python, which costs less than asking Polars.
_FEW: Final = 16
#: The value of ``triage.flags`` of a lead that nothing was found in.
NONE: Final = "none"

_ALONE: Final[dict[str, tuple[str, Callable[[str], Normal]]]] = {
    COUNTRY: ("account.country", country),
    "triage.industry": ("account.industry", industry),
    "triage.size_band": ("account.employees", size_band),
    "triage.seniority": ("contact.title", seniority),
    "triage.function": ("contact.title", function),
}
_WITH_COUNTRY: Final[dict[str, tuple[str, Callable[[str, str | None], Normal]]]] = {
    "triage.company": ("account.name", company),
    "triage.phone": ("contact.phone", phone),
    "triage.region": ("account.region", region),
}
_DOMAIN: Final = "triage.domain"


def derive(
    names: Collection[str], texts: pl.DataFrame, neighbours: Sequence[Sequence[str]] | None = None
) -> list[pl.Series]:
    """The wanted columns of a batch.

    Args:
        names: columns of ``DERIVABLE``; others are left alone.
        texts: the fields they stand on as trimmed text, blanks null; the kind and domain of addresses too.
        neighbours: per row the codes that other rows gave it.
    """
    wanted = [name for name in names if name in DERIVABLE]
    countries = _alone(texts, COUNTRY) if any(name in _WITH_COUNTRY for name in wanted) else None
    made: dict[str, pl.Series] = {}
    for name in wanted:
        if name in _ALONE:
            made[name] = _alone(texts, name)
        elif name in _WITH_COUNTRY and countries is not None:
            made[name] = _with_country(texts, name, countries)
        elif name == _DOMAIN:
            made[name] = _domain(texts)
    if FLAGS in wanted or SUSPICIOUS in wanted:
        made.update(flag_columns(texts, neighbours))
    return list(made.values())


def texts_of(
    clean: pl.DataFrame, received: pl.DataFrame, is_blank: Callable[[pl.Expr], pl.Expr]
) -> pl.DataFrame:
    """What the columns are made of: text as it was cleaned, and numbers and dates as they were written."""
    kept = [column for column in clean.iter_columns() if column.dtype == pl.String or column.name == "row"]
    names = [name for name in _WRITTEN if name in received.columns and clean.schema[name] != pl.String]
    trimmed = [received.get_column(name).str.strip_chars() for name in names]
    texts = pl.DataFrame([*kept, *trimmed])
    # Cells that hold nothing, or a word for it, have no text; where a value was read there is one.
    doubtful = [name for name in names if clean.get_column(name).null_count()]
    blanks = [pl.when(~is_blank(pl.col(name))).then(pl.col(name)).alias(name) for name in doubtful]
    return texts.with_columns(blanks) if blanks else texts


def neighbour_codes(
    names: Collection[str], texts: pl.DataFrame, state: Neighbours
) -> tuple[list[list[str]] | None, Neighbours]:
    """Per row the codes that earlier rows give it, where flags are wanted; and the state after the batch."""
    if FLAGS not in names and SUSPICIOUS not in names:
        return None, state
    hits, after = look(texts, state)
    return (codes_of(texts.get_column("row").to_list(), hits) if hits.height else None), after


def with_neighbours(clean: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    """The flags of clean leads, with the codes that other rows gave taken from ``codes``."""
    pairs = zip(clean.get_column(FLAGS).to_list(), codes.fill_null(NONE).to_list(), strict=True)
    found = [({*own.split()} - GIVEN_BY_OTHERS | {*given.split()}) - {NONE} for own, given in pairs]
    return clean.with_columns(_columns(found))


def mapped(values: pl.Series, name: str, make: Callable[[str], str | None]) -> pl.Series:
    """A text column made from another, each distinct value once; null stays null."""
    if len(values) <= _FEW:
        return pl.Series(
            name, [None if one is None else make(one) for one in values.to_list()], dtype=pl.String
        )
    distinct = values.unique().drop_nulls()
    made = pl.DataFrame(
        {"from": distinct, "to": pl.Series([make(one) for one in distinct.to_list()], dtype=pl.String)}
    )
    return (
        pl.DataFrame({"from": values})
        .join(made, on="from", how="left", maintain_order="left")
        .get_column("to")
        .alias(name)
    )


def _text(texts: pl.DataFrame, name: str) -> pl.Series:
    if name in texts.columns:
        return texts.get_column(name)
    return pl.Series(name, [None], dtype=pl.String).new_from_index(0, texts.height)


def _alone(texts: pl.DataFrame, name: str) -> pl.Series:
    field, normal = _ALONE[name]
    return mapped(_text(texts, field), name, lambda value: normal(value).value)


def _with_country(texts: pl.DataFrame, name: str, countries: pl.Series) -> pl.Series:
    field, normal = _WITH_COUNTRY[name]
    if texts.height <= _FEW:
        both = zip(_text(texts, field).to_list(), countries.to_list(), strict=True)
        return pl.Series(
            name,
            [None if value is None else normal(value, code).value for value, code in both],
            dtype=pl.String,
        )
    pairs = pl.DataFrame({"value": _text(texts, field), "country": countries})
    distinct = pairs.unique(maintain_order=True).drop_nulls("value")
    made = [normal(value, code).value for value, code in distinct.iter_rows()]
    to = distinct.with_columns(pl.Series("to", made, dtype=pl.String))
    joined = pairs.join(to, on=["value", "country"], how="left", maintain_order="left", nulls_equal=True)
    return joined.get_column("to").alias(name)


def _domain(texts: pl.DataFrame) -> pl.Series:
    """The website's registered domain, else that of a business address."""
    site = mapped(_text(texts, "account.website"), _DOMAIN, lambda value: website(value).value)
    own = _text(texts, "triage.email_kind").is_in(["business", "role"])
    mail = mapped(
        _text(texts, "triage.email_domain").set(~own.fill_null(value=False), None), _DOMAIN, _registered
    )
    return site.fill_null(mail) if site.null_count() else site


def _registered(domain: str) -> str | None:
    plain = ascii_domain(domain)
    # A slip of gmail.com is no company's domain either.
    return registered(plain) if plain and lookalike(plain) not in FREE else None


def flag_columns(texts: pl.DataFrame, neighbours: Sequence[Sequence[str]] | None) -> dict[str, pl.Series]:
    """``triage.flags`` (codes with spaces between, or ``none``), how many, and those of neighbours."""
    others = neighbours if neighbours is not None else [()] * texts.height
    found = [set(codes) for codes in others]
    for field in CHECKS:
        if field in texts.columns:
            _add_local(found, texts.get_column(field), field)
    given = pl.Series(NEIGHBOURS, [" ".join(sorted(codes)) or NONE for codes in others], dtype=pl.String)
    return {column.name: column for column in (*_columns(found), given)}


def _columns(found: list[set[str]]) -> list[pl.Series]:
    joined = [" ".join(sorted(codes)) or NONE for codes in found]
    counts = [float(len(codes)) for codes in found]
    return [pl.Series(FLAGS, joined, dtype=pl.String), pl.Series(SUSPICIOUS, counts, dtype=pl.Float64)]


def _add_local(found: list[set[str]], values: pl.Series, field: str) -> None:
    if len(values) <= _FEW:
        for at, value in enumerate(values.to_list()):
            found[at] |= {flag.code.value for flag in flags_of(field, value)} if value is not None else set()
        return
    flagged = {
        value: {flag.code.value for flag in flags_of(field, value)}
        for value in values.unique().drop_nulls().to_list()
    }
    flagged = {value: codes for value, codes in flagged.items() if codes}
    if not flagged:
        return
    places = values.is_in(list(flagged)).fill_null(value=False).arg_true()
    for at, value in zip(places.to_list(), values.gather(places).to_list(), strict=True):
        found[at] |= flagged[value]
