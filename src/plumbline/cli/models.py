"""``plumbline models``: learned scorecards, judged on later leads and promoted by a second person."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plumbline.cli import places
from plumbline.cli.exits import Exit
from plumbline.cli.history import (
    AsOf,
    ChangesFile,
    ChosenFile,
    CreatedColumn,
    EventsFile,
    MappingFile,
    OutcomesFile,
    TargetColumn,
    TouchesFile,
)
from plumbline.cli.learn import History, PolicyFile, files_of, taught_rows
from plumbline.cli.model_words import tell_contest, tell_shadow
from plumbline.cli.output import Json, Output, Quiet, Run, complain, table_of
from plumbline.cli.scorecard import read_card
from plumbline.engines.shadow import beside
from plumbline.learning.contest import Contest, contest
from plumbline.library.models import RETRAIN_AFTER, overdue, retrain_by
from plumbline.report.model_card import model_card
from plumbline.scorecard import dump
from plumbline.store import LedgerFile, write_atomically
from plumbline.store.model_acts import WRITTEN, Act, Standing
from plumbline.store.models import ModelRegistry, Version

app = typer.Typer(
    help="Versions of learned scorecards: judged, in shadow, live, one step back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Models = Annotated[Path, typer.Argument(help="The registry of scorecards.")]
Number = Annotated[int, typer.Argument(min=1, help="The number of a version.")]
By = Annotated[str, typer.Option("--by", help="Who stands for this.")]
LedgerAt = Annotated[
    Path | None, typer.Option("--ledger", help="The ledger; the one beside the registry when left out.")
]
_HEAD: Final = ("version", "now", "learned on leads", "good", "learner", "AUC then", "retrain by")


@app.command("register")
def register(
    models: Models,
    card: Annotated[Path, typer.Argument(help="A learned scorecard (.json).")],
    by: By,
    coarse: Annotated[
        Path | None, typer.Option("--coarse", help="The coarse one; the file beside it when left out.")
    ] = None,
    retrain_after: Annotated[
        int,
        typer.Option("--retrain-after", min=1, help="Days after its last lead to learn anew by."),
    ] = RETRAIN_AFTER,
    ledger: LedgerAt = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Keep a learned scorecard as a new version. It looks on until it is judged and promoted."""
    beside_it = card.with_suffix(f".coarse{card.suffix}")
    fine = read_card(card)
    rough = read_card(coarse) if coarse else read_card(beside_it) if beside_it.is_file() else None
    now = datetime.now(UTC)
    with ModelRegistry(models, create=True) as registry:
        number = registry.register(fine, rough, by=by, now=now, retrain_by=retrain_by(fine, retrain_after))
        _tell_ledger(registry, ledger, now)
        output = Output(json=json, quiet=quiet)
        output.data({"version": number, "scorecard": fine.hash, "coarse": rough.hash if rough else None})
        output.say(f"Version {number} is in {models}. Judge it once there are later leads.")


