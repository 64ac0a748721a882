"""The accounts of a recorded run, each with its score."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from plumbline.domain.words import Dimension
from plumbline.qualify.accounts import AccountScore, LeadPoints, account_score, told_dimensions
from plumbline.qualify.path import accounts_of
from plumbline.qualify.record import inputs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.engines.recorded import RecordedRun


def account_scores(run: RecordedRun) -> list[AccountScore]:
    """Every account with at least one scored lead, the highest first.

    A lead that names no account, neither by id, by the domain of a firm, nor by name, is in none.
    """
    leads: defaultdict[str, list[LeadPoints]] = defaultdict(list)
    left_out: defaultdict[str, int] = defaultdict(int)
    for account, lead in _leads(run):
        if lead is None:
            left_out[account] += 1
        else:
            leads[account].append(lead)
    base = run.bundle.card.base
    scores = (account_score(name, each, base=base, left_out=left_out[name]) for name, each in leads.items())
    return sorted(scores, key=lambda one: (-one.points, one.account))


def _leads(run: RecordedRun) -> Iterator[tuple[str, LeadPoints | None]]:
    """Account and points of every lead; no points of a person who objected."""
    told = cache(lambda missing: told_dimensions(run.bundle.card, missing))
    for index in run.folder.parts():
        part = run.folder.read_part(index).filter(pl.col("lead.id").is_not_null())
        named = part.with_columns(accounts_of(inputs_of(part), bundle=run.bundle).alias("account"))
        columns = ("account", "lead.id", "points", "missing", *(f"points.{each}" for each in Dimension))
        for account, lead, points, missing, *own in named.select(columns).iter_rows():
            if account is None:
                continue
            if points is None:
                yield account, None
                continue
            known = told(tuple(missing))
            each = zip(Dimension, own, strict=True)
            yield account, LeadPoints(lead, {one: value if one in known else None for one, value in each})
