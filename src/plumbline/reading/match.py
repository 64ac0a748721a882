"""Cues found in sentences, with the scopes they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from plumbline.reading.layout import Zone

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from plumbline.reading.cues import Cue, CueFile, Scope
    from plumbline.reading.patterns import Pattern
    from plumbline.reading.tokens import Sentence


class Hit(NamedTuple):
    """A cue that matched words ``[first, last)`` of sentence number ``sentence``; ``scopes`` it stands in."""

    cue: Cue
    sentence: int
    first: int
    last: int
    scopes: frozenset[str]


class Marks(NamedTuple):
    """Where the markers of one scope stand in one sentence."""

    scope: Scope
    spans: list[tuple[int, int]]


_NONE: Final[frozenset[str]] = frozenset()


Owner = TypeVar("Owner")


@dataclass(slots=True)
class Index(Generic[Owner]):
    """Patterns by a word that must occur, so that a sentence meets only the few that could match."""

    entries: list[tuple[Owner, Pattern]] = field(default_factory=list)
    words: dict[str, list[int]] = field(default_factory=dict)
    beginnings: dict[str, list[int]] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()

    def candidates(self, words: set[str]) -> Iterator[tuple[Owner, Pattern]]:
        """Entries whose anchor occurs and that can begin with one of the words, in file order."""
        numbers: set[int] = set()
        for word in words:
            if (found := self.words.get(word)) is not None:
                numbers.update(found)
            for length in self.lengths:
                if (found := self.beginnings.get(word[:length])) is not None:
                    numbers.update(found)
        for number in sorted(numbers):
            entry = self.entries[number]
            if entry[1].firsts is None or not entry[1].firsts.isdisjoint(words):
                yield entry


def build_index(entries: Iterable[tuple[Owner, Pattern]]) -> Index[Owner]:
    """An index of cues or scopes with each of their patterns."""
    index: Index[Owner] = Index()
    for number, (owner, pattern) in enumerate(entries):
        index.entries.append((owner, pattern))
        for anchor in pattern.anchors:
            kind = index.beginnings if anchor.endswith("*") else index.words
            kind.setdefault(anchor.rstrip("*"), []).append(number)
    index.lengths = tuple(sorted({len(start) for start in index.beginnings}))
    return index


@dataclass(slots=True)
class Matcher:
    """Finds the hits of a cue file in sentences."""

    cues: Index[Cue]
    scopes: Index[Scope]
    not_names: frozenset[str]

    @classmethod
    def of(cls, file: CueFile) -> Matcher:
        """Index a cue file."""
        cues = build_index((cue, pattern) for cue in file.cues for pattern in cue.patterns)
        scopes = build_index((scope, pattern) for scope in file.scopes for pattern in scope.patterns)
        return cls(cues, scopes, file.not_names)

    def hits(self, sentences: list[Sentence], original: str, channel: str) -> list[Hit]:
        """All cue hits of a message; ``original`` is the view with its capitals."""
        found: list[Hit] = []
        before: list[Marks] = []
        for number, sentence in enumerate(sentences):
            words = set(sentence.words)
            marks = self._marks(sentence, words)
            for cue, pattern, match in self._matches(sentence, words, channel):
                first, last = sentence.span(match.start() + 1, match.end())
                if _named(match, sentence, original, self.not_names):
                    found.append(
                        Hit(cue, number, first, last, _scopes(sentence, first, last, pattern, marks, before))
                    )
            before = marks
        return found

    def _matches(
        self, sentence: Sentence, words: set[str], channel: str
    ) -> Iterator[tuple[Cue, Pattern, re.Match[str]]]:
        for cue, pattern in self.cues.candidates(words):
            if _applies(cue, sentence.zone, channel):
                match = _first_match(pattern, sentence, words)
                if match is not None:
                    yield cue, pattern, match

    def _marks(self, sentence: Sentence, words: set[str]) -> list[Marks]:
        found: dict[str, Marks] = {}
        for scope, pattern in self.scopes.candidates(words):
            for match in pattern.regex.finditer(sentence.shadow):
                marks = found.setdefault(scope.name, Marks(scope, []))
                marks.spans.append(sentence.span(match.start() + 1, match.end()))
        return list(found.values())


def _first_match(pattern: Pattern, sentence: Sentence, words: set[str]) -> re.Match[str] | None:
    """The first match, tried only where the pattern can begin."""
    if pattern.firsts is None:
        return pattern.regex.search(sentence.shadow)
    regex, shadow, places = pattern.regex, sentence.shadow, sentence.places
    found = None
    for word in pattern.firsts & words:
        for at in places[word]:
            match = regex.match(shadow, at)
            if match is not None and (found is None or at < found.start()):
                found = match
    return found


def _applies(cue: Cue, zone: Zone, channel: str) -> bool:
    right_zone = cue.zone == "anywhere" or (cue.zone == "signature") == (zone is Zone.SIGNATURE)
    return right_zone and (not cue.channels or channel in cue.channels)


def _named(match: re.Match[str], sentence: Sentence, original: str, not_names: frozenset[str]) -> bool:
    """A pattern with ``<Name>`` holds only for a capitalised word that is no everyday name (Excel)."""
    if "name" not in match.re.groupindex:
        return True
    at, _ = sentence.span(*match.span("name"))
    start = sentence.starts[at]
    word = original[start : sentence.ends[at]]
    if sentence.words[at] in not_names or len(word) < 4 or not word[0].isupper() or word.isupper():
        return False
    return (
        sum(original[begin].isupper() for begin in sentence.starts) < len(sentence.words) * 0.7
        or len(sentence.words) < 4
    )


def _scopes(
    sentence: Sentence, first: int, last: int, pattern: Pattern, marks: list[Marks], before: list[Marks]
) -> frozenset[str]:
    names = {m.scope.name for m in before if m.scope.where == "near"} if before else set()
    if sentence.question:
        names.add("question")
    for scope, spans in marks:
        if scope.where == "clause":
            if _reached(sentence, first, last, pattern, scope, spans):
                names.add(scope.name)
        elif scope.where == "before":
            if any(high <= first for _, high in spans):
                names.add(scope.name)
        elif any(not (low >= first and high <= last) for low, high in spans):
            names.add(scope.name)
    return frozenset(names) if names else _NONE


def _reached(
    sentence: Sentence, first: int, last: int, pattern: Pattern, scope: Scope, spans: list[tuple[int, int]]
) -> bool:
    """Markers shortly before the cue, or inside unless it says so itself. Two negations undo each other."""
    clause = sentence.clauses[first]
    inside = 0 if pattern.negates else sum(first < low and high <= last for low, high in spans)
    ahead = sum(
        high <= first and first - high <= scope.reach and sentence.clauses[low] == clause
        for low, high in spans
    )
    count = inside + ahead
    return count % 2 == 1 if scope.name == "negated" else count > 0
