"""Tables beside the leads (messages, outcomes), found by the names of their columns and joined to the leads.

Every row that is read ends in exactly one place: used, or in one line that says why not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.errors import MissingColumnError
from plumbline.connectors.events import moment
from plumbline.connectors.headers import normal
from plumbline.domain.rowcodes import RowCode
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.connectors.batch import Batch
    from plumbline.connectors.files import Source

LEAD: Final = "lead.id"
EMAIL: Final = "contact.email"
_BATCH: Final = 200_000
_AT: Final = "%Y-%m-%dT%H:%M:%S%.6fZ"
_KEYS: Final[Mapping[str, Sequence[str]]] = {
    LEAD: ("lead id", "lead", "record id", "contact id", "prospect id", "associated contact ids"),
    EMAIL: ("email", "e mail", "email address", "contact email", "lead email", "from", "from address"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a kind of table holds: column to the names it goes by, most usual first.

    ``at`` is the column with the moment, ``needed`` those that must be there and filled, each with the code
    of a row without it. ``orphan`` is the code of a row whose lead is not known.
    """

    about: str
    names: Mapping[str, Sequence[str]]
    at: str
    needed: Mapping[str, RowCode]
    orphan: RowCode


@dataclass(frozen=True, slots=True)
class Table:
    """``frame``: ``row`` and the columns of the layout; moments in UTC, the rest text, blank cells null.

    ``lead.id`` is null where only an e-mail address says whose row it is, until the table is joined.
    """

    layout: Layout
    frame: pl.DataFrame
    rejected: pl.DataFrame
    noted: pl.DataFrame

    @property
    def read(self) -> int:
        """Rows of the file."""
        return self.frame.height + self.rejected.height

    def of(self, leads: pl.DataFrame) -> Table:
        """The rows of these leads, each with its ``lead.id``; one more rejected line for every other row.

        ``leads``: ``lead.id`` and, where known, ``contact.email``. An id comes before an address; an address
        of several leads says nothing.
        """
        ids = leads.get_column(LEAD).cast(pl.String).str.strip_chars().unique()
        by_id = pl.col(LEAD).is_not_null()
        found = self.frame.join(_by_address(leads), left_on=_address(), right_on="address", how="left")
        known = pl.when(by_id & pl.col(LEAD).is_in(ids.implode())).then(LEAD)
        found = found.with_columns(known=pl.when(by_id).then(known).otherwise("only"))
        lost = found.filter(pl.col("known").is_null())
        several = ~by_id & (pl.col("leads") > 1)
        lines = [
            issues(lost.filter(by_id), self.layout.orphan, column=LEAD, value=pl.col(LEAD)),
            issues(lost.filter(several), RowCode.AMBIGUOUS_LEAD, column=EMAIL, value=pl.col(EMAIL)),
            issues(
                lost.filter(~(by_id | several.fill_null(value=False))),
                self.layout.orphan,
                column=EMAIL,
                value=pl.col(EMAIL),
            ),
        ]
        kept = found.filter(pl.col("known").is_not_null()).with_columns(pl.col("known").alias(LEAD))
        return Table(
            self.layout,
            kept.select(self.frame.columns).sort("row"),
            joined([self.rejected, *lines]),
            self.noted,
        )


def read_table(source: Source, layout: Layout) -> Table:
    """Read a table. Its columns are found by their names, in any order, beside any others.

    ``MissingColumnError`` when neither a lead's id nor an e-mail address is there, or another column that the
    table needs. A time without an offset is taken as UTC, a date as its first moment.
    """
    chosen = _chosen(source, layout)
    columns = [
        (_filled(pl.col(name)) if name is not None else pl.lit(None, dtype=pl.String)).alias(to)
        for to, name in chosen.items()
    ]
    parts = [_checked(batch, columns, layout) for batch in source.batches(_BATCH)]
    if not parts:
        schema = {"row": pl.Int64} | {to: _kind(to, layout) for to in chosen}
        return Table(layout, pl.DataFrame(schema=schema), joined([]), joined([]))
    frames, rejected, noted = zip(*parts, strict=True)
    return _without_repeats(Table(layout, pl.concat(frames), joined([*rejected]), joined([*noted])))


def _kind(column: str, layout: Layout) -> pl.DataType:
    return pl.Datetime("us", "UTC") if column == layout.at else pl.String()


def _chosen(source: Source, layout: Layout) -> dict[str, str | None]:
    found = {normal(name): name for name in reversed(source.columns)}
    names = {**_KEYS, **layout.names}
    chosen = {to: next((found[n] for n in known if n in found), None) for to, known in names.items()}
    missing = [f"{to} ({', '.join(names[to][:3])})" for to in layout.needed if chosen[to] is None]
    if chosen[LEAD] is None and chosen[EMAIL] is None:
        missing.insert(0, f"the lead ({', '.join((*_KEYS[LEAD][:2], *_KEYS[EMAIL][:1]))})")
    if missing:
        raise MissingColumnError(f"{source.path} has no column for {'; '.join(missing)}: {layout.about}")
    return chosen


def _filled(text: pl.Expr) -> pl.Expr:
    trimmed = text.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _checked(
    batch: Batch, columns: list[pl.Expr], layout: Layout
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    rows = batch.frame.select(pl.col(ROW).alias("row"), *columns)
    timed = rows.with_columns(
        moment(pl.col(layout.at)).str.to_datetime(_AT, time_zone="UTC").alias("#moment")
    )
    left = timed
    lines = [batch.rejected]
    lost = pl.col(LEAD).is_null() & pl.col(EMAIL).is_null()
    checks = [(lost, RowCode.MISSING_ID, LEAD)]
    checks += [
        (pl.col(name).is_null(), code, name) for name, code in layout.needed.items() if name != layout.at
    ]
    checks.append((pl.col("#moment").is_null(), RowCode.NOT_A_DATE, layout.at))
    for is_bad, code, column in checks:
        bad = left.filter(is_bad)
        if bad.height:
            lines.append(issues(bad, code, column=column, value=pl.col(column)))
            left = left.filter(~is_bad)
    kept = left.with_columns(pl.col("#moment").alias(layout.at)).drop("#moment")
    return kept, joined(lines), batch.noted


def _without_repeats(table: Table) -> Table:
    """A second row with an id that was there before contradicts the first or repeats it; the first counts."""
    if "id" not in table.frame.columns:
        return table
    again = pl.col("id").is_not_null() & ~pl.col("id").is_first_distinct()
    repeated = table.frame.filter(again)
    if not repeated.height:
        return table
    rule = pl.lit("An earlier row has this id; the first counts.")
    lines = issues(repeated, RowCode.REPEATED_ID, column="id", value=pl.col("id"), rule=rule)
    return Table(table.layout, table.frame.filter(~again), joined([table.rejected, lines]), table.noted)


def _address() -> pl.Expr:
    return pl.col(EMAIL).str.to_lowercase()


def _by_address(leads: pl.DataFrame) -> pl.DataFrame:
    """Per address the number of its leads, and the lead where it is one."""
    if EMAIL not in leads.columns:
        return pl.DataFrame(schema={"address": pl.String, "leads": pl.UInt32, "only": pl.String})
    addresses = leads.select(pl.col(LEAD).str.strip_chars(), address=_filled(_address())).drop_nulls(
        "address"
    )
    counted = (
        addresses.unique().group_by("address").agg(pl.len().alias("leads"), pl.first(LEAD).alias("only"))
    )
    return counted.with_columns(pl.when(pl.col("leads") == 1).then("only").alias("only"))
