"""``plumbline enrich``: what is known about each lead, from whom, and where sources contradict."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

import polars as pl
import typer

from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Output, Quiet, complain, table_of
from plumbline.library.enrich import COLUMNS, enrich, offline, summary
from plumbline.library.inputs import intake_from
from plumbline.report.words import count
from plumbline.store.facts import FactFile
from plumbline.store.files import write_atomically

if TYPE_CHECKING:
    from plumbline.triage.facts import Fact

_STANDS: Final = {
    "alone": "one source",
    "agree": "sources agree",
    "disagree": "sources contradict each other",
    "stale": "nothing that still counts",
}


def enrich_command(
    leads: Annotated[Path, typer.Argument(help="CSV, Excel, Parquet or JSON lines; .gz too.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help="Which column is what; guessed when left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write every fact to this Parquet file.")] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="A file of facts: earlier ones count too, new ones are added."),
    ] = None,
    lead: Annotated[str | None, typer.Option("--lead", help="Show every fact about this lead.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="The day facts age to; today when left out.")
    ] = None,
    show: Annotated[int, typer.Option("--show", min=0, help="How many contradictions to list.")] = 10,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show facts about leads with source, method, day and licence; what contradicts is kept side by side.

    Facts follow from what the leads say, by lists that ship: nothing is fetched.
    Nobody who objected is looked at.
    """
    output = Output(json=json, quiet=quiet)
    intake = intake_from(leads, mapping)
    if mapping is None and not quiet:
        complain("Which column is what was guessed; plumbline init shows the guess and writes it to a file.")
    now = datetime.now(UTC)
    frames, people, objected, added = [pl.DataFrame(schema=dict(COLUMNS))], 0, 0, 0
    with _Kept(keep) as kept:
        for batch in enrich(intake, (offline(),), today=(as_of or now).date(), kept=kept.earlier):
            frames.append(batch.frame())
            people, objected = people + len(batch.facts), objected + batch.objected
            added += kept.add({who: _all(views) for (_, who), views in batch.facts.items()}, now)
    facts = pl.concat(frames)
    if out is not None:
        write_atomically(out, facts.write_parquet)
    counts = {"leads": people, "objected": objected, "facts": facts.height} | (
        {"kept": added} if keep else {}
    )
    _tell(output, counts, facts, lead, show)
    if lead is not None and facts.filter(pl.col("lead.id") == lead).is_empty():
        complain(f"Nothing is told about {lead}: not in the file, objected, or no value says anything.")
        raise typer.Exit(Exit.FOUND)


class _Kept:
    """A file of facts, or none."""

    def __init__(self, path: Path | None) -> None:
        self._file = FactFile(path) if path else None
        self.earlier = self._file.facts() if self._file else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def add(self, facts: dict[str, tuple[Fact, ...]], now: datetime) -> int:
        return self._file.add(facts, now=now) if self._file else 0


def _all(views: tuple[Any, ...]) -> tuple[Fact, ...]:
    return tuple(fact for view in views for fact in (*view.facts, *view.stale))


def _tell(output: Output, counts: dict[str, int], facts: pl.DataFrame, lead: str | None, show: int) -> None:
    fields = summary(facts)
    against = facts.filter((pl.col("standing") == "disagree") & ~pl.col("stale"))
    listed = _first(against, show)
    one = facts.filter(pl.col("lead.id") == lead) if lead is not None else None
    data: dict[str, object] = {**counts, "fields": fields.to_dicts(), "disagreements": listed.to_dicts()}
    output.data(data if one is None else data | {"lead": one.to_dicts()})
    if one is not None:
        _list(output, one)
        return
    output.say(
        f"{count(counts['facts'], 'fact')} about {count(counts['leads'], 'lead')}; "
        f"{count(counts['objected'], 'lead')} of people who objected not looked at."
    )
    if "kept" in counts:
        output.say(f"{count(counts['kept'], 'new fact')} kept.")
    if fields.height:
        output.console.print(
            table_of(fields.columns, fields.iter_rows(), right=tuple(range(1, fields.width)))
        )
    if listed.height:
        output.say("\nWhere sources contradict each other; none is chosen:\n")
        _list(output, listed)


def _list(output: Output, facts: pl.DataFrame) -> None:
    """Facts below their lead and field, each with all that is known of it."""
    for (lead, field), told in facts.group_by("lead.id", "field", maintain_order=True):
        output.say(f"{lead}  {field}: {_STANDS[told.item(0, 'standing')]}")
        for fact in told.iter_rows(named=True):
            old = ", aged out" if fact["stale"] else ""
            output.say(f"  {fact['value']}")
            day = fact["as_of"] or "a day nobody knows"
            output.say(f"    {fact['source']}: {fact['method']}, as of {day}{old}; {fact['licence']}")


def _first(against: pl.DataFrame, show: int) -> pl.DataFrame:
    """The facts of the first contradictions, those of one side by side."""
    keys = against.select("row", "field").unique(maintain_order=True).head(show)
    return against.join(keys, on=["row", "field"], how="semi", maintain_order="left")
