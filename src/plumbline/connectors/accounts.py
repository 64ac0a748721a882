"""Accounts from a file: found by the names of their columns, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.errors import MissingColumnError
from plumbline.connectors.headers import FIELD_OF, normal
from plumbline.domain.rowcodes import RowCode
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.connectors.batch import Batch
    from plumbline.connectors.files import Source

_BATCH: Final = 200_000


def _field(field: str) -> tuple[str, ...]:
    """What a field of the lead model goes by, most usual first."""
    named = [(rank, name) for name, (of, rank) in FIELD_OF.items() if of == field]
    return tuple(name for _, name in sorted(named))


#: Column to the names it goes by, most usual first.
NAMES: Final[Mapping[str, Sequence[str]]] = {
    "id": (
        *("account id", "company id", "organization id", "organisation id", "customer id", "customer number"),
        *("record id", "id", "account number", "customer no", "kundennummer", "external id"),
    ),
    "name": (*_field("account.name"), "name"),
    "website": (*_field("account.website"), "domains", "email domain", "email domains", "company domains"),
    "country": (*_field("account.country"), "billing country", "shipping country", "headquarters country"),
    "city": (*_field("account.city"), "billing city", "shipping city"),
    "parent": (
        *(
            "parent account id",
            "parent id",
            "parent company id",
            "parent account",
            "parent company",
            "parent",
        ),
        *("ultimate parent", "ultimate parent id", "headquarters", "muttergesellschaft"),
    ),
    "open_business": (
        *("open opportunities", "open deals", "number of open deals", "num open deals", "open business"),
        *("open pipeline", "active deals", "has open deals"),
    ),
    "since": (
        *("customer since", "since", "created", "created at", "created on", "created date", "create date"),
        *("date created", "account created"),
    ),
}


@dataclass(frozen=True, slots=True)
class AccountTable:
    """``frame``: ``row`` and the columns of ``NAMES`` as trimmed text, blank cells null.

    ``rejected``: one line per row without an id or anything to match by, or with an id that was there before.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame


def read_accounts(
    source: Source, named: Mapping[str, str] | None = None, blank_words: Sequence[str] = ()
) -> AccountTable:
    """Read accounts. Columns are found by their names, unless ``named`` says which header one has.

    ``MissingColumnError`` when there is no id, neither name nor website, or a named header is not there.
    """
    chosen = _chosen(source, named or {})
    words = ["", *(word.lower() for word in blank_words)]
    columns = [_cell(name, words).alias(to) for to, name in chosen.items()]
    parts = [_checked(batch, columns) for batch in source.batches(_BATCH)]
    schema = {"row": pl.Int64} | dict.fromkeys(NAMES, pl.String)
    whole = pl.concat([pl.DataFrame(schema=schema), *(frame for frame, _ in parts)])
    again = ~pl.col("id").is_first_distinct()
    rule = pl.lit("An earlier row has this id; the first counts.")
    repeated = issues(
        whole.filter(again), RowCode.REPEATED_ID, column=chosen["id"], value=pl.col("id"), rule=rule
    )
    return AccountTable(whole.filter(~again), joined([*(lines for _, lines in parts), repeated]))


def _chosen(source: Source, named: Mapping[str, str]) -> dict[str, str | None]:
    found = {normal(name): name for name in reversed(source.columns)}
    chosen = {to: next((found[n] for n in names if n in found), None) for to, names in NAMES.items()}
    unknown = [name for name in named.values() if name not in source.columns]
    if unknown:
        raise MissingColumnError(
            f"{source.path} has no column {', '.join(unknown)}; it has {', '.join(source.columns)}"
        )
    chosen |= named
    missing = [] if chosen["id"] else ["id (account id, id)"]
    if not (chosen["name"] or chosen["website"]):
        missing.append("name or website (account name, website)")
    if missing:
        raise MissingColumnError(f"{source.path} has no column for {'; '.join(missing)}")
    return chosen


def _cell(name: str | None, words: Sequence[str]) -> pl.Expr:
    if name is None:
        return pl.lit(None, dtype=pl.String)
    trimmed = pl.col(name).str.strip_chars()
    return pl.when(~trimmed.str.to_lowercase().is_in(words)).then(trimmed)


def _checked(batch: Batch, columns: list[pl.Expr]) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = batch.frame.select(pl.col(ROW).alias("row"), *columns)
    nameless = pl.col("id").is_null()
    empty = ~nameless & pl.col("name").is_null() & pl.col("website").is_null()
    rule = pl.lit("The account has no id.")
    lines = [
        batch.rejected,
        issues(rows.filter(nameless), RowCode.MISSING_ID, column="id", value=pl.col("id"), rule=rule),
        issues(rows.filter(empty), RowCode.MISSING_ACCOUNT, column="name", value=pl.col("name")),
    ]
    return rows.filter(~(nameless | empty)), joined(lines)
