"""The reference as Markdown: commands, policy keys, codes, lead model, decision columns, files."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import secrets
from typing import TYPE_CHECKING, Any

import django.conf
import typer.main
from reference_python import python
from reference_words import DECISION_COLUMNS, EVENTS, FLAWS, PERMISSIONS, SCORECARD_KEYS

import plumbline
from plumbline.app.config import SETTINGS
from plumbline.cli.app import app
from plumbline.cli.exits import Exit
from plumbline.connectors.mapping_codes import EXPLANATIONS as MAPPING_CODES
from plumbline.domain.errors import PlumblineError
from plumbline.domain.fields import DERIVED, RECEIVED
from plumbline.domain.permissions import ROLES, Perm, Role
from plumbline.domain.reasons import EXPLANATIONS
from plumbline.domain.rowcodes import REJECTING, ROW_EXPLANATIONS
from plumbline.domain.words import Basis, Purpose
from plumbline.learning.words import ABOUT as LEARNING_CODES
from plumbline.policy import policy_json_schema
from plumbline.policy.codes import EXPLANATIONS as POLICY_CODES
from plumbline.policy.conditions.codes import EXPLANATIONS as CONDITION_CODES
from plumbline.policy.names import RESULT_LABELS, RESULTS
from plumbline.qualify.examples import EXAMPLE_FAILS
from plumbline.scorecard import scorecard_json_schema
from plumbline.scorecard.problems import EXPLANATIONS as SCORECARD_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GENERATED = "*This page is made from the code.*\n"
_PYTHON = (
    "What is meant for others to build on; how it is used stands in "
    "[Use it from Python](../../howto/use-from-python.md). Errors are explained under [codes](codes.md).\n"
)
_STATUSES = {
    Exit.OK: "Done.",
    Exit.FOUND: "Done, and found what it looks for: problems in a policy, a broken ledger, a difference.",
    Exit.USAGE: "Called wrongly. Nothing was done.",
    Exit.UNUSABLE: "Nothing useful was done. Standard error has one message with a code in brackets.",
}


def pages() -> dict[str, str]:
    """Name of a page to its text."""
    return {
        "commands": commands(),
        "policy": policy(),
        "codes": codes(),
        "fields": fields(),
        "decisions": decisions(),
        "scorecard": scorecard(),
        "ledger": ledger(),
        "settings": settings(),
        "permissions": permissions(),
        "python": _page("Names of `import plumbline`", _PYTHON, *python()),
    }


def table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(part) for part in line) + " |" for line in lines) + "\n"


def _cell(part: object) -> str:
    return str(part).replace("|", "\\|").replace("\n", " ")


def _page(title: str, *sections: str) -> str:
    return "\n".join([f"# {title}\n", GENERATED, *sections])


def _section(title: str, *parts: str) -> str:
    return "\n".join([f"## {title}\n", *(f"{part.strip()}\n" for part in parts if part)])


# Commands


def commands() -> str:
    """Every command with its arguments and options."""
    exits = table(("status", "meaning"), ((status.value, text) for status, text in _STATUSES.items()))
    common = (
        "Results go to standard output, everything else to standard error, so that a result can be piped. "
        "`--json` prints the result as JSON, `--quiet` nothing but problems."
    )
    root = typer.main.get_command(app)
    return _page("Commands", common, "", _section("Exit statuses", exits), *_commands(root, "plumbline"))


def _commands(command: Any, name: str) -> Iterator[str]:
    context = _context(command, name)
    if hasattr(command, "list_commands"):
        for child in command.list_commands(context):
            yield from _commands(command.get_command(context, child), f"{name} {child}")
        return
    usage = f"{name} {' '.join(command.collect_usage_pieces(context))}"
    params = table(("argument or option", "meaning"), _params(command, context))
    yield _section(name, _help(command.help), f"```text\n{usage}\n```", params)


def _context(command: Any, name: str) -> Any:
    """A context of the kind the command was made with: Typer has a Click of its own."""
    return command.context_class(command, info_name=name)


def _params(command: Any, context: Any) -> Iterator[tuple[str, str]]:
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record and param.name != "help":
            yield f"`{record[0]}`", record[1]


def _help(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


# The application


def settings() -> str:
    """Every setting of the application."""
    rows = ((f"`PLUMBLINE_{name}`", text) for name, text in SETTINGS.items())
    about = (
        "The application is told by its environment. Each of these may also come as "
        "`PLUMBLINE_…_FILE`, the name of a file that holds the value, for secrets that are mounted.\n"
    )
    return _page("Settings of the application", about, table(("setting", "meaning"), rows))


def permissions() -> str:
    """Which role holds which permission."""
    about = (
        "One person has one role. No role both proposes a policy and approves one. "
        "A program has a key that names some of the permissions under `service`.\n"
    )
    rows = (
        (f"`{perm.value}`", PERMISSIONS[perm.value], *("yes" if perm in ROLES[role] else "" for role in Role))
        for perm in Perm
    )
    head = ("permission", "allows", *(role.value for role in Role))
    return _page("Roles and permissions", about, table(head, rows))


# Policy and scorecard files


def policy() -> str:
    """Every key of a policy file."""
    schema = policy_json_schema()
    named = [(name, part) for name, part in schema["$defs"].items() if part.get("type") == "object"]
    conditions = table(
        ("name", "kind", "what people read"),
        ((f"`{name}`", kind.value, RESULT_LABELS[name]) for name, kind in RESULTS.items()),
    )
    words = _section(
        "Words",
        f"Purposes: {_listed(Purpose)}.",
        f"Lawful bases: {_listed(Basis)}.",
        "Lengths of time are written `90 days`, `2 weeks`, `12 months` (30 days each), `1 year` (365 days).",
    )
    return _page(
        "Keys of a policy file",
        "`plumbline policy schema` prints the same as JSON Schema, for editors that complete and check.\n",
        _keys("The file", schema, schema["$defs"]),
        *(_keys(name, part, schema["$defs"]) for name, part in named),
        _section(
            "Results in conditions", "Beside the declared signals, conditions of rules can read:", conditions
        ),
        words,
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _keys(title: str, part: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    needed = part.get("required", [])
    rows = [
        (f"`{name}`", "yes" if name in needed else "", _type(prop, parts), _meaning(prop, parts))
        for name, prop in part.get("properties", {}).items()
    ]
    return _section(title, part.get("description", ""), table(("key", "needed", "type", "meaning"), rows))


def _meaning(prop: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """What a key says; one that holds an object says what that object says."""
    default = prop.get("default")
    is_plain = default is not None and not isinstance(default, (dict, list))
    about = prop.get("description") or next(filter(None, _inner_descriptions(prop, parts)), "")
    return f"{about} Default: `{default}`." if is_plain else about


def _inner_descriptions(prop: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[str]:
    inner = [prop, *prop.get("anyOf", ()), prop.get("items", {})]
    inner += list(prop.get("patternProperties", {}).values())
    for part in inner:
        if "$ref" in part:
            yield parts[part["$ref"].rsplit("/", 1)[-1]].get("description", "").split("\n")[0]


def _type(prop: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """The type of a value in words; objects of the schema are links to their sections."""
    if "$ref" in prop:
        name = prop["$ref"].rsplit("/", 1)[-1]
        is_object = parts[name].get("type") == "object"
        return f"[{name}](#{name.lower()})" if is_object else _type(parts[name], parts)
    if "enum" in prop:
        return _listed(map(str, prop["enum"]))
    if "const" in prop:
        return f"`{prop['const']}`"
    if "anyOf" in prop:
        kinds = (_type(choice, parts) for choice in prop["anyOf"] if choice.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    return _container(prop, parts) or str(prop.get("type", ""))


def _container(prop: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """A list or a mapping of something; empty for anything else."""
    if prop.get("type") == "array" and "items" in prop:
        return f"list of {_type(prop['items'], parts)}"
    values = next(iter(prop.get("patternProperties", {}).values()), prop.get("additionalProperties"))
    if prop.get("type") == "object" and isinstance(values, dict):
        return f"mapping to {_type(values, parts)}"
    return ""


def scorecard() -> str:
    """Every key of a scorecard file."""
    rows = [
        (f"`{path}`", _type(prop, {}), SCORECARD_KEYS[path])
        for path, prop in scorecard_keys(scorecard_json_schema())
    ]
    return _page(
        "Keys of a scorecard file",
        "`plumbline scorecard schema` prints the same as JSON Schema. How the parts hang together: "
        "[the scorecard file](../scorecard-file.md).\n",
        table(("key", "type", "meaning"), rows),
    )


def scorecard_keys(part: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every key of a scorecard file with its schema; ``[]`` is an entry of a list."""
    for name, prop in part.get("properties", {}).items():
        yield f"{above}{name}", prop
        for inner in (prop, *prop.get("anyOf", ())):
            yield from scorecard_keys(inner, f"{above}{name}.")
        yield from scorecard_keys(prop.get("items", {}), f"{above}{name}[].")


