"""What a decision says, in sentences: the same in the terminal and on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Autonomy, Band, Route, RuleOutcome, Stream
from plumbline.report import layout, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.qualify.packet import (
        DecisionLine,
        DrawLine,
        Fact,
        Packet,
        RuleLine,
        Score,
        Unknown,
        WhatIf,
    )
    from plumbline.qualify.summary import BlankWord, RunSummary, TaskCount

ROUTES: Final = {
    Route.NURTURE.word: "Nurture",
    Route.QUEUE.word: "Queue",
    Route.FAST_TRACK.word: "Fast track",
    Route.REVIEW.word: "Review",
}
_PROPOSED: Final = {
    Route.NURTURE.word: "Send to nurture with {owner}",
    Route.QUEUE.word: "Put in the queue of {owner}",
    Route.FAST_TRACK.word: "Fast-track to {owner}",
    Route.REVIEW.word: "A person at {owner} decides",
}
#: Actions that the route or the questions say already.
_SAID_BY_ROUTE: Final = frozenset({"", "ask", "call", "nurture", "propose_disqualify", "review"})
_AUTONOMY: Final[Mapping[str, str]] = {
    Autonomy.OBSERVE: "Only watched for now: nothing is done with it.",
    Autonomy.RECOMMEND: "A recommendation: a person decides whether to follow it.",
    Autonomy.APPROVE: "Done only once a person approves it.",
    Autonomy.ACT: "Done by the system; a person can change it.",
}
STREAMS: Final[Mapping[str, tuple[str, str]]] = {
    Stream.AUDIT: ("Audit", "A sample of the leads we do not pursue, judged by a person who sees no score."),
    Stream.EXPLORE: ("Explore", "A few low scores are worked anyway, so that we learn what we miss."),
    Stream.HOLDOUT: (
        "Holdout",
        "A few accounts are worked in the old order, to measure what the score is worth.",
    ),
    Stream.BLIND: ("Blind", "A person judges before seeing the score."),
    Stream.PROBE: ("Probe", "A known case, planted to check the reviewing."),
}
_OUTCOMES: Final = {outcome.value: outcome.word for outcome in RuleOutcome}

OBJECTED: Final = (
    "We made no score for this person, drew no lot and used no field to rank them. "
    "The lead is not lost: it waits for a person, in order of arrival."
)
#: Longest name of an owner, a lottery or a route inside a sentence.
_NAME: Final = 60


_TASKS: Final = {
    "unsubscribe": "want no more mail from us",
    "object": "object to profiling",
    "erase": "want their data erased",
    "access": "want to see their data",
    "rectify": "want their data corrected",
}


def route(word: str) -> str:
    """A route's name for people."""
    return ROUTES.get(word, words.clip(word.replace("_", " "), _NAME))


def is_now(word: str) -> bool:
    """Whether this route asks a person to act now: the only thing that is ever red."""
    return word == Route.FAST_TRACK.word


def statement(packet: Packet) -> str:
    """What is proposed, in one sentence."""
    decision, owner = packet.decision, words.clip(packet.decision.owner, _NAME)
    if packet.score is None:
        return f"A person handles this lead: {owner}."
    if decision.proposes:
        proposal = words.clip(decision.proposes.replace("_", " "), _NAME)
        return f"Proposal to {proposal}: a person at {owner} decides."
    if decision.action == "partner":
        return f"Hand over to {owner}, the partner team."
    proposed = _PROPOSED.get(decision.route, f"{route(decision.route)}: {{owner}}").format(owner=owner)
    return f"{proposed}{_next_step(decision)}."


def _next_step(decision: DecisionLine) -> str:
    """The suggested action, unless the route already says it."""
    s = "s" if decision.route == Route.REVIEW.word else ""
    if decision.action == "ask" and decision.questions:
        return f" and ask{s} {words.small(len(decision.questions), 'question')}"
    if decision.action == "meeting":
        return f" and request{s} a meeting"
    return "" if decision.action in _SAID_BY_ROUTE else f", next: {words.clip(decision.action, _NAME)}"


def autonomy(word: str) -> str:
    """How far the system goes by itself."""
    return _AUTONOMY.get(word, word)


def differs(decision: DecisionLine) -> str:
    """What the policy intended where the route differs from it; empty where it does not."""
    if decision.route == decision.intended_route:
        return ""
    return f"By score and rules alone it would have gone to {route(decision.intended_route).lower()}."


def score_range(score: Score) -> str:
    """The exact range, and how likely the band stays."""
    if score.lowest == score.highest:
        return "Everything that carries points is known, so the score is exact."
    span = f"Between {words.whole(score.lowest)} and {words.whole(score.highest)} once everything is known"
    if score.band_change <= 0:
        return f"{span}. No answer can change the band."
    stays = words.CERTAIN - score.band_change
    return f"{span}. Band {score.band} is {words.likely(stays)} to stay: {words.odds(stays)}."


def unsettled(packet: Packet) -> str:
    """What to add where a rule could not be answered, so that the band's chance is not the whole story."""
    known = (
        packet.score is None or packet.score.band_change >= words.CERTAIN or packet.decision.confidence > 0
    )
    return (
        "" if known else "A rule could not be answered, so we do not say how likely the decision is to stand."
    )


