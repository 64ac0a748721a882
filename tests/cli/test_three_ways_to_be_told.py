"""Commands tell people, machines or nobody: ``--json`` is JSON and nothing else, ``--quiet`` is silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import typer.main

from helpers_cli import AS_OF, plumbline
from plumbline.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Command to arguments that work, with RUN, CRM, POLICY, BOOK, LEAD and OUT standing for places.
CALLS = {
    "init": "CRM/leads.csv --out OUT",
    "intake": "CRM/leads.csv -m CRM/mapping.yaml --book OUT/leads.book",
    "book history": "BOOK LEAD",
    "book imports": "BOOK",
    "book erase": "BOOK LEAD",
    "qualify": f"CRM/leads.csv -m CRM/mapping.yaml -p POLICY --as-of {AS_OF} --out OUT --pages 1",
    "check": f"CRM/leads.csv -m CRM/mapping.yaml --as-of {AS_OF}",
    "enrich": f"CRM/leads.csv --mapping CRM/mapping.yaml --as-of {AS_OF} --out OUT/facts.parquet",
    "normalise": "country Deutschland",
    "read": "CRM/mapping.yaml",
    "explain": "RUN LEAD",
    "replay-decision": "RUN LEAD",
    "export": "RUN --out OUT/decisions.csv",
    "issues": "RUN",
    "simulate": "--leads 30 --weeks 3 --out OUT",
    "policy lint": "POLICY",
    "policy test": "POLICY",
    "policy diff": "POLICY POLICY",
    "policy replay": "RUN --policy POLICY",
    "scorecard show": "POLICY",
    "scorecard diff": "POLICY POLICY",
    "accounts score": "RUN",
    "ledger verify": "RUN",
    "ledger show": "RUN",
    "ledger export": "RUN --out OUT/ledger.jsonl",
    "ledger erase": "RUN nobody",
}
#: These print JSON in any case.
SCHEMAS = {"policy schema", "scorecard schema"}
#: These print a query in any case, need a history with outcomes, labels or links, or run the application:
#: see their own tests.
ELSEWHERE = {
    *("serve", "migrate", "doctor", "backup", "restore", "people add", "worker"),
    "scorecard sql",
    *("learn", "backtest", "readiness"),
    *(f"corrections {name}" for name in ("add", "erase", "report")),
    *(
        f"models {name}"
        for name in ("card", "judge", "list", "promote", "register", "rollback", "shadow", "show")
    ),
    *(f"second-reader {name}" for name in ("allow", "show", "withdraw")),
    *(f"accounts {name}" for name in ("explain", "match")),
    *(f"duplicates {name}" for name in ("answer", "explain", "find", "merge", "show", "split", "train")),
}


def called(command: str, tour: Path, out: Path, *more: str) -> tuple[str, ...]:
    lead = pl.read_parquet(tour / "run" / "decisions" / "part-00000.parquet")["lead.id"][1]
    places = {"RUN": tour / "run", "CRM": tour / "crm", "POLICY": tour / "crm" / "policy.yaml", "OUT": out}
    text = CALLS[command].replace("LEAD", lead)
    if "BOOK" in text:
        places["BOOK"] = a_book(tour, out)
    for word, place in places.items():
        text = text.replace(word, str(place))
    return (*command.split(), *text.split(), *more)


def a_book(tour: Path, out: Path) -> Path:
    crm, book = tour / "crm", out / "a.book"
    plumbline("intake", crm / "leads.csv", "-m", crm / "mapping.yaml", "--book", book, "--quiet")
    return book


def names(command: Any, above: str = "") -> Iterator[str]:
    for name, child in command.commands.items():
        inner = hasattr(child, "commands")
        yield from names(child, f"{name} ") if inner else [above + name]


def test_every_command_is_tried() -> None:
    assert set(names(typer.main.get_command(app))) == CALLS.keys() | SCHEMAS | ELSEWHERE


@pytest.mark.parametrize("command", CALLS)
def test_a_result_for_machines_is_json_and_nothing_else(own_tour, tmp_path, command) -> None:
    done = plumbline(*called(command, own_tour, made(tmp_path / "out"), "--json"))
    assert done.status == 0, done.err
    assert done.json is not None
    assert done.err == ""


@pytest.mark.parametrize("command", CALLS)
def test_quiet_is_silence_and_people_are_told_something(own_tour, tmp_path, command) -> None:
    quiet = plumbline(*called(command, own_tour, made(tmp_path / "quiet"), "--quiet"))
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")
    told = plumbline(*called(command, own_tour, made(tmp_path / "told")))
    assert told.status == 0, told.err
    assert told.out.strip()


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
