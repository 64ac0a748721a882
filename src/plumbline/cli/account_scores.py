"""``plumbline accounts score``: the accounts of a run, each from its leads by a stated rule."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from plumbline.cli import places
from plumbline.cli.output import Json, Output, Quiet, Run, table_of
from plumbline.domain.errors import UnknownLeadError
from plumbline.domain.words import Dimension
from plumbline.engines.accounts import account_scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.qualify.accounts import AccountScore

_HEAD: Final = ("account", "points", *Dimension, "leads", "left out")
_RULE: Final = (
    "Fit: the best lead. Intent, readiness: the best lead, half of the second, a quarter of the third."
)


def score(
    run: Run,
    account: Annotated[
        str | None, typer.Option("--account", help="Show one account with every part of its score.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many accounts to list.")] = 20,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score the accounts of a run: the best lead and a shrinking part of its colleagues', part by part."""
    output = Output(json=json, quiet=quiet)
    found = account_scores(places.recorded(run))
    if account is not None:
        found = [one for one in found if one.account == account]
        if not found:
            raise UnknownLeadError(f"{run} holds no scored lead of account {account!r}.")
    output.data([_json(one) for one in found])
    output.console.print(table_of(_HEAD, map(_line, found[:top]), right=(1, 2, 3, 4, 5, 6)))
    output.say(_RULE)
    if account is not None:
        _tell_parts(found[0], output)


def _json(one: AccountScore) -> dict[str, object]:
    return {**asdict(one), "dimensions": {str(name): value for name, value in one.dimensions.items()}}


def _line(one: AccountScore) -> tuple[object, ...]:
    told = ("not known" if value is None else f"{value:+}" for value in one.dimensions.values())
    return (one.account, f"{one.points:+}", *told, one.leads, one.left_out or "")


def _tell_parts(one: AccountScore, output: Output) -> None:
    output.console.print(
        table_of(("lead", "dimension", "its points", "part", "adds"), _parts(one), right=(2, 4))
    )
    output.say(f"Base {one.base:+}, all parts together {one.points:+}.")


def _parts(one: AccountScore) -> Iterator[tuple[object, ...]]:
    for part in one.parts:
        share = "all" if part.share == 1 else f"1/{part.share}"
        yield part.lead, part.dimension, f"{part.own:+}", share, f"{part.points:+}"