def arithmetic(score: Score) -> str:
    """The sum as a line to add up by hand: base and every reason with points, in the order of the list."""
    terms = [bar.reason.points for group in layout.groups(score) for bar in group.bars]
    signs = (f"{words.MINUS if points < 0 else '+'} {words.whole(abs(points))}" for points in terms)
    return " ".join((words.whole(score.base), *signs, "=", words.whole(score.points)))


def adds_up(score: Score) -> bool:
    """Law 3, looked at once more before anything is shown."""
    return score.base + sum(reason.points for reason in score.reasons) == score.points


def could_add(unknown: Unknown) -> str:
    """The points an answer could add: ``-12 to +10``."""
    if unknown.lowest == unknown.highest:
        return words.signed(unknown.lowest)
    return f"{words.signed(unknown.lowest)} to {words.signed(unknown.highest)}"


def could_change(unknown: Unknown) -> str:
    """The chance that an answer alone changes the band."""
    return words.odds(unknown.changes_band) if unknown.changes_band > 0 else "not by itself"


def asked(packet: Packet) -> tuple[str, ...]:
    """The questions to ask first, in words, whether given as a sentence or by the name of their signal."""
    by_name = {unknown.signal: unknown.question or unknown.label for unknown in packet.unknowns}
    return tuple(by_name.get(question, question) for question in packet.decision.questions)


def no_way(score: Score, *, up: bool) -> str:
    """What to say where no change of a single field leads to another band."""
    if up and score.band == Band.A:
        return "It is in the highest band already."
    if not up and score.band == Band.D:
        return "It is in the lowest band already."
    return f"We found no change of what we know that moves it {'up' if up else 'down'}."


def way(change: WhatIf) -> str:
    """Where a change leads."""
    return f"Band {change.band}, with {words.count(change.points, 'point')}"


def outcome(rule: RuleLine) -> str:
    """``hit``, ``miss``, ``unknown`` or ``error``, whichever way the rule says it."""
    return _OUTCOMES.get(rule.outcome, rule.outcome)


def kept_out(rule: RuleLine) -> str:
    """Which part of a condition is not met, or not known; empty where that is the whole condition."""
    parts = words.listed(rule.kept_out_by)
    if not parts or parts == rule.condition:
        return ""
    return f"Not known whether {parts}." if outcome(rule) == "unknown" else f"Not met: {parts}."


def task(line: TaskCount) -> str:
    """What somebody asks of us, by the data right they use."""
    settle = line.task.removeprefix("settle:")
    return f"two readers differ about {settle}" if settle != line.task else _TASKS.get(line.task, line.task)


def drawn(flag: bool | None) -> str:
    """The result of a lottery."""
    return {True: "Drawn", False: "Not drawn", None: "Not known"}[flag]


def stream(word: str) -> tuple[str, str]:
    """A lottery's name and what it is for."""
    return STREAMS.get(word, (words.clip(word, _NAME), ""))


def outside(draws: Sequence[DrawLine]) -> str:
    """The names of lotteries a lead does not take part in."""
    return words.listed([stream(draw.stream)[0] for draw in draws])


def age(fact: Fact) -> str:
    """How old a received value is; nothing where none was received."""
    return "" if fact.received is None else words.duration(fact.age_days)


def understood(fact: Fact) -> str:
    """What was understood of a field, or why nothing was."""
    if fact.note == "blank":
        return "a blank word: unknown"
    if fact.note == "missing" or fact.received is None:
        return "unknown"
    if fact.note == "unreadable":
        return "could not be read: unknown"
    return "unknown" if fact.value is None else fact.value


def run_statement(summary: RunSummary) -> str:
    """What a run did, in one sentence."""
    leads = words.count(summary.decided, "lead")
    if summary.decided == summary.read:
        return (
            f"All {leads} have a route and an owner."
            if summary.read
            else "There was nothing to decide: no rows."
        )
    rows = words.count(summary.read, "row")
    return f"{leads} of {rows} {'has' if summary.decided == 1 else 'have'} a route and an owner."


def run_rest(summary: RunSummary) -> str:
    """What became of the rows that are not decided leads."""
    parts = []
    if summary.duplicates:
        parts.append(f"{words.count(summary.duplicates, 'row repeats', 'rows repeat')} a lead already seen")
    if summary.rejected:
        parts.append(f"{words.count(summary.rejected, 'row')} could not be accepted")
    return f"{words.listed(parts)}: listed below, nothing is lost." if parts else "No row was left out."


def run_unknown(summary: RunSummary) -> str:
    """How many leads hang on what we do not know."""
    leads = words.count(summary.depends_on_unknown, "lead")
    part = words.share(summary.depends_on_unknown, summary.decided)
    return (
        f"For {leads} ({part} of those decided) the answers may well change the band: "
        f"the chance is {words.percent(summary.material)} or more."
    )


def blanks_by_column(run: RunSummary) -> list[tuple[str, str, int]]:
    """Per column its blank words with their cells, and all of them together; the fullest column first."""
    columns: dict[str, list[BlankWord]] = {}
    for line in run.blank_words:
        columns.setdefault(line.column, []).append(line)
    told = (
        (column, ", ".join(map(_blank_word, lines)), sum(line.cells for line in lines))
        for column, lines in columns.items()
    )
    return sorted(told, key=lambda line: (-line[2], line[0]))


def _blank_word(line: BlankWord) -> str:
    return f"{words.clip(line.word, 40)} ({words.whole(line.cells)})"
