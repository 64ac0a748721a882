"""Where a command takes leads from: a file, a folder, or a query to a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plumbline.connectors.database_url import DatabaseUrl
from plumbline.connectors.query import Query

Leads = Annotated[
    Path | None,
    typer.Argument(
        help="CSV, Excel, Parquet or JSON lines; .gz or .zip too; a folder of such files; or a book of leads."
    ),
]
QueryText = Annotated[str | None, typer.Option("--query", help="Leads from a database: a SELECT.")]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        envvar="PLUMBLINE_FROM",
        help="The database: duckdb:///leads.db, sqlite:///crm.db, postgresql+psycopg://user:pass@host/db. "
        "A password is better kept in the variable, where other users of the machine do not see it.",
    ),
]


def leads_from(leads: Path | None, query: str | None, url: str | None) -> Path | Query:
    """The one source that was named; a wrong combination is a wrong use of the command."""
    if leads is not None and query is None:
        return leads
    if leads is None and query is not None:
        if url is None:
            raise typer.BadParameter("--query needs --from, the address of the database.")
        return Query(query, DatabaseUrl.of(url))
    raise typer.BadParameter("Name a file of leads, or a --query with --from; one of the two.")


def as_said(leads: Path | None) -> str:
    """How a command's next step names the same source."""
    return str(leads) if leads is not None else '--query "..." --from "..."'