@app.command("judge")
def judge(
    models: Models,
    number: Number,
    history: History,
    policy: PolicyFile,
    by: By,
    mapping: MappingFile = None,
    outcomes: OutcomesFile = None,
    touches: TouchesFile = None,
    events: EventsFile = None,
    changes: ChangesFile = None,
    chosen: ChosenFile = None,
    target: TargetColumn = None,
    created: CreatedColumn = None,
    as_of: AsOf = None,
    ledger: LedgerAt = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hold a version against what is live, on leads later than both were learned from.

    It becomes the candidate where it is not worse. Exit status 1 when it does not.
    """
    taught, rows = taught_rows(
        files_of(history, policy, mapping, outcomes, touches, events, changes, chosen, target, created, as_of)
    )
    now, output = datetime.now(UTC), Output(json=json, quiet=quiet)
    with ModelRegistry(models) as registry:
        version, live = registry.version(number), registry.standing().live
        rival = taught.bundle.card if live == WRITTEN else registry.version(live).card
        found = contest(rows, version.card, rival, version.coarse)
        act = Act.CANDIDATE if found.code is None else Act.REFUSED if found.lost else Act.WAITS
        registry.judged(number, act, _judgement(found, live), by=by, now=now)
        _tell_ledger(registry, ledger, now)
    output.data({"version": number, "verdict": str(act), **_judgement(found, live)})
    tell_contest(found, number, act, output)
    if act is not Act.CANDIDATE:
        raise typer.Exit(Exit.FOUND)


@app.command("promote")
def promote(
    models: Models,
    number: Number,
    by: By,
    why: Annotated[str, typer.Option("--why", help="Why now.")] = "",
    ledger: LedgerAt = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make the candidate live, in the name of somebody other than who learned it."""
    now = datetime.now(UTC)
    with ModelRegistry(models) as registry:
        deed = registry.promote(number, by=by, now=now, why=why)
        _tell_ledger(registry, ledger, now)
    output = Output(json=json, quiet=quiet)
    output.data(asdict(deed))
    output.say(
        f"Version {number} is live; before it was {_named(deed.before)}. One step back: models rollback."
    )


@app.command("rollback")
def rollback(
    models: Models,
    by: By,
    why: Annotated[str, typer.Option("--why", help="Why it is taken back.")],
    ledger: LedgerAt = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take the last promotion back. There is one step, until something is promoted again."""
    now = datetime.now(UTC)
    with ModelRegistry(models) as registry:
        deed = registry.roll_back(by=by, now=now, why=why)
        _tell_ledger(registry, ledger, now)
    output = Output(json=json, quiet=quiet)
    output.data(asdict(deed))
    output.say(f"Live is {_named(deed.version)} again.")


@app.command("list")
def list_(models: Models, json: Json = False, quiet: Quiet = False) -> None:
    """All versions and where each stands."""
    output = Output(json=json, quiet=quiet)
    with ModelRegistry(models) as registry:
        versions, standing = registry.versions(), registry.standing()
    output.data(
        {"live": standing.live, "candidate": standing.candidate, "shadow": standing.shadow,
         "versions": [_version_json(one, standing) for one in versions]}
    )  # fmt: skip
    output.console.print(table_of(_HEAD, [_line(one, standing) for one in versions], right=(0, 2, 3)))
    if standing.live == WRITTEN:
        output.say("Live is the scorecard written in the policy.")
    for one in versions:
        if (
            one.number == standing.live
            and not quiet
            and (said := overdue(one.retrain_by, datetime.now(UTC).date()))
        ):
            complain(f"warning: {said}")


@app.command("show")
def show(models: Models, number: Number, json: Json = False, quiet: Quiet = False) -> None:
    """One version: its manifest, and everything that was done with it."""
    output = Output(json=json, quiet=quiet)
    with ModelRegistry(models) as registry:
        version, deeds, standing = registry.version(number), registry.deeds(number), registry.standing()
    manifest = dict(version.card.manifest or {})
    output.data(
        {**_version_json(version, standing), "manifest": manifest, "acts": [asdict(deed) for deed in deeds]}
    )
    plain = [(name, value) for name, value in manifest.items() if not isinstance(value, list | dict)]
    output.console.print(table_of((f"version {number}", _status(version, standing)), plain))
    done = [(f"{one.at:%Y-%m-%d %H:%M}", str(one.act), one.by, one.why) for one in deeds]
    output.console.print(table_of(("when", "what", "who", "why"), done))


@app.command("card")
def card(
    models: Models,
    number: Number,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the model card here.")] = None,
    scorecard: Annotated[
        Path | None, typer.Option("--scorecard", help="Write the scorecard itself here.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """The model card of a version, made from what was recorded."""
    output = Output(json=json, quiet=quiet)
    with ModelRegistry(models) as registry:
        version, deeds, standing = registry.version(number), registry.deeds(number), registry.standing()
    text = model_card(version, deeds, status=_status(version, standing))
    if out is not None:
        write_atomically(out, text.encode())
    if scorecard is not None:
        write_atomically(scorecard, dump(version.card))
    output.data({"version": number, "card": text})
    output.say(text)


@app.command("shadow")
def shadow(run: Run, json: Json = False, quiet: Quiet = False) -> None:
    """What scorecards in shadow would have done in a run, beside the one that decided."""
    output = Output(json=json, quiet=quiet)
    found = beside(places.folder_of(run))
    output.data([asdict(one) for one in found])
    if not found:
        output.say("No scorecard ran in shadow.")
    for one in found:
        tell_shadow(one, output)


def _tell_ledger(registry: ModelRegistry, given: Path | None, now: datetime) -> None:
    with LedgerFile(given or registry.path.with_name(places.LEDGER)) as ledger:
        registry.tell(ledger, now=now)


def _judgement(found: Contest, live: int) -> dict[str, Any]:
    return {
        "against": live,
        "code": None if found.code is None else str(found.code),
        "rows": found.rows,
        "good": found.good,
        "window": list(found.window),
        "figures": {name: list(figure) for name, figure in found.figures.items()},
    }


def _named(number: int) -> str:
    return "the written scorecard" if number == WRITTEN else f"version {number}"


def _status(version: Version, standing: Standing) -> str:
    words = {standing.live: "live", standing.candidate: "candidate, in shadow"}
    looking_on = "in shadow" if version.number == standing.shadow else "not in use"
    return words.get(version.number, looking_on)


def _line(version: Version, standing: Standing) -> tuple[object, ...]:
    about = version.card.manifest or {}
    figures = about.get("figures")
    auc = figures.get("auc") if isinstance(figures, dict) else None
    parts = (about.get("rows"), about.get("good"), about.get("learner"))
    return (version.number, _status(version, standing), *parts, auc, version.retrain_by)


def _version_json(version: Version, standing: Standing) -> dict[str, Any]:
    return {
        "version": version.number,
        "status": _status(version, standing),
        "scorecard": version.card.hash,
        "coarse": version.coarse.hash if version.coarse else None,
        "learned_by": version.learned_by,
        "at": version.at,
        "retrain_by": version.retrain_by,
    }