# Codes


def codes() -> str:
    """Every code that a decision, a row, a file or a command can carry."""
    rows = [
        (f"`{code}`", "rejects the row" if code in REJECTING else "", text)
        for code, text in ROW_EXPLANATIONS.items()
    ]
    reasons = "\n".join(f"### {code}\n\n{text}\n" for code, text in EXPLANATIONS.items())
    example = {EXAMPLE_FAILS: "An example of the policy comes out otherwise than it says."}
    errors = {kind.code: (kind.__doc__ or "").split("\n")[0] for kind in error_kinds()}
    errors["unexpected"] = (
        "A defect of Plumbline. What is known about it was written to the file that is named."
    )
    return _page(
        "Codes",
        "A code is stable; the words around it may improve.\n",
        _section("Reason codes of decisions", reasons),
        _section("Rows and cells", table(("code", "", "meaning"), rows)),
        _section("Problems of a policy", _coded({**POLICY_CODES, **CONDITION_CODES, **example})),
        _section("Problems of a scorecard", _coded(SCORECARD_CODES)),
        _section("Problems of a mapping", "Beside those of any YAML file, which a policy can have too:",
                 _coded(MAPPING_CODES)),
        _section("Verdicts and notes of learning", "Of `learn`, `backtest` and `models judge`:",
                 _coded(LEARNING_CODES)),
        _section("Errors of commands", "The code in brackets at the end of a message.", _coded(errors)),
    )  # fmt: skip


