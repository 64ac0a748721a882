"""An evidence packet in a terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from rich.text import Text

from plumbline.report import layout, letters, phrases, words
from plumbline.report.terminal.message import message_sheet
from plumbline.report.terminal.scale import points_scale
from plumbline.report.terminal.sheet import (
    EMPTY,
    FULL,
    HATCH,
    HUES,
    NOW,
    QUIET,
    STRONG,
    Sheet,
    bar,
    bullet,
    grid,
    heading,
    indented,
    interval,
    join,
    say,
    width,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType
    from rich.table import Table

    from plumbline.qualify.packet import Fact, Packet, RuleLine, Score, WhatIf
    from plumbline.report.layout import Group

#: Columns that labels and numbers need beside a drawn bar.
_BESIDE: Final = 54
_METER: Final = {"low": 0, "medium": 1, "high": 2}


def print_packet(packet: Packet, console: Console) -> None:
    """Print the evidence packet of one lead.

    Every text of the packet is data: markup in it is not read and control characters are shown as symbols.
    """
    columns = max(12, width(console) - _BESIDE)
    parts = chain(_header(packet), _scored(packet, columns, width(console)), _rest(packet))
    console.print(Sheet(tuple(parts)))


def _scored(packet: Packet, columns: int, whole: int) -> Iterator[RenderableType]:
    if packet.score is None:
        yield heading("No score")
        yield indented(say(phrases.OBJECTED))
        return
    yield from _score(packet, packet.score, whole - 2)
    yield from _reasons(packet, packet.score, columns)
    yield from _unknown(packet, packet.score, columns)
    yield from _changes(packet, packet.score)


def _messages(packet: Packet) -> Iterator[RenderableType]:
    yield heading("What they wrote")
    if packet.brief.said:
        yield indented(say(letters.in_short(packet.brief), STRONG, 300))
    yield from (indented(say(told, limit=300)) for told in packet.brief.contradictions)
    for message in packet.messages:
        yield indented(say(letters.where(message), QUIET, 80))
        yield from message_sheet(message)


def _rest(packet: Packet) -> Iterator[RenderableType]:
    if packet.messages:
        yield from _messages(packet)
    if packet.rules:
        yield from _rules(packet)
    if packet.draws and packet.score is not None:
        yield from _draws(packet)
    yield from _facts(packet)
    yield from _versions(packet)


def _header(packet: Packet) -> Iterator[RenderableType]:
    decision, versions = packet.decision, packet.versions
    origin = f"policy {words.clip(versions.policy, 60)}, as of {words.clip(words.moment(versions.as_of), 40)}"
    yield join(say("Plumbline evidence packet", QUIET), say(origin, QUIET))
    lead = "" if packet.lead_id in packet.title else f"lead {words.clip(packet.lead_id, 80)}"
    yield Text()
    yield join(say(packet.title, STRONG, 160), say(lead, QUIET))
    yield Text()
    if phrases.is_now(decision.route):
        yield say("ACT NOW", NOW)
    band = f"Band {packet.score.band}. " if packet.score else ""
    yield join(say(f"{band}{phrases.statement(packet)}", STRONG), say(decision.because), between=" ")
    if packet.score:
        yield say(f"{phrases.autonomy(decision.autonomy)} {phrases.differs(decision)}".rstrip(), QUIET)


def _score(packet: Packet, score: Score, columns: int) -> Iterator[RenderableType]:
    yield heading(f"Score: {words.count(score.points, 'point')}, band {score.band}")
    yield indented(*points_scale(score, columns))
    yield indented(say(f"{phrases.score_range(score)} {phrases.unsettled(packet)}".rstrip()))
    levels = grid("left", "bar", "left", "right", "left")
    for line in score.dimensions:
        hue = HUES.get(line.dimension, "")
        cuts = f"medium from {words.whole(line.medium)}, high from {words.whole(line.high)}"
        points = words.signed(line.points)
        levels.add_row(
            say(line.dimension.capitalize()),
            _meter(line.level, hue),
            say(line.level),
            points,
            say(cuts, QUIET),
        )
    yield indented(Text(), levels)


def _meter(level: str, hue: str) -> Text:
    at = _METER.get(level, -1)
    cells = [Text(FULL * 3, hue) if place == at else Text(EMPTY * 3, QUIET) for place in range(3)]
    return Text(" ").join(cells)


def _reasons(packet: Packet, score: Score, columns: int) -> Iterator[RenderableType]:
    yield heading("Reasons")
    if not phrases.adds_up(score):
        yield indented(
            say("These points do not add up to the score. Do not rely on them; verify the ledger.", STRONG)
        )
    table = grid("left", "bar", "right")
    table.add_row(join(say("Base"), say("what every lead starts with", QUIET)), "", words.whole(score.base))
    for group in layout.groups(score):
        _group(table, group, score, columns)
    table.add_row(say("Score", STRONG), "", say(words.whole(score.points), STRONG))
    yield indented(table)
    if layout.groups(score):
        yield indented(Text(), say(phrases.arithmetic(score), limit=4000))
    still = layout.pointless(packet, score)
    if still:
        names = ", ".join(f"{words.clip(r.label, 80)} ({words.clip(words.cell(r.cell), 80)})" for r in still)
        yield indented(say(f"No points either way: {names}.", QUIET, 4000))


def _group(table: Table, group: Group, score: Score, columns: int) -> None:
    axis, hue = layout.bar_axis(score.reasons), HUES.get(group.dimension, "")
    name = say(group.dimension.capitalize() or "No dimension", STRONG, 60)
    table.add_row(name, "", say(words.signed(group.points), STRONG))
    for line in group.bars:
        label = join(say(line.reason.label, limit=120), say(words.cell(line.reason.cell), QUIET, 120))
        table.add_row(
            indented(label), bar(line.span, axis.at(0), columns, hue), words.signed(line.reason.points)
        )


def _unknown(packet: Packet, score: Score, columns: int) -> Iterator[RenderableType]:
    yield heading("What we do not know yet")
    asked = phrases.asked(packet)
    for number, question in enumerate(asked, 1):
        yield indented(join(say(f"Ask {number}."), say(question, STRONG), between=" "))
    if not packet.unknowns:
        yield indented(say("Nothing that carries points is missing."))
        return
    axis = layout.answers_axis(score, packet.unknowns)
    table = grid("left", "bar", "right", "left")
    for unknown in packet.unknowns:
        drawn = interval(layout.answer_span(unknown, score, axis), axis.at(score.points), columns)
        question = unknown.question if unknown.question and unknown.question not in asked else ""
        label = join(say(unknown.label, limit=120), say(question, QUIET))
        chance = phrases.could_change(unknown)
        table.add_row(label, drawn, phrases.could_add(unknown), say(chance, QUIET))
    yield indented(
        Text(), table, say("Points an answer alone could add, and its chance to change the band.", QUIET)
    )


def _changes(packet: Packet, score: Score) -> Iterator[RenderableType]:
    yield heading("What would change the band")
    for name, change in (("Up", packet.up), ("Down", packet.down)):
        yield indented(_change(name, change, score))


def _change(name: str, change: WhatIf | None, score: Score) -> RenderableType:
    table = grid("left", "left")
    if change is None:
        table.add_row(say(f"{name:<4}"), say(phrases.no_way(score, up=name == "Up"), QUIET))
        return table
    table.add_row(say(f"{name:<4}"), say(f"{phrases.way(change)}, if"))
    for text in change.changes:
        table.add_row("", bullet(say(words.cell(text))))
    return table


def _rules(packet: Packet) -> Iterator[RenderableType]:
    rules = layout.sorted_rules(packet.rules, [phrases.outcome(rule) for rule in packet.rules])
    yield heading("Rules")
    if not rules.hit:
        yield indented(say("No rule fired."))
    for name, found, style in (
        ("Fired", rules.hit, STRONG),
        ("Nearly fired", rules.near, ""),
        ("We cannot tell yet", rules.unknown, ""),
        ("Stands on a value that cannot be read", rules.error, ""),
    ):
        if found:
            yield indented(say(name, QUIET))
            yield indented(*chain.from_iterable(_rule(rule, style) for rule in found), by=4)
    if rules.rest:
        names = ", ".join(words.clip(rule.rule, 60) for rule in rules.rest)
        yield indented(
            say(f"{words.count(len(rules.rest), 'other rule')} did not apply: {names}.", QUIET, 2000)
        )


def _rule(rule: RuleLine, style: str) -> Iterator[RenderableType]:
    yield say(rule.because, style)
    why = phrases.kept_out(rule)
    if why and phrases.outcome(rule) != "hit":
        yield say(why)
    yield say(f"{words.clip(rule.rule, 60)}: {rule.condition}", QUIET)


def _draws(packet: Packet) -> Iterator[RenderableType]:
    yield heading("Draws")
    table = grid("bar", "left", "right", "bar")
    for draw in packet.draws:
        if draw.chance is not None:
            name, about = phrases.stream(draw.stream)
            style = STRONG if draw.drawn else ""
            result = say(phrases.drawn(draw.drawn), style)
            table.add_row(say(name), say(about, QUIET), words.percent(draw.chance), result)
    outside = [draw for draw in packet.draws if draw.chance is None]
    yield indented(table)
    if outside:
        yield indented(say(f"This lead takes no part in: {phrases.outside(outside)}.", QUIET))


def _facts(packet: Packet) -> Iterator[RenderableType]:
    yield heading("Facts")
    for issue in packet.issues:
        yield indented(bullet(say(issue)))
    used = [fact for fact in packet.facts if fact.used] or list(packet.facts)
    table = grid("left", "left", "left", "left")
    table.add_row(*(say(name, QUIET) for name in ("Field", "Came in as", "Understood as", "Age")))
    for fact in used:
        received = say("nothing", QUIET) if fact.received is None else say(fact.received)
        table.add_row(say(fact.label, limit=80), received, _understood(fact), say(phrases.age(fact), QUIET))
    yield indented(table if used else say("No field came in with this lead.", QUIET))
    rest = [words.clip(fact.field, 80) for fact in packet.facts if fact not in used]
    if rest:
        yield indented(say(f"Received and not used by this policy: {', '.join(rest)}.", QUIET, 2000))


def _understood(fact: Fact) -> Text:
    if fact.note or fact.value is None:
        return say(f"{HATCH} {phrases.understood(fact)}")
    return say("the same", QUIET) if fact.value == fact.received else say(fact.value)


def _versions(packet: Packet) -> Iterator[RenderableType]:
    yield heading("Versions")
    made, decision = packet.versions, packet.decision
    table = grid("left", "left")
    lines = (
        ("policy", made.policy_hash),
        ("scorecard", made.scorecard_hash if packet.score else ""),
        ("row", words.whole(made.row)),
        ("plumbline", made.plumbline),
        ("decided", f"by {words.clip(decision.decided_by, 60)}, {decision.reason}"),
    )
    for name, value in lines:
        if value:
            table.add_row(say(name, QUIET), say(value, QUIET, 140))
    yield indented(table)
