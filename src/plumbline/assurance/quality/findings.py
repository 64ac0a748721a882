"""What is found in single rows: one line per row, field and code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from plumbline.triage import Triaged

FOUND: Final = {"row": pl.Int64(), "code": pl.String(), "column": pl.String(), "value": pl.String()}
EMPTY: Final = "empty"
OTHER_DOMAIN: Final = "other_domain"
FUTURE: Final = "in_the_future"
CONTACT_FIRST: Final = "contacted_before_created"
BEFORE_TIME: Final = "before_1990"
STALE: Final = "older_than_a_year"
#: A lead older than this many days says little about today.
OLD: Final = 365
_CREATED: Final = "lead.created_at"
_CONTACTED: Final = "lead.last_contact_at"
_WEBSITE: Final = "account.website"
_HOST: Final = r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:www\.)?([^/:?#\s]+)"


def findings_of(triaged: Triaged, told: pl.DataFrame, today: date) -> pl.DataFrame:
    """What is found in the rows of a batch, with what intake told and triage found; empty cells are apart."""
    clean = triaged.clean
    said = [frame.select("row", "code", "column", "value") for frame in (told, triaged.issues)]
    return pl.concat([*said, *_dates(clean, today), *_domains(clean)])


def empty_cells(clean: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    """Per field the rows without a value. A value that cannot be read is not missing."""
    for name in received_fields(clean):
        if clean.get_column(name).null_count():
            unreadable = pl.col("triage.unreadable").list.contains(name).fill_null(value=False)
            rows = clean.filter(pl.col(name).is_null() & ~unreadable).get_column("row")
            if rows.len():
                yield name, rows


def received_fields(clean: pl.DataFrame) -> list[str]:
    """The fields that came in."""
    return [
        name for name in clean.columns if not name.startswith("triage.") and name not in {"row", "lead.id"}
    ]


def _dates(clean: pl.DataFrame, today: date) -> Iterator[pl.DataFrame]:
    for name in (_CREATED, _CONTACTED):
        if name in clean.columns:
            yield _lines(clean, pl.col(name) > today, FUTURE, name)
            yield _lines(clean, pl.col(name).dt.year() < 1990, BEFORE_TIME, name)
    if _CREATED in clean.columns:
        age = (pl.lit(today) - pl.col(_CREATED)).dt.total_days()
        yield _lines(clean, age > OLD, STALE, _CREATED)
        if _CONTACTED in clean.columns:
            yield _lines(clean, pl.col(_CONTACTED) < pl.col(_CREATED), CONTACT_FIRST, _CONTACTED)


def _domains(clean: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A business address elsewhere than the website: another brand, a supplier, or a wrong company."""
    if _WEBSITE not in clean.columns:
        return
    host = pl.col(_WEBSITE).str.extract(_HOST, 1).str.to_lowercase()
    domain = pl.col("triage.email_domain")
    same = host.str.ends_with(domain) | domain.str.ends_with(host)
    known = (pl.col("triage.email_kind") == "business") & host.str.contains(".", literal=True)
    yield _lines(clean, known & ~same, OTHER_DOMAIN, _WEBSITE)


def _lines(
    clean: pl.DataFrame, hit: pl.Expr, code: str, column: str, *, value: pl.Expr | None = None
) -> pl.DataFrame:
    shown = pl.col(column).cast(pl.String) if value is None else value
    return clean.filter(hit.fill_null(value=False)).select(
        "row", code=pl.lit(code), column=pl.lit(column), value=shown.cast(pl.String)
    )
