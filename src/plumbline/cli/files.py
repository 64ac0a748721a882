"""``plumbline init``: a mapping and a starter policy for leads."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plumbline.cli.leads import From, Leads, QueryText, as_said, leads_from
from plumbline.cli.output import Json, Output, Quiet, table_of
from plumbline.connectors.guess import guess
from plumbline.connectors.guess_yaml import values_shown
from plumbline.connectors.number_styles import STYLES, NumberStyle
from plumbline.connectors.settings import FileSettings
from plumbline.connectors.settle import Choice
from plumbline.connectors.starter import starter_policy
from plumbline.domain.errors import ExistsError
from plumbline.library.inputs import opened
from plumbline.store import write_atomically

if TYPE_CHECKING:
    from plumbline.connectors.guess import ColumnGuess, Guess


class DateOrder(StrEnum):
    """Which comes first in a date such as 03/04/2026."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


def init(
    leads: Leads = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the two files.")] = Path(),
    query: QueryText = None,
    url: From = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook.")] = None,
    dates: Annotated[
        DateOrder | None, typer.Option("--dates", help="What 03/04/2026 means in this file.")
    ] = None,
    numbers: Annotated[
        str | None,
        typer.Option("--numbers", help=f"How this file writes numbers: {', '.join(map(repr, STYLES[:4]))}."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Guess which column is what, and write it down with a starter policy. Both are yours to edit.

    What the file leaves open (03/04/2026, 1.234) is listed, and settled for the whole file by an option.
    """
    output = Output(json=json, quiet=quiet)
    mapping, policy = out / "mapping.yaml", out / "policy.yaml"
    taken = [str(path) for path in (mapping, policy) if path.exists()]
    if taken and not force:
        raise ExistsError(f"{' and '.join(taken)} exist already; --force replaces them.")
    source = opened(leads_from(leads, query, url), FileSettings(sheet=sheet))
    guessed = guess(source, _choice(dates, numbers))
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(mapping, guessed.to_yaml().encode())
    write_atomically(policy, starter_policy(guessed).encode())
    output.data({"mapping": str(mapping), "policy": str(policy), **_data(guessed)})
    _tell(guessed, output)
    output.say(f"Wrote {mapping} and {policy}. Read both; every guess says why.")
    output.say(f"Then: plumbline qualify {as_said(leads)} --mapping {mapping} --policy {policy} --out run")


def _choice(dates: DateOrder | None, numbers: str | None) -> Choice:
    if numbers is not None:
        try:
            NumberStyle.of(numbers)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    return Choice(None if dates is None else dates is DateOrder.DAY_FIRST, numbers)


def _data(guessed: Guess) -> dict[str, object]:
    return {
        "rows": guessed.rows,
        "system": guessed.system,
        "sheet": guessed.sheet,
        "columns": guessed.columns,
        "joined": guessed.joined,
        "guesses": [_guess_data(entry) for entry in guessed.guesses],
        "findings": guessed.findings,
        "notes": guessed.notes.to_dicts(),
    }


def _guess_data(entry: ColumnGuess) -> dict[str, object]:
    return {
        "column": entry.column,
        "field": entry.field,
        "sure": entry.sure,
        "why": entry.why,
        "values": values_shown(entry),
        "date": entry.date_format,
        "number": entry.number_style,
        "leak": entry.leak,
    }


def _tell(guessed: Guess, output: Output) -> None:
    """The guess for people: what feeds what, and what is left to settle."""
    if guessed.system:
        output.say(f"The columns are those of a {guessed.system} export.")
    rows = [
        (entry.column, entry.field or "left out", f"{entry.sure} %", ", ".join(values_shown(entry)[:2]))
        for entry in guessed.guesses
    ]
    output.console.print(table_of(("column", "field", "sure", "values"), rows, right=(2,)))
    for field, columns in guessed.joined.items():
        output.say(f"{field} is made of {' and '.join(columns)}.")
    for rule in guessed.notes.get_column("rule"):
        output.say(f"note: {rule}")
    for finding in guessed.findings:
        output.say(f"{'settle' if finding.choices else 'note'}: {finding.column}: {finding.message}.")
    output.say("")