def _coded(explained: Mapping[Any, str]) -> str:
    return table(("code", "meaning"), sorted((f"`{code!s}`", text) for code, text in explained.items()))


def error_kinds() -> list[type[PlumblineError]]:
    """Every class of error, wherever it is defined."""
    _set_up_the_application()
    for module in pkgutil.walk_packages(plumbline.__path__, "plumbline."):
        importlib.import_module(module.name)
    return list(_kinds(PlumblineError))


def _set_up_the_application() -> None:
    """Some modules can only be read with settings; for reading, any will do."""
    if not django.conf.settings.configured:
        os.environ.setdefault("PLUMBLINE_SECRET_KEY", secrets.token_urlsafe(48))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plumbline.app.settings")
        django.setup()


def _kinds(base: type[PlumblineError]) -> Iterator[type[PlumblineError]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


# Data


def fields() -> str:
    """The lead model."""
    received = [(f"`{f.name}`", f.kind, "yes" if f.personal else "", f.about) for f in RECEIVED.values()]
    derived = [(f"`{f.name}`", f.kind, ", ".join(f.lineage), f.about) for f in DERIVED.values()]
    return _page(
        "The lead model",
        "A mapping says which column feeds which of these fields. What fits nowhere is a field of your own, "
        "`extra.<name>`: text, unless a signal of the policy declares another kind.\n",
        _section("Received fields", table(("field", "kind", "personal", "meaning"), received)),
        _section("Derived fields", table(("field", "kind", "made from", "meaning"), derived)),
    )


def decisions() -> str:
    """The columns of a decision."""
    rows = [(f"`{name}`", text) for name, text in DECISION_COLUMNS.items()]
    return _page(
        "Columns of a decision",
        "One row per decided lead, as `run/decisions/` and `plumbline.qualify_leads` give it. Every "
        "value is a whole number, a text, yes or no, or a list of texts, so that the same decision has the "
        "same bytes on every machine. Chances count from 0 to 10,000.\n",
        table(("column", "meaning"), rows),
    )


def ledger() -> str:
    """What entries say, and what can be wrong with them."""
    events = table(("kind", "what it says"), ((f"`{kind}`", text) for kind, text in EVENTS.items()))
    flaws = table(("flaw", "meaning"), ((f"`{flaw}`", text) for flaw, text in FLAWS.items()))
    return _page(
        "Entries and flaws of a ledger",
        "How entries are chained and hashed: [the ledger](../ledger-format.md).\n",
        _section("Entries", events),
        _section("Flaws", "What `plumbline ledger verify` can name.", flaws),
    )


if __name__ == "__main__":
    print(json.dumps(pages(), indent=1))
