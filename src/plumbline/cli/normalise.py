"""``plumbline normalise``: why a value became what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Output, Quiet, table_of
from plumbline.triage.normal import ValueKind
from plumbline.triage.normal import normalise as normal_form
from plumbline.triage.suspicion.local import flags_of

if TYPE_CHECKING:
    from plumbline.triage.normal import Normal
    from plumbline.triage.suspicion import Flag

#: The field of the lead model that a kind of value is looked at as.
_FIELDS = {
    ValueKind.COMPANY: "account.name",
    ValueKind.EMAIL: "contact.email",
    ValueKind.PHONE: "contact.phone",
    ValueKind.WEBSITE: "account.website",
}


def normalise(
    kind: Annotated[ValueKind, typer.Argument(help="What the value is.")],
    value: Annotated[str, typer.Argument(help="The value, as it was received.")],
    country: Annotated[
        str | None,
        typer.Option("--country", help="The lead's country: helps with company, phone and region."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a value beside its normal form, and what was changed. Exit status 1 when it has none."""
    output = Output(json=json, quiet=quiet)
    found = normal_form(kind, value, country)
    flags = flags_of(_FIELDS.get(kind, ""), value)
    output.data(_as_json(kind, found, flags))
    table = table_of(("", ""), _lines(found))
    table.show_header = False
    output.console.print(table)
    for note in found.notes:
        output.say(f"  {note.says} [{note.code}]")
    for flag in flags:
        output.say(f"  Suspicious: {flag.reason} [{flag.code.value}]")
    if found.value is None:
        raise typer.Exit(Exit.FOUND)


def _lines(found: Normal) -> list[tuple[str, str]]:
    named = [("received", found.received), ("normal form", found.value or "none")]
    compared = [("compared by", found.key)] if found.key and found.key != found.value else []
    return [*named, *compared, *((name.replace("_", " "), part) for name, part in found.parts.items())]


def _as_json(kind: ValueKind, found: Normal, flags: tuple[Flag, ...]) -> dict[str, object]:
    return {
        "kind": kind.value,
        "received": found.received,
        "value": found.value,
        "key": found.key,
        "parts": dict(found.parts),
        "notes": found.notes,
        "flags": [{"code": flag.code.value, "says": flag.reason} for flag in flags],
    }
