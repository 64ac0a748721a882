"""From a recorded decision to its evidence packet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from plumbline.domain.fields import EXTRA, READING, RECEIVED, lineage
from plumbline.domain.words import Dimension, RuleOutcome, Stream
from plumbline.policy.trace import nearly_fired, trace
from plumbline.qualify.context import READINGS
from plumbline.qualify.letters import brief_of, message_lines
from plumbline.qualify.packet import (
    DecisionLine,
    DimensionLine,
    DrawLine,
    Fact,
    MessageLine,
    Packet,
    Reason,
    RuleLine,
    Score,
    Unknown,
    Versions,
    WhatIf,
)
from plumbline.qualify.path import clean_of, signals_of
from plumbline.qualify.record import decisions_of, inputs_of, title_of
from plumbline.scorecard.answers import answers
from plumbline.scorecard.counterfactual import counterfactuals
from plumbline.scorecard.explain import explain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import polars as pl

    from plumbline.policy import CompiledPolicy
    from plumbline.qualify.bundle import Bundle
    from plumbline.scorecard.counterfactual import Flip, Flips

    Row = Mapping[str, object]

_IN: Final = "in."


def packet(
    record: pl.DataFrame, *, bundle: Bundle, as_of: datetime, issues: tuple[str, ...] = (), plumbline: str
) -> Packet:
    """The evidence packet of one recorded decision.

    Args:
        record: one row of a run's records.
        bundle: what it was decided with.
        as_of: the moment of the decision.
        issues: what triage found about its row, in words.
        plumbline: the version that shows it.
    """
    inputs = inputs_of(record)
    stored = record.row(0, named=True)
    row = decisions_of(record).row(0, named=True)
    clean = clean_of(inputs, bundle).row(0, named=True)
    signals = signals_of(inputs, bundle=bundle, as_of=as_of).row(0, named=True)
    profiled = row["points"] is not None
    flips = _flips(signals, bundle) if profiled else None
    return Packet(
        lead_id=str(row["lead.id"]),
        title=title_of(stored, str(row["lead.id"])),
        decision=_decision(row),
        score=_score(row, signals, bundle) if profiled else None,
        unknowns=_unknowns(signals, bundle) if profiled else (),
        up=_what_if(flips.up) if flips else None,
        down=_what_if(flips.down) if flips else None,
        rules=_rules(row, signals, bundle.policy) if profiled else (),
        draws=_draws(row),
        facts=_facts(stored, clean, bundle, as_of.date()),
        issues=issues,
        messages=_messages(stored, clean, bundle),
        brief=brief_of(_kept(stored)),
        versions=Versions(
            policy=bundle.policy.name,
            policy_hash=bundle.policy.hash,
            scorecard_hash=bundle.card.hash,
            plumbline=plumbline,
            as_of=as_of.isoformat(),
            row=int(str(stored["in.row"])),
        ),
    )


def _flips(signals: Row, bundle: Bundle) -> Flips:
    return counterfactuals(signals, bundle.card, bundle.policy.bands, changeable=changeable(bundle))


def changeable(bundle: Bundle) -> list[str]:
    """Scored signals that change alone: none that is made from a scored signal, or that makes one.

    So a stated "what if" holds exactly when it comes true, not only within the table of points.
    """
    scored = {signal.name for signal in bundle.card.signals if not signal.completeness}
    made_from = {name: set(bundle.policy.stands_on(name)) - {name} for name in scored}
    entangled = {name for name, reads in made_from.items() if reads & scored}
    entangled |= {read for name in entangled for read in made_from[name]}
    return [signal.name for signal in bundle.card.signals if signal.name in scored - entangled]


def _decision(row: Row) -> DecisionLine:
    questions = row["questions"]
    return DecisionLine(
        route=str(row["route"]),
        intended_route=str(row["intended_route"]),
        action=str(row["action"]),
        owner=str(row["owner"]),
        decided_by=str(row["decided_by"]),
        reason=str(row["reason"]),
        because=str(row["because"]),
        proposes=None if row["proposes"] is None else str(row["proposes"]),
        autonomy=str(row["autonomy"]),
        confidence=_whole(row["confidence"] or 0),
        questions=tuple(questions) if isinstance(questions, list) else (),
    )


def _score(row: Row, signals: Row, bundle: Bundle) -> Score:
    told = explain(signals, bundle.card, bundle.policy.bands)
    bands = bundle.policy.bands
    return Score(
        band=str(row["band"]),
        points=_whole(row["points"]),
        base=told.base,
        lowest=_whole(row["points_min"]),
        highest=_whole(row["points_max"]),
        band_change=_whole(row["band_change"]),
        cutoffs=(bands.a, bands.b, bands.c),
        dimensions=tuple(_dimension(row, name, bundle.policy) for name in Dimension),
        reasons=tuple(
            Reason(one.term, one.label, one.value, one.points, one.dimension.value) for one in told.reasons
        ),
    )


def _dimension(row: Row, name: Dimension, policy: CompiledPolicy) -> DimensionLine:
    points, levels = _whole(row[f"points.{name}"]), policy.grid[name]
    return DimensionLine(name.value, points, str(row[f"{name}_level"]), levels.high, levels.medium)


def _unknowns(signals: Row, bundle: Bundle) -> tuple[Unknown, ...]:
    return tuple(
        Unknown(
            one.signal,
            one.label,
            bundle.policy.signal(one.signal).ask,
            one.lowest,
            one.highest,
            one.changes_band,
        )
        for one in answers(signals, bundle.card, bundle.policy.bands)
    )


def _what_if(flip: Flip | None) -> WhatIf | None:
    return None if flip is None else WhatIf(flip.band.value, flip.points, tuple(map(str, flip.changes)))


def _rules(row: Row, signals: Row, policy: CompiledPolicy) -> tuple[RuleLine, ...]:
    unreadable = signals["unreadable"]
    traces = trace({**signals, **row}, policy, unreadable=unreadable if isinstance(unreadable, list) else ())
    near = {one.rule for one in nearly_fired(traces)}
    return tuple(
        RuleLine(
            rule=one.rule,
            outcome=RuleOutcome(letter).word,
            condition=one.condition,
            because=one.because,
            kept_out_by=one.kept_out_by,
            near=one.rule in near,
        )
        for one, letter in zip(traces, str(row["rules"]), strict=True)
    )


def _draws(row: Row) -> tuple[DrawLine, ...]:
    lines = ((stream.value, row[f"pi.{stream}"], row[f"draw.{stream}"]) for stream in Stream)
    return tuple(
        DrawLine(stream, None if chance is None else _whole(chance), None if drawn is None else bool(drawn))
        for stream, chance, drawn in lines
    )


def _messages(stored: Row, clean: Row, bundle: Bundle) -> tuple[MessageLine, ...]:
    sources = (spec.source or "" for spec in bundle.policy.signals)
    used = {source.removeprefix(READING) for source in sources if source.startswith(READING)}
    form = clean.get("lead.message")
    return message_lines(_kept(stored), form if isinstance(form, str) else None, used)


def _kept(stored: Row) -> str | None:
    kept = stored.get(_IN + READINGS)
    return kept if isinstance(kept, str) else None


def _facts(stored: Row, clean: Row, bundle: Bundle, today: date) -> tuple[Fact, ...]:
    used = {field for spec in bundle.policy.signals if spec.source for field in lineage(spec.source)}
    created = clean.get("lead.created_at")
    age = (today - created).days if isinstance(created, date) else None
    marks = clean["triage.unreadable"]
    unreadable = set(marks) if isinstance(marks, list) else set()
    names = [
        name.removeprefix(_IN)
        for name in stored
        if name.startswith(_IN) and not name.startswith("in.context.")
    ]
    return tuple(
        _fact(
            name,
            stored[_IN + name],
            clean.get(name),
            bundle,
            age,
            used=name in used,
            unread=name in unreadable,
        )
        for name in names
        if name != "row"
    )


def _fact(
    name: str, received: object, value: object, bundle: Bundle, age: int | None, *, used: bool, unread: bool
) -> Fact:
    note = "missing" if received is None else "unreadable" if unread else "blank" if value is None else ""
    known = RECEIVED.get(name)
    return Fact(
        field=name,
        label=_label(name, bundle),
        received=None if received is None else str(received),
        value=None if value is None else _shown(value),
        note=note,
        personal=known.personal if known else False,
        used=used,
        age_days=age,
    )


def _label(name: str, bundle: Bundle) -> str:
    """What the policy calls a field, else its own name in words."""
    for spec in bundle.policy.signals:
        if spec.source == name and spec.measure == "value":
            return spec.label
    return name.removeprefix(EXTRA).replace(".", " ").replace("_", " ").capitalize()


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return f"{value:,.0f}"
    return str(value)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value
