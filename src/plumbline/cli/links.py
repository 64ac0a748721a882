"""What people say about records that are one: answers, merges, splits; and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer

from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Output, table_of
from plumbline.domain.errors import UnreadableFileError
from plumbline.store.links import LinkStore, Said

Links = Annotated[Path, typer.Option("--links", "-l", help="The link store.")]
Who = Annotated[str, typer.Option("--who", help="Who says so.")]
Why = Annotated[str, typer.Option("--why", help="Why, in a sentence.")]
One = Annotated[str, typer.Argument(help="A record's id.")]
Two = Annotated[str, typer.Argument(help="Another one's.")]


def answer_command(
    one: One,
    two: Two,
    links: Links,
    same: Annotated[bool, typer.Option("--same/--different", help="Whether they are one.")],
    who: Who,
    why: Why,
    json: Json = False,
) -> None:
    """Keep what a person says about a pair. It overrides the model from now on."""
    output = Output(json=json)
    with LinkStore(links) as store:
        store.answer(one, two, same=same, said=Said(who, now(), why))
        shared = store.cluster_of(one)
        shared = shared if shared == store.cluster_of(two) else None
    output.data({"one": one, "two": two, "same": same, "cluster": shared})
    if shared and not same:
        output.say(f"Both are in {shared} all the same, until somebody takes one out: duplicates split.")


def merge_command(one: One, two: Two, links: Links, who: Who, why: Why, json: Json = False) -> None:
    """Make one cluster of those of two records. The records stay as they are; a split takes it back."""
    output = Output(json=json)
    with LinkStore(links) as store:
        cluster = store.merge(one, two, Said(who, now(), why))
        members = store.members(cluster)
    output.data({"cluster": cluster, "members": members})
    output.say(f"{cluster}: {', '.join(members)}")


def split_command(
    cluster: Annotated[str, typer.Argument(help="A cluster's id.")],
    records: Annotated[list[str], typer.Argument(help="The records that leave.")],
    links: Links,
    who: Who,
    why: Why,
    json: Json = False,
) -> None:
    """Take records out of a cluster, back to where they came from where that is known.

    They and those that stay are two from now on: no later run brings them together again.
    """
    output, said = Output(json=json), Said(who, now(), why)
    with LinkStore(links) as store:
        target = store.split(cluster, records, said)
        for leaving, staying in product(sorted(set(records)), store.members(cluster)):
            store.answer(leaving, staying, same=False, said=said)
    output.data({"cluster": target, "members": sorted(records)})
    output.say(f"{target}: {', '.join(sorted(records))}")


def show_command(
    links: Links,
    record: Annotated[str | None, typer.Argument(help="Only what happened to this record.")] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Also clusters of one: records that are nobody else's.")
    ] = False,
    json: Json = False,
) -> None:
    """Show all clusters, or everything that happened to one record. Exit status 1 when there is nothing."""
    output = Output(json=json)
    if not links.is_file():
        raise UnreadableFileError(f"There are no links at {links}.")
    least = 1 if alone else 2
    with LinkStore(links) as store:
        found: Any = (
            {key: rows for key, rows in store.clusters().items() if len(rows) >= least}
            if record is None
            else store.history(record)
        )
    output.data(found)
    lines = [(key, ", ".join(rows)) for key, rows in found.items()] if record is None else found
    head = ("cluster", "records") if record is None else ("what", "when", "who", "why", "cluster")
    output.console.print(table_of(head, lines))
    if not found:
        raise typer.Exit(Exit.FOUND)


def now() -> str:
    """This moment, as the store keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
