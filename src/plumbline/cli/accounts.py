"""``plumbline accounts``: which account a lead belongs to, and what decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import polars as pl
import typer

from plumbline.cli.leads import From, Leads, QueryText, leads_from
from plumbline.cli.left_out import tell_left_out
from plumbline.cli.output import Json, Output, Quiet, complain, table_of
from plumbline.connectors.accounts import NAMES
from plumbline.connectors.export import csv_bytes
from plumbline.domain.errors import NoLeadsError, UnknownLeadError
from plumbline.library.accounts import COLUMNS, accounts_from, match_leads
from plumbline.library.inputs import intake_from
from plumbline.report.words import count
from plumbline.store import write_atomically
from plumbline.triage.report import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.connectors.query import Query
    from plumbline.library.accounts import Accounts, LeadMatch, Matched

app = typer.Typer(help="Which account a lead belongs to.", no_args_is_help=True, rich_markup_mode=None)

AccountFile = Annotated[
    Path, typer.Option("--accounts", "-a", help="The accounts: any file or folder that leads can come from.")
]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", "-m", help="Which column of the leads is what; else guessed.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--account-column",
        help=f"FIELD=HEADER where a header of the accounts does not tell; fields: {', '.join(NAMES)}.",
    ),
]
_SUFFIXES: Final = (".csv", ".parquet")


@app.command("match")
def match_command(
    accounts: AccountFile,
    leads: Leads = None,
    mapping: Mapping = None,
    query: QueryText = None,
    url: From = None,
    column: Columns = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write one row per lead: .csv or .parquet.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Match every lead to its account, or to none, and say what decided.

    Nobody who objected to profiling is looked at.
    """
    output = Output(json=json, quiet=quiet)
    if out is not None and out.suffix.lower() not in _SUFFIXES:
        raise typer.BadParameter(f"{out} must end with {' or '.join(_SUFFIXES)}.")
    source = leads_from(leads, query, url)
    known = _accounts(accounts, column, quiet=quiet)
    parts = list(_matched(source, mapping, known, quiet=quiet))
    frame = pl.concat([pl.DataFrame(schema=dict(COLUMNS)), *(part.frame() for part in parts)])
    if frame.is_empty():
        raise NoLeadsError("No row of it can be a lead.")
    rejected = joined([part.rejected for part in parts])
    tell_left_out(rejected, "of the leads", quiet=quiet)
    if out is not None:
        write_atomically(out, frame.write_parquet if out.suffix.lower() == ".parquet" else csv_bytes(frame))
    _tell(output, frame, known, rejected.height)


@app.command("explain")
def explain_command(
    leads: Annotated[Path, typer.Argument(help="The leads, as for match.")],
    lead: Annotated[str, typer.Argument(help="The id of a lead.")],
    accounts: AccountFile,
    mapping: Mapping = None,
    column: Columns = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show every account that was considered for a lead, why some do not count, and what decided."""
    output = Output(json=json, quiet=quiet)
    known = _accounts(accounts, column, quiet=True)
    parts = _matched(leads, mapping, known, quiet=quiet)
    one = next((one for part in parts for one in part.leads if one.lead == lead), None)
    if one is None:
        raise UnknownLeadError(f"{leads} has no lead {lead}.")
    _explain(output, one)


def _accounts(path: Path, column: list[str] | None, *, quiet: bool) -> Accounts:
    named = {}
    for text in column or []:
        field, _, header = text.partition("=")
        if field not in NAMES or not header:
            raise typer.BadParameter(f"{text}: say FIELD=HEADER, with one of {', '.join(NAMES)}.")
        named[field] = header
    known = accounts_from(path, named)
    tell_left_out(known.left_out, "of the accounts", quiet=quiet)
    if known.noted.height and not quiet:
        complain(
            f"{count(known.noted.height, 'day')} of accounts could not be read; ISO 8601 can: "
            f"row {known.noted['row'][0]}, {known.noted['value'][0]!r}."
        )
    return known


def _matched(
    source: Path | Query, mapping: Path | None, known: Accounts, *, quiet: bool
) -> Iterator[Matched]:
    if mapping is None and not quiet:
        complain("Which column is what was guessed; plumbline init shows the guess and writes it to a file.")
    yield from match_leads(intake_from(source, mapping), known.book)


def _tell(output: Output, frame: pl.DataFrame, known: Accounts, rejected: int) -> None:
    matched = frame.get_column("account.id").is_not_null()
    # "against whom" is of one lead; what decided is what many have in common.
    decided = (
        pl.col("decided_by")
        .str.replace(r" \(against .*\)$", "")
        .str.replace(r"\d+ looked", "some looked")
        .str.replace(";.*", "")
    )
    ways = frame.group_by(decided).len("leads").sort(["leads", "decided_by"], descending=[True, False])
    output.data(
        {
            "leads": frame.height,
            "matched": int(matched.sum()),
            "rows_left_out": rejected,
            "accounts": known.count,
            "accounts_left_out": known.left_out.height,
            "decided_by": dict(ways.iter_rows()),
        }
    )
    output.say(
        f"{int(matched.sum()):,} of {count(frame.height, 'lead')} belong to one of "
        f"{count(known.count, 'account')}."
    )
    output.console.print(table_of(("decided by", "leads"), ways.iter_rows(), right=(1,)))


def _explain(output: Output, one: LeadMatch) -> None:
    found = one.found
    account = found.account if found else None
    candidates = found.candidates if found else ()
    output.data(
        {
            "lead": one.lead,
            "account": account.id if account else None,
            "decided_by": one.decided_by,
            "candidates": [
                {
                    "account": each.account.id,
                    "name": each.account.name,
                    "points": each.points,
                    "reasons": list(each.reasons),
                    "filtered": each.filtered,
                }
                for each in candidates
            ],
        }
    )
    output.say(f"{one.lead}: {f'{account.id} {account.name}' if account else 'no account'}")
    output.say(f"  {one.decided_by}\n")
    lines = [
        (each.account.id, each.account.name, each.points, "; ".join(each.reasons), each.filtered or "counts")
        for each in candidates
    ]
    if lines:
        output.console.print(table_of(("account", "name", "points", "why", "counts"), lines, right=(2,)))
