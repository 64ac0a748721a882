"""The reference names everything there is: made from the code, and held against it for what is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

import plumbline
from helpers_cli import make_tour
from helpers_docs import DOCS
from helpers_main_path import AS_OF, bundle, received
from plumbline.app.config import SETTINGS
from plumbline.cli.app import app
from plumbline.connectors.mapping_codes import MappingCode
from plumbline.domain.errors import PlumblineError
from plumbline.domain.fields import DERIVED, RECEIVED
from plumbline.domain.permissions import ROLES, Perm, Role
from plumbline.domain.reasons import ReasonCode
from plumbline.domain.rowcodes import RowCode
from plumbline.learning.words import Code as LearningCode
from plumbline.ledger import Event, Flaw
from plumbline.policy import policy_json_schema
from plumbline.policy.codes import Code
from plumbline.policy.conditions.codes import Code as ConditionCode
from plumbline.policy.schema import PolicyFile
from plumbline.qualify import qualify
from plumbline.qualify.record import decisions_of, record
from plumbline.scorecard import scorecard_json_schema
from plumbline.scorecard.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EMPTY_CELL = re.compile(r"^\| `[^`]+` \|(?: [^|]* \|)*  \|$", re.MULTILINE)


def missing(names: Iterable[str], page: str) -> list[str]:
    """Names without a row of their own in a table of the page."""
    rows = set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))
    return [name for name in map(str, names) if name not in rows]


def test_every_reason_code_has_a_section(reference) -> None:
    for code in ReasonCode:
        assert f"### {code.value}\n\n" in reference["codes"]


@pytest.mark.parametrize(
    "codes", [RowCode, Code, ConditionCode, Problem, MappingCode], ids=lambda kind: kind.__module__
)
def test_every_code_is_explained(codes, reference) -> None:
    assert missing(codes, reference["codes"]) == []


def test_every_error_is_explained_wherever_it_is_defined(reference) -> None:
    def kinds(base: type[PlumblineError]) -> Iterator[type[PlumblineError]]:
        yield base
        for kind in base.__subclasses__():
            yield from kinds(kind)

    found = {kind.code for kind in kinds(PlumblineError)}
    assert len(found) > 20
    assert missing([*found, "unexpected"], reference["codes"]) == []


def test_a_code_that_nobody_explains_is_noticed(reference) -> None:
    """Negative control."""
    assert missing(["storage", "no_such_code"], reference["codes"]) == ["no_such_code"]
    without = reference["codes"].replace("| `storage` |", "| storage |")
    assert missing(["storage"], without) == ["storage"]


def test_no_explanation_is_empty(reference) -> None:
    assert EMPTY_CELL.search("| `storage` |  |"), "the pattern finds an empty one"
    assert EMPTY_CELL.findall(reference["codes"]) == []
    for name in ("fields", "decisions", "ledger", "scorecard", "settings"):
        assert EMPTY_CELL.findall(reference[name]) == [], name


def described(command: Any, name: str) -> Iterator[tuple[str, list[str]]]:
    """Every command with the spellings of its arguments and options."""
    if hasattr(command, "commands"):
        for child, inner in command.commands.items():
            yield from described(inner, f"{name} {child}")
        return
    yield name, [spelling for param in command.params for spelling in (*param.opts, *param.secondary_opts)]


def section(page: str, title: str) -> str:
    return page.partition(f"## {title}\n")[2].partition("\n## ")[0]


def undescribed(command: Any, page: str) -> list[str]:
    lost = []
    for name, spellings in described(command, "plumbline"):
        text = section(page, name)
        lost += [
            f"{name} {word}"
            for word in spellings
            if not re.search(rf"`[^`]*{re.escape(word)}\b[^`]*` \|", text)
        ]
        lost += [] if text.strip() else [name]
    return lost


def test_every_command_and_option_is_described(reference) -> None:
    root = typer.main.get_command(app)
    assert len(list(described(root, "plumbline"))) > 18
    assert undescribed(root, reference["commands"]) == []


def test_an_option_that_is_not_described_is_noticed(reference) -> None:
    """Negative control."""
    root = typer.main.get_command(app)
    without = reference["commands"].replace("--as-of", "--at")
    having = [f"{name} --as-of" for name, spellings in described(root, "plumbline") if "--as-of" in spellings]
    assert "plumbline qualify --as-of" in having
    assert undescribed(root, without) == having
    assert "plumbline issues" in undescribed(
        root, reference["commands"].replace("## plumbline issues", "## x")
    )


def test_every_option_says_what_it_does(reference) -> None:
    assert EMPTY_CELL.findall(reference["commands"]) == []


def test_every_field_of_the_lead_model_is_described(reference) -> None:
    assert missing([*RECEIVED, *DERIVED], reference["fields"]) == []


def test_every_key_of_a_policy_is_described(reference) -> None:
    schema = policy_json_schema()
    for title, part in (("The file", schema), *schema["$defs"].items()):
        if part.get("type") == "object":
            assert missing(part["properties"], section(reference["policy"], title)) == [], title
    assert missing(PolicyFile.model_fields, section(reference["policy"], "The file")) == []


def test_every_key_of_a_scorecard_is_described(reference) -> None:
    assert missing(scorecard_json_schema()["properties"], reference["scorecard"]) == []


def test_every_column_of_a_decision_is_described(reference) -> None:
    leads = received([{"account.employees": "120", "contact.email": "anna@acme.example"}])
    kept = record(qualify(leads, bundle=bundle(), as_of=AS_OF))
    columns = [re.sub(r"^points\.term\..*", "points.term.*", name) for name in decisions_of(kept).columns]
    assert missing(columns, reference["decisions"]) == []
    assert missing(["points.total"], reference["decisions"]) == ["points.total"]


def test_every_public_name_of_python_is_described(reference) -> None:
    for name in plumbline.__all__:
        assert section(reference["python"], name).strip(), name
    assert "`explain(lead: str) -> Explanation`" in section(reference["python"], "Result")
    assert section(reference["python"], "quallify_leads") == ""


def test_every_file_of_a_run_is_described(tmp_path) -> None:
    run = make_tour(tmp_path, leads=200, seed=7) / "run"
    page = (DOCS / "reference" / "run-folder.md").read_text("utf-8")
    files = {path.name for path in run.iterdir()}
    assert {"run.json", "decisions", "issues", "ledger.key"} <= files
    assert [name for name in files if not re.search(rf"[`/]{re.escape(name)}[`/]", page)] == []


def test_every_verdict_of_learning_is_described(reference) -> None:
    assert missing([*LearningCode], reference["codes"]) == []
    assert missing(["no_such_verdict"], reference["codes"]) == ["no_such_verdict"]


def test_everything_the_ledger_says_is_described(reference) -> None:
    assert missing([*Event, *Flaw], reference["ledger"]) == []


def test_every_setting_of_the_application_is_described(reference) -> None:
    assert missing([f"PLUMBLINE_{name}" for name in SETTINGS], reference["settings"]) == []
    assert missing(["PLUMBLINE_NO_SUCH"], reference["settings"]) == ["PLUMBLINE_NO_SUCH"]


def test_every_permission_is_described_with_the_roles_that_hold_it(reference) -> None:
    page = reference["permissions"]
    assert missing([*Perm], page) == []
    head = re.findall(r"[\w:]+", page.partition("| permission ")[2].split("\n")[0])[1:]
    assert head == [role.value for role in Role]
    for perm in Perm:
        cells = page.partition(f"| `{perm}` |")[2].split("\n")[0].split("|")[1:-1]
        assert [cell.strip() == "yes" for cell in cells] == [perm in ROLES[role] for role in Role], perm


def test_pages_are_markdown_tables_of_equal_width(reference) -> None:
    for name, page in reference.items():
        for block in re.findall(r"(?:^\|.*\|\n)+", page, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(widths) == 1, (name, block[:200])
