# ruff: noqa: E501, S105 - lists of words and expressions read better unbroken
"""The little language of cue patterns, compiled to regular expressions over sentence shadows.

``word`` itself; ``word*`` its beginning; ``(a|b c|d*)`` one of, also nested; ``x?`` perhaps; ``~3`` up to three words
between; ``*`` any word; ``#`` a number; ``<name>`` a word class of the cue file; ``<Name>`` any capitalised name; ``^`` and ``$`` the ends of the
sentence. ``MONEY``, ``DUR``, ``LINK`` and ``MASK`` stand for sums, lengths of time, links and masked words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TOKEN: Final = re.compile(r"\s*(~\d{1,2}|<\w+>|[()|?^$]|[^\s()|?~^$<>]+)")
_CJK: Final = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")
_SIGNS: Final = re.compile(r"[\^$*#~]|<Name>")
_NESTING: Final = 4
#: How many words from its beginning on a pattern is known by.
HEADS: Final = 3

#: Words too common to find a pattern by.
COMMON: Final = frozenset(["a", "an", "the", "to", "of", "in", "on", "at", "for", "by", "with", "from", "and", "or", "but", "if", "we", "i", "you", "it", "is", "are", "was", "be", "been", "am", "do", "does", "did", "have", "has", "had", "can", "could", "would", "will", "should", "may", "might", "must", "our", "my", "your", "their", "its", "this", "that", "these", "those", "there", "here", "not", "no", "any", "some", "all", "as", "so", "up", "out", "me", "us", "them", "he", "she", "they", "who", "what", "when", "how", "which", "get", "got", "just", "please", "about", "into", "more", "need", "want", "one", "also", "very", "new", "DUR", "MONEY", "de", "la", "le", "les", "el", "los", "und", "der", "die", "das", "wir", "ich", "ein", "eine", "un", "une", "des", "est", "sind", "ist", "que", "para", "por", "en", "nous", "je", "vous"])  # fmt: skip


class PatternError(ValueError):
    """A cue pattern that cannot be read."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern. ``anchors`` are words (or, ending with ``*``, beginnings) one of which must occur.

    ``heads[i]`` are the words that may stand at place ``i`` of a match (``#``: a number; ``None``: any, or the match is
    over); an over-estimate, to try the expression only where it can fit.
    """

    source: str
    expression: str
    anchors: frozenset[str]
    negates: bool
    heads: tuple[frozenset[str] | None, ...] = (None,) * HEADS
    one_word: bool = False
    also: frozenset[str] | None = None
    compiled: list[re.Pattern[str]] = field(default_factory=list, compare=False)

    @property
    def regex(self) -> re.Pattern[str]:
        """Compiled at first use: most patterns of a file are never tried."""
        if not self.compiled:
            self.compiled.append(re.compile(self.expression))
        return self.compiled[0]


class _Part(NamedTuple):
    """Some regular expression, and words one of which it cannot match without (``None``: there are none).

    ``heads`` as in ``Pattern``, but empty where the part is over; ``lengths`` in words, ``HEADS`` for as many or more.
    """

    expression: str
    anchors: frozenset[str] | None
    heads: tuple[frozenset[str] | None, ...] = (frozenset(),) * HEADS
    lengths: frozenset[int] = frozenset({0})
    also: frozenset[str] | None = None


def _word(expression: str, symbol: str | None, *, anchor: bool = True) -> _Part:
    symbols = None if symbol is None else frozenset({symbol})
    anchors = symbols if anchor else None
    return _Part(
        expression, anchors, (symbols, *(frozenset[str]() for _ in range(HEADS - 1))), frozenset({1})
    )


def _gap(words: int) -> _Part:
    lengths = frozenset(min(length, HEADS) for length in range(words + 1))
    heads = tuple(None if place < words else frozenset[str]() for place in range(HEADS))
    return _Part(rf"(?: \S+){{0,{words}}}?", None, heads, lengths)


def _then(one: _Part, other: _Part) -> tuple[tuple[frozenset[str] | None, ...], frozenset[int]]:
    """Heads and lengths of one part followed by another."""
    heads = tuple(
        _union(
            [one.heads[place], *(other.heads[place - length] for length in one.lengths if length <= place)]
        )
        for place in range(HEADS)
    )
    return heads, frozenset(min(a + b, HEADS) for a in one.lengths for b in other.lengths)


_MARKS: Final = {
    "^": _Part("^", None),
    "$": _Part("(?= $)", None),
    "*": _word(r" \S+", None),
    "#": _word(r" \d\S*", "#", anchor=False),
    "<Name>": _word(r" (?P<name>\S+)", None),
}


def parse_pattern(source: str, classes: Mapping[str, tuple[str, ...]], negators: frozenset[str]) -> Pattern:
    """Compile one pattern; ``PatternError`` says what is wrong with it."""
    parser = _Parser(source, classes)
    whole = parser.row()
    if parser.peek() is not None:
        raise PatternError(f"a bracket too many in pattern {source!r}")
    if whole.anchors is None:
        raise PatternError(f"pattern {source!r} has no word to find it by")
    end = "" if whole.expression.endswith("(?= $)") else "(?= )"
    heads = tuple(
        None if any(length <= place for length in whole.lengths) else words
        for place, words in enumerate(whole.heads)
    )
    negates = not negators.isdisjoint(parser.words)
    one_word = whole.lengths == {1} and whole.heads[0] is not None and not _SIGNS.search(source)
    return Pattern(source, whole.expression + end, whole.anchors, negates, heads, one_word, whole.also)


class _Parser:
    def __init__(self, source: str, classes: Mapping[str, tuple[str, ...]]) -> None:
        self.source = source
        self.classes = classes
        self.tokens = _tokens(source)
        self.at = 0
        self.depth = 0
        self.words: set[str] = set()

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def row(self) -> _Part:
        """Elements one after the other; findable by the rarest of their anchors."""
        parts: list[_Part] = []
        whole = _Part("", None)
        while (token := self.peek()) not in (None, "|", ")"):
            self.at += 1
            part = self._element(str(token))
            if self.peek() == "?":
                self.at += 1
                part = _Part(f"(?:{part.expression})?", None, part.heads, part.lengths | {0})
            parts.append(part)
            heads, lengths = _then(whole, part)
            whole = _Part("", None, heads, lengths)
        anchors = sorted((part.anchors for part in parts if part.anchors is not None), key=_commonness)
        first, second = (*anchors, None, None)[:2]
        expression = "".join(part.expression for part in parts)
        return whole._replace(expression=expression, anchors=first, also=second)

    def _element(self, token: str) -> _Part:
        if token == "(":
            return self._group()
        if token in _MARKS:
            return _MARKS[token]
        if token.startswith("~"):
            return _gap(int(token[1:]))
        if token.startswith("<"):
            return self._class(token[1:-1])
        if token == "?":
            raise PatternError(f"nothing before the question mark in pattern {self.source!r}")
        self.words.add(token)
        if token.endswith("*"):
            return _word(" " + re.escape(token[:-1]) + r"\S*", token)
        return _word(" " + re.escape(token), token)

    def _group(self) -> _Part:
        self.depth += 1
        if self.depth > _NESTING:
            raise PatternError(f"brackets too deep in pattern {self.source!r}")
        options = [self.row()]
        while self.peek() == "|":
            self.at += 1
            options.append(self.row())
        if self.peek() != ")" or not all(option.expression for option in options):
            raise PatternError(
                f"a bracket is not closed, or an alternative is empty, in pattern {self.source!r}"
            )
        self.at += 1
        self.depth -= 1
        return _one_of(options)

    def _class(self, name: str) -> _Part:
        if name not in self.classes:
            raise PatternError(f"no word class <{name}> for pattern {self.source!r}")
        options = []
        for words in self.classes[name]:
            inner = _Parser(words, {})
            options.append(inner.row())
            self.words |= inner.words
        return _one_of(options)


def _tokens(source: str) -> list[str]:
    spaced = _CJK.sub(r" \1 ", source).strip()
    tokens, at = [], 0
    while at < len(spaced):
        token = _TOKEN.match(spaced, at)
        if token is None:
            raise PatternError(f"cannot read {spaced[at:]!r} in pattern {source!r}")
        tokens.append(token[1])
        at = token.end()
    return tokens


def _one_of(options: list[_Part]) -> _Part:
    expression = "(?:" + "|".join(option.expression for option in options) + ")"
    heads = tuple(_union([option.heads[place] for option in options]) for place in range(HEADS))
    lengths = frozenset[int]().union(*(option.lengths for option in options))
    return _Part(expression, _union([option.anchors for option in options]), heads, lengths)


def _union(known: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """All of them, or ``None`` when one of them is unknown."""
    return None if None in known else frozenset().union(*(words for words in known if words is not None))


def _commonness(anchors: frozenset[str]) -> tuple[int, int]:
    return sum(word in COMMON for word in anchors), len(anchors)
