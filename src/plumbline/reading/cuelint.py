"""The linter of a cue file: every cue must do on its own examples what it says, and only that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.domain.issues import Issue, Severity
from plumbline.reading.evidence import gather
from plumbline.reading.match import Matcher
from plumbline.reading.model import Message
from plumbline.reading.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.reading.cues import Cue, CueFile

#: A date for examples that name a weekday or a month.
_CHANNELS = "email"


def lint_cues(file: CueFile) -> list[Issue]:
    """Examples that do not fire, counterexamples that do, patterns written twice."""
    return [*_failing_examples(file), *_repeated_patterns(file)]


def _failing_examples(file: CueFile) -> Iterator[Issue]:
    matcher = Matcher(file)
    for cue in file.cues:
        for example in cue.examples:
            if not _speaks(cue, example, file, matcher):
                yield Issue("cue_example", f"says nothing about its example {example!r}", f"cues.{cue.id}")
        for example in cue.counterexamples:
            if _speaks(cue, example, file, matcher):
                yield Issue(
                    "cue_counterexample", f"speaks where it should not: {example!r}", f"cues.{cue.id}"
                )


def _speaks(cue: Cue, example: str, file: CueFile, matcher: Matcher) -> bool:
    """Whether the cue says its own value; what it says in a scope (``turns``) counts too."""
    channel = next(iter(sorted(cue.channels)), _CHANNELS)
    prepared = prepare(Message(example, channel), file.spelling)
    hits = matcher.hits(prepared.sentences, prepared.text, channel)
    evidence = gather(hits, prepared.sentences, prepared.folded, None)
    values = {value for _, value in cue.says}
    return any(
        item.cue == cue.id and (item.value in values or values & {"when", "later", "deadline"})
        for item in evidence
    )


def _repeated_patterns(file: CueFile) -> Iterator[Issue]:
    seen: dict[tuple[str, str, str], str] = {}
    for cue in file.cues:
        for pattern in cue.patterns:
            key = (pattern.source, cue.zone, str(cue.says))
            if key in seen:
                yield Issue(
                    "cue_repeated",
                    f"pattern {pattern.source!r} also stands in {seen[key]}",
                    f"cues.{cue.id}",
                    severity=Severity.WARNING,
                )
            seen[key] = cue.id
