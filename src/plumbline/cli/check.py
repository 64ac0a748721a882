"""``plumbline check``: how good the data of a file are, before anything is decided with them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from plumbline.cli.output import Json, Output, Quiet, complain
from plumbline.cli.pages import write_page
from plumbline.library.inputs import intake_from
from plumbline.library.quality import check_file
from plumbline.report import print_quality, quality_html


def check(
    leads: Annotated[Path, typer.Argument(help="CSV, Excel, Parquet or JSON lines; .gz too.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help="Which column is what; guessed when left out.")
    ] = None,
    segment: Annotated[
        str, typer.Option("--segment", help="The field by which rows are told apart.")
    ] = "lead.source",
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="The day ages are counted to; today when left out.")
    ] = None,
    rows: Annotated[
        Path | None, typer.Option("--rows", help="A folder for every finding row by row, as Parquet.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report as a page to this file.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Report on the data of a file: complete, valid, consistent, fresh, repeated, and what stopped coming.

    Every number names rows behind it. Nothing is changed and nothing is decided.
    """
    output = Output(json=json, quiet=quiet)
    intake = intake_from(leads, mapping)
    if mapping is None and not quiet:
        complain("Which column is what was guessed; plumbline init shows the guess and writes it to a file.")
    today = (as_of or datetime.now(UTC)).date()
    report = check_file(intake, segment=segment, today=today, rows_to=rows)
    output.data(report)
    print_quality(report, output.console)
    if html is not None:
        write_page(html, quality_html(report))
        output.say(f"\nOpen {html} in a browser.")
