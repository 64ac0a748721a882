"""``plumbline intake`` and ``plumbline book``: exports into a book of leads, and what it says of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from plumbline.cli.leads import From, Leads, QueryText, leads_from
from plumbline.cli.output import Json, Output, Quiet, complain, table_of
from plumbline.connectors.export import write_csv
from plumbline.library.book import changes, take_in
from plumbline.library.inputs import intake_from
from plumbline.report.words import count
from plumbline.store import LeadBook

if TYPE_CHECKING:
    from plumbline.library.book import TakenIn
    from plumbline.library.inputs import FileIntake
    from plumbline.store.lead_import import Import, Version

app = typer.Typer(help="The book of leads.", no_args_is_help=True, rich_markup_mode=None)

Book = Annotated[Path, typer.Argument(help="A book of leads.")]
Lead = Annotated[str, typer.Argument(help="The id of the lead.")]
OfSystem = Annotated[
    str | None, typer.Option("--system", help="The source system; all of them when left out.")
]

_HEAD = ("row", "column", "value", "what is wrong", "code")
#: Counts that add up to the rows read, in the order in which people ask for them.
_PARTS = (
    ("new", "leads that were not there before"),
    ("changed", "leads that say something else than before"),
    ("unchanged", "leads that say the same"),
    ("repeated", "rows that say again what an earlier row says"),
    ("rejected", "rows that cannot be a lead"),
    ("erased", "leads of people who were erased; not taken in again"),
)
_COUNTED = ("read", *(name for name, _ in _PARTS), "vanished")


def intake(
    book: Annotated[Path, typer.Option("--book", "-b", help="The book; made when it is not there.")],
    leads: Leads = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help="Which column is what; guessed when left out.")
    ] = None,
    query: QueryText = None,
    url: From = None,
    system: Annotated[
        str | None, typer.Option("--system", help="The source system; that of the mapping when left out.")
    ] = None,
    problems: Annotated[
        Path | None, typer.Option("--problems", help="Write rejected rows and notes to this CSV file.")
    ] = None,
    show: Annotated[int, typer.Option("--show", min=0, help="How many lines of each kind to list.")] = 10,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take an export into a book of leads: what is new, changed, unchanged or no longer there.

    The same file twice changes nothing. A changed row adds a version to one lead. Nothing is deleted.
    """
    output = Output(json=json, quiet=quiet)
    source = intake_from(leads_from(leads, query, url), mapping)
    tell_differences(source, output)
    with LeadBook(book) as opened:
        taken = take_in(source, opened, at=datetime.now(UTC), system=system)
    if problems is not None:
        write_csv(pl.concat([taken.rejected, taken.noted]), problems)
    output.data(_data(taken, problems))
    _tell(taken, output, show)


@app.command("history")
def history(
    book: Book, lead: Lead, system: OfSystem = None, json: Json = False, quiet: Quiet = False
) -> None:
    """List every version of a lead: when it came, from which file and row, and what changed."""
    output = Output(json=json, quiet=quiet)
    with LeadBook(book, create=False) as opened:
        versions = opened.versions(lead, system=system)
    output.data([asdict(version) for version in versions])
    before: Version | None = None
    for version in versions:
        _tell_version(version, before, output)
        before = version


@app.command("imports")
def imports(book: Book, system: OfSystem = None, json: Json = False, quiet: Quiet = False) -> None:
    """List every import with its counts, oldest first."""
    output = Output(json=json, quiet=quiet)
    with LeadBook(book, create=False) as opened:
        found = opened.imports(system=system)
    output.data(found)
    for one in found:
        said = [f"{getattr(one, name):,} {name}" for name in _COUNTED if getattr(one, name)]
        output.say(f"{one.at:%Y-%m-%d %H:%M} UTC  {one.system}  {one.file}: {', '.join(said)}")


@app.command("erase")
def erase(book: Book, lead: Lead, system: OfSystem = None, json: Json = False, quiet: Quiet = False) -> None:
    """Empty every version of a lead for good. Its id stays, so that no later export brings it back."""
    output = Output(json=json, quiet=quiet)
    with LeadBook(book, create=False) as opened:
        erased = opened.erase(lead, system=system)
    output.data({"lead": lead, "versions": erased})
    output.say(
        f"{count(erased, 'version')} of {lead} erased. Runs and ledgers are erased with their own command."
    )


def tell_differences(source: FileIntake, output: Output) -> None:
    """What differs harmlessly between a mapping and its file goes to standard error."""
    if not output.quiet:
        for issue in source.mapping.differences:
            complain(f"warning: {issue}")


def _data(taken: TakenIn, problems: Path | None) -> dict[str, object]:
    counts = taken.counts
    return {
        "import": counts.id,
        "system": counts.system,
        "file": counts.file,
        "was_known": taken.was_known,
        "read": counts.read,
        **{name: getattr(counts, name) for name, _ in _PARTS},
        "vanished": counts.vanished,
        "problems": None if problems is None else str(problems),
        "rejected_rows": taken.rejected.to_dicts(),
        "notes": taken.noted.to_dicts(),
    }


def _tell(taken: TakenIn, output: Output, show: int) -> None:
    counts = taken.counts
    output.say(f"{counts.file} of {counts.system}: {count(counts.read, 'row')} read.")
    if taken.was_known:
        output.say("This is the file of the last import; nothing was written.")
    output.console.print(table_of(("", "", ""), _lines(counts), right=(1,)))
    if counts.vanished:
        lost = count(counts.vanished, "lead")
        output.say(f"{lost} of the book {'is' if counts.vanished == 1 else 'are'} not in this file; kept.")
    for lines, title in ((taken.rejected, "rejected"), (taken.noted, "worth knowing")):
        if lines.height and show:
            output.say(f"\n{title}:")
            output.console.print(table_of(_HEAD, lines.head(show).iter_rows(), right=(0,)))
        if lines.height > show:
            output.say(f"{lines.height - show:,} more; --problems FILE writes them all.")


def _lines(counts: Import) -> list[tuple[str, str, str]]:
    return [(name, f"{getattr(counts, name):,}", about) for name, about in _PARTS if getattr(counts, name)]


def _tell_version(version: Version, before: Version | None, output: Output) -> None:
    output.say(
        f"{version.system}, version {version.number}: {version.at:%Y-%m-%d %H:%M} UTC, "
        f"{version.file} row {version.row}"
    )
    if version.content is None:
        output.say("  erased")
    elif before is None or before.system != version.system:
        for name, value in sorted(version.content.items()):
            output.say(f"  {name}: {value}")
    else:
        for change in changes(before, version):
            was, now = (text if text is not None else "nothing" for text in (change.before, change.after))
            output.say(f"  {change.field}: {was} → {now}")
