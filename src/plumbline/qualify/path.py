"""The main path. Everything else in Plumbline feeds it or acts on it.

    received ──triage──▶ clean ──signals──▶ a column per signal ──scorecard──▶ points ──policy──▶ decisions

It works on columns; a lone lead goes by its values, room by room, and comes out the same to the last byte.
Pure: the time, the keys and the state of earlier batches come in as arguments, and the same arguments give
the same bytes.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from plumbline.policy.decide import decide
from plumbline.qualify.context import attach_context, context_of, events_of, received_of, with_context
from plumbline.qualify.inbox import Inbox
from plumbline.qualify.said import STOPPED
from plumbline.scorecard import score, score_columns
from plumbline.signals import EventState
from plumbline.triage import Seen, check

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.qualify.bundle import Bundle
    from plumbline.triage import Triaged

_OBJECTED: Final = "lead.objected"
_ACCOUNT: Final = ("account.id", "account.name")
_NOBODY: Final = pl.repeat(value=False, n=pl.len(), dtype=pl.Boolean)
_NO_REPEATS: Final = pl.DataFrame(schema={"row": pl.Int64, "lead.id": pl.String, "duplicate_of": pl.String})
_READ: Final = frozenset({*_ACCOUNT, _OBJECTED, STOPPED})


@dataclass(frozen=True, slots=True)
class Qualified:
    """What became of a batch: every received row is decided, attached to its first copy, or rejected.

    ``decisions``: one row per decided lead: ``row``, ``lead.id``, the decision, the scores with all reasons.
    ``inputs``: the same rows as they came in, with what earlier rows and events added (``context.*``).
    ``clean``: the same rows as they were read.
    ``duplicates``: ``row``, ``lead.id`` and ``duplicate_of`` of attached rows.
    ``seen`` and ``inbox``: the state to pass on with the next batch.
    """

    decisions: pl.DataFrame
    inputs: pl.DataFrame
    clean: pl.DataFrame
    duplicates: pl.DataFrame
    signals: pl.DataFrame
    triaged: Triaged
    seen: Seen
    inbox: Inbox


def qualify(
    received: pl.DataFrame,
    *,
    bundle: Bundle,
    as_of: datetime,
    events: EventState | None = None,
    inbox: Inbox | None = None,
    seen: Seen | None = None,
) -> Qualified:
    """Decide about a batch of leads as they came in.

    Args:
        received: ``row``, ``lead.id`` and the mapped fields as text.
        bundle: what to decide with.
        as_of: the moment of the decision, with a time zone.
        events: behaviour folded by ``signals.event_state``; without it event signals are unknown.
        inbox: further messages and who reads them; without it the embedded reader reads those of the form.
        seen: what earlier batches of the same file held, to find duplicates across them.
    """
    triaged = triage_batch(received, bundle, seen)
    clean, duplicates = _apart(triaged.clean)
    inbox = inbox or Inbox()
    if bundle.reads:
        clean, inbox = inbox.attach(clean, _leads(clean).get_column("objected"))
    events = None if events is None else EventState(events.of(clean))
    signals = bundle.assembler.assemble(clean, as_of=as_of, events=events)
    decisions = decide_signals(signals, clean, bundle)
    inputs = received if clean.height == received.height else _rows_of(received, clean)
    return Qualified(
        decisions=decisions,
        inputs=attach_context(inputs, context_of(clean, events)),
        clean=clean,
        duplicates=duplicates,
        signals=signals,
        triaged=triaged,
        seen=triaged.seen,
        inbox=inbox,
    )


def _apart(clean: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The leads to decide, and the repeats of leads to attach."""
    original = clean.get_column("triage.duplicate_of")
    if original.null_count() == clean.height:
        return clean, _NO_REPEATS.clone()
    first = original.is_null()
    repeats = clean[["row", "lead.id"]].hstack([original.alias("duplicate_of")])
    return clean.filter(first), repeats.filter(~first)


def _rows_of(received: pl.DataFrame, clean: pl.DataFrame) -> pl.DataFrame:
    kept = np.isin(received.get_column("row").to_numpy(), clean.get_column("row").to_numpy())
    return received.filter(pl.Series(kept))


def requalify(inputs: pl.DataFrame, *, bundle: Bundle, as_of: datetime) -> pl.DataFrame:
    """Decide again about stored inputs: each row by itself, with the context kept beside it (law 4)."""
    clean = clean_of(inputs, bundle)
    return decide_signals(_assembled(clean, inputs, bundle, as_of), clean, bundle)


def clean_of(inputs: pl.DataFrame, bundle: Bundle) -> pl.DataFrame:
    """The clean fields of stored inputs."""
    return with_context(triage_batch(received_of(inputs), bundle), inputs)


def signals_of(inputs: pl.DataFrame, *, bundle: Bundle, as_of: datetime) -> pl.DataFrame:
    """The signals of stored inputs."""
    clean = clean_of(inputs, bundle)
    return _assembled(clean, inputs, bundle, as_of)


