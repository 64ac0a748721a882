"""The reference as Markdown: commands, policy keys, codes, lead model, decision columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import typer.main

from plumbline.cli.app import app
from plumbline.cli.exits import Exit
from plumbline.domain.errors import PlumblineError
from plumbline.domain.fields import DERIVED, RECEIVED
from plumbline.domain.reasons import EXPLANATIONS
from plumbline.domain.rowcodes import REJECTING, ROW_EXPLANATIONS
from plumbline.policy import policy_json_schema
from plumbline.policy.codes import EXPLANATIONS as POLICY_CODES
from plumbline.policy.decide import DECISION_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GENERATED = "*This page is made from the code.*\n"


def pages() -> dict[str, str]:
    return {
        "commands": commands(),
        "policy": policy(),
        "codes": codes(),
        "fields": fields(),
        "decisions": decisions(),
    }


def table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(part) for part in line) + " |" for line in lines) + "\n"


def _cell(part: object) -> str:
    return str(part).replace("|", "\\|").replace("\n", " ")


def commands() -> str:
    exits = table(("status", "name"), ((status.value, status.name.lower()) for status in Exit))
    root = typer.main.get_command(app)
    sections = "\n".join(_sections(root, "plumbline"))
    return f"# Commands\n\n{GENERATED}\n## Exit statuses\n\n{Exit.__doc__}\n\n{exits}\n{sections}"


def _sections(command: Any, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    if hasattr(command, "list_commands"):
        for child in command.list_commands(context):
            yield from _sections(command.get_command(context, child), f"{name} {child}")
        return
    usage = f"{name} {' '.join(command.collect_usage_pieces(context))}"
    options = [record for param in command.get_params(context) if (record := param.get_help_record(context))]
    yield f"\n## {name}\n\n{command.help}\n\n```text\n{usage}\n```\n\n{table(('option', 'meaning'), options)}"


def policy() -> str:
    schema = policy_json_schema()
    parts = schema["$defs"]
    text = f"# Keys of a policy file\n\n{GENERATED}\n{_keys('The file', schema)}"
    named = ((name, part) for name, part in parts.items() if part.get("type") == "object")
    return text + "".join(_keys(name, part) for name, part in named)


def _keys(title: str, part: dict[str, Any]) -> str:
    needed = part.get("required", [])
    rows = [
        (f"`{name}`", "yes" if name in needed else "", _type(prop), prop.get("description", ""))
        for name, prop in part.get("properties", {}).items()
    ]
    return f"\n## {title}\n\n{part.get('description', '')}\n\n{table(('key', 'needed', 'type', 'meaning'), rows)}"


def _type(prop: dict[str, Any]) -> str:
    if "$ref" in prop:
        return prop["$ref"].rsplit("/", 1)[-1]
    if "enum" in prop:
        return ", ".join(f"`{value}`" for value in prop["enum"])
    if "const" in prop:
        return f"`{prop['const']}`"
    if "anyOf" in prop:
        return " or ".join(_type(choice) for choice in prop["anyOf"] if choice.get("type") != "null")
    kind = prop.get("type", "")
    return f"{kind} of {_type(prop['items'])}" if kind == "array" and "items" in prop else str(kind)


def codes() -> str:
    rows = [
        (f"`{code}`", "rejects the row" if code in REJECTING else "", text)
        for code, text in ROW_EXPLANATIONS.items()
    ]
    reasons = "\n".join(f"### {code}\n\n{text}\n" for code, text in EXPLANATIONS.items())
    policy_rows = [(f"`{code}`", text) for code, text in sorted(POLICY_CODES.items())]
    errors = sorted(
        {(f"`{kind.code}`", (kind.__doc__ or "").split("\n")[0]) for kind in _kinds(PlumblineError)}
    )
    return (
        f"# Codes\n\n{GENERATED}\n## Reason codes of decisions\n\n{reasons}\n"
        f"## Row issues\n\n{table(('code', '', 'meaning'), rows)}\n"
        f"## Problems of a policy\n\n{table(('code', 'meaning'), policy_rows)}\n"
        f"## Errors of commands\n\n{table(('code', 'meaning'), errors)}"
    )


def _kinds(base: type[PlumblineError]) -> Iterator[type[PlumblineError]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


def fields() -> str:
    received = [(f"`{f.name}`", f.kind, "yes" if f.personal else "", f.about) for f in RECEIVED.values()]
    derived = [(f"`{f.name}`", f.kind, ", ".join(f.lineage), f.about) for f in DERIVED.values()]
    return (
        f"# The lead model\n\n{GENERATED}\n"
        "Columns that fit nowhere become `extra.<name>`.\n\n## Received fields\n\n"
        f"{table(('field', 'kind', 'personal', 'meaning'), received)}\n## Derived fields\n\n"
        f"{table(('field', 'kind', 'made from', 'meaning'), derived)}"
    )


def decisions() -> str:
    rows = [(f"`{name}`", dtype) for name, dtype in DECISION_SCHEMA.items()]
    return f"# Columns of a decision\n\n{GENERATED}\n{table(('column', 'type'), rows)}"


if __name__ == "__main__":
    print(json.dumps(pages(), indent=1))
