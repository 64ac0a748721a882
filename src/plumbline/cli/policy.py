"""``plumbline policy``: check it, try its examples, compare two, replay one over past leads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plumbline.cli import places
from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Ledger, Output, Quiet, Run, issue_lines, json_text, table_of
from plumbline.domain.errors import ExistsError
from plumbline.domain.issues import Severity
from plumbline.engines.replay import rerun
from plumbline.library.inputs import NO_KEY, policy_from, read_text
from plumbline.policy import policy_json_schema
from plumbline.policy.diff import diff as policy_diff
from plumbline.policy.source import read_source
from plumbline.qualify import compile_bundle
from plumbline.qualify.examples import example_issues, run_examples
from plumbline.report import print_issues
from plumbline.store import write_atomically

if TYPE_CHECKING:
    from plumbline.domain.issues import Issue

app = typer.Typer(help="The policy file.", no_args_is_help=True, rich_markup_mode=None)

File = Annotated[Path, typer.Argument(help="A policy file.")]


@app.command("lint")
def lint(policy: File, json: Json = False, quiet: Quiet = False) -> None:
    """Report every problem of a policy at once, with lines and codes. Exit status 1 when one blocks it."""
    output = Output(json=json, quiet=quiet)
    text = read_text(policy)
    bundle, issues = compile_bundle(text, draw_key=NO_KEY)
    if bundle is not None:
        issues = [*issues, *_placed(example_issues(bundle), text)]
    output.data({"policy": bundle.policy.hash if bundle else None, "issues": issue_lines(issues)})
    print_issues(issues, output.console)
    if any(issue.severity is Severity.ERROR for issue in issues):
        raise typer.Exit(Exit.FOUND)
    if bundle is not None:
        output.say(f"{bundle.policy.name}: fit for use, version {bundle.policy.hash[:12]}.")


def _placed(issues: list[Issue], text: str) -> list[Issue]:
    """Problems of examples with the lines these stand at."""
    source, _ = read_source(text)
    if source is None:
        return issues
    return [replace(one, line=source.line(("examples", int(one.path.split(".")[1])))) for one in issues]


@app.command("test")
def test(policy: File, json: Json = False, quiet: Quiet = False) -> None:
    """Carry out the policy's own examples. Exit status 1 when one comes out otherwise."""
    output = Output(json=json, quiet=quiet)
    bundle, _ = policy_from(read_text(policy))
    results = run_examples(bundle)
    output.data(results)
    for result in results:
        output.say(f"{'ok   ' if result.passed else 'FAILS'} {result.why}")
        for name, (want, got) in result.differences.items():
            output.say(f"      {name}: expected {want!r}, came out {got!r}")
    if not all(result.passed for result in results):
        raise typer.Exit(Exit.FOUND)


@app.command("diff")
def diff(old: File, new: File, json: Json = False, quiet: Quiet = False) -> None:
    """Say in plain words what differs between two policies. Exit status 1 when anything does."""
    output = Output(json=json, quiet=quiet)
    before, _ = policy_from(read_text(old))
    after, _ = policy_from(read_text(new))
    changes = policy_diff(before.policy, after.policy)
    output.data(changes)
    for change in changes:
        output.say(f"- {change.words}")
    if changes:
        raise typer.Exit(Exit.FOUND)
    output.say("They mean the same.")


@app.command("replay")
def replay(
    run: Run,
    policy: Annotated[Path, typer.Option("--policy", "-p", help="The changed policy.")],
    ledger: Ledger = None,
    show: Annotated[int, typer.Option("--show", min=0, help="How many moved leads to list.")] = 20,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a changed policy over the leads of a past run: who would move, from where to where, and why."""
    output = Output(json=json, quiet=quiet)
    past = places.repeatable(run, ledger)
    new, _ = policy_from(read_text(policy), draw_key=past.draw_key, cells=past.bundle.cells)
    found = rerun(past.folder, past.bundle, past.weighed(new), as_of=past.as_of, show=show)
    output.data(found)
    output.say(f"{found.moved:,} of {found.leads:,} leads would be treated otherwise.")
    for title, lines in (("route", found.flows), ("band", found.bands)):
        for start, end, count in lines:
            output.say(f"  {title} {start} → {end}: {count:,}")
    _print_owners(output, found.owners)
    for cause, count in found.causes[:show]:
        output.say(f"  because of {cause} ({count:,} leads)")
    for move in found.moves:
        changes = ", ".join(f"{name} {a or 'none'} → {b or 'none'}" for name, (a, b) in move.changes.items())
        output.say(f"  {move.lead_id}: {changes}; {'; '.join(move.why)}")


def _print_owners(output: Output, owners: object) -> None:
    if not isinstance(owners, dict) or all(before == after for before, after in owners.values()):
        return
    rows = ((name, f"{before:,}", f"{after:,}") for name, (before, after) in owners.items())
    output.console.print(table_of(("owner", "leads before", "after"), rows, right=(1, 2)))


@app.command("schema")
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File; standard output when left out.")
    ] = None,
) -> None:
    """Print the JSON Schema of policy files, for editors."""
    if out is None:
        Output(json=True).data(policy_json_schema())
        return
    if out.exists():
        raise ExistsError(f"{out} exists already.")
    write_atomically(out, json_text(policy_json_schema()).encode())