def accounts_of(inputs: pl.DataFrame, *, bundle: Bundle) -> pl.Series:
    """The account of each stored input: its id, else the domain of a firm, else its name, else none."""
    return _leads(clean_of(inputs, bundle)).get_column("account")


def _assembled(clean: pl.DataFrame, inputs: pl.DataFrame, bundle: Bundle, as_of: datetime) -> pl.DataFrame:
    return bundle.assembler.assemble(clean, as_of=as_of, events=events_of(inputs))


def triage_batch(received: pl.DataFrame, bundle: Bundle, seen: Seen | None = None) -> Triaged:
    """Read, check and compare the received cells."""
    return check(
        received,
        kinds=bundle.kinds,
        blank_words=bundle.cells.blank_words,
        date_formats=bundle.cells.date_formats,
        seen=seen,
        derived=bundle.derives,
    )


def decide_signals(signals: pl.DataFrame, clean: pl.DataFrame, bundle: Bundle) -> pl.DataFrame:
    """Score and route leads whose signals are known. A person who objected is not scored at all (law 7)."""
    leads = _leads(clean)
    objected = leads.get_column("objected")
    if not objected.any():
        return _profiled(leads, signals, bundle)
    if objected.all():
        return _unprofiled(leads, bundle)
    parts = [
        _profiled(leads.filter(~objected), signals.filter(~objected), bundle),
        _unprofiled(leads.filter(objected), bundle),
    ]
    order = np.argsort(objected.to_numpy(), kind="stable")
    # In one piece, since picking rows out of several costs thrice as much.
    return pl.concat(parts, rechunk=True)[np.argsort(order)]


def _profiled(leads: pl.DataFrame, signals: pl.DataFrame, bundle: Bundle) -> pl.DataFrame:
    scores = score(signals, bundle.card, bundle.policy.bands, askable=bundle.policy.asks)
    named = [name for name in signals.columns if name != "lead.id"]
    frame = pl.concat([leads, signals[named], scores], how="horizontal")
    decided = decide(frame, bundle.policy, draw_key=bundle.draw_key)
    return pl.concat([leads[["row"]], scores, decided], how="horizontal")


def _unprofiled(leads: pl.DataFrame, bundle: Bundle) -> pl.DataFrame:
    """No scores, and a place in the queue of objections."""
    columns = score_columns(bundle.card).items()
    scores = [pl.Series(name, [None], dtype).new_from_index(0, leads.height) for name, dtype in columns]
    decided = decide(leads, bundle.policy, draw_key=bundle.draw_key)
    return pl.concat([leads[["row"]].hstack(scores), decided], how="horizontal")


def _leads(clean: pl.DataFrame) -> pl.DataFrame:
    """The columns of a lead that are neither signals nor scores: ``row``, ``lead.id``, account, objected."""
    if clean.height == 1:
        found = _of_one(clean.row(0, named=True))
    else:
        known = frozenset(_READ.intersection(clean.columns))
        found = clean.select(_account(known), _objected(known)).get_columns()
    return clean[["row", "lead.id"]].hstack(found)


def _of_one(lead: dict[str, Any]) -> list[pl.Series]:
    """Account and objection of a lone lead; see ``_account`` and ``_objected``."""
    names = [lead[name] for name in _ACCOUNT if name in lead]
    domain = lead["triage.email_domain"] if lead["triage.email_kind"] == "business" else None
    account = next((name for name in (*names[:1], domain, *names[1:]) if name is not None), None)
    objected = lead.get(STOPPED) or lead.get(_OBJECTED) or _OBJECTED in (lead["triage.unreadable"] or ())
    return [pl.Series("account", [account], pl.String), pl.Series("objected", [bool(objected)])]


@lru_cache(maxsize=16)
def _account(known: frozenset[str]) -> pl.Expr:
    """The organisation a lead belongs to, for lotteries that must treat colleagues alike."""
    # A free-mail domain is no organisation: its leads would all win or lose the lottery together.
    domain = pl.when(pl.col("triage.email_kind") == "business").then("triage.email_domain")
    names = [pl.col(name) for name in _ACCOUNT if name in known]
    return pl.coalesce(*names[:1], domain, *names[1:]).alias("account")


@lru_cache(maxsize=16)
def _objected(known: frozenset[str]) -> pl.Expr:
    """An objection that cannot be read counts as one: the safe side is not to profile."""
    signs = [pl.col(STOPPED)] if STOPPED in known else []
    if _OBJECTED in known:
        unreadable = pl.col("triage.unreadable").list.contains(_OBJECTED)
        signs += [pl.col(_OBJECTED).fill_null(value=False), unreadable.fill_null(value=False)]
    return reduce(operator.or_, signs, _NOBODY).alias("objected")
