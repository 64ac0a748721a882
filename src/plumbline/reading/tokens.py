# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""Words, clauses and sentences of the stretches that may be read.

Every sentence gets a *shadow*: its words in plain spelling, one space before each, with sums of money, lengths of
time and masked words replaced by ``MONEY``, ``DUR`` and ``MASK``. Cue patterns match shadows; tokens know where in
the view they stand.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from plumbline.reading.layout import Zone
from plumbline.reading.lengths import NUMBER, NUMBER_WORDS, UNIT, UNIT_DAYS
from plumbline.reading.masking import MASK
from plumbline.reading.spelling import expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.reading.layout import Stretch

_SUFFIX: Final = r"(?:[ ]?(?:k|m|mn|mio|bn|million|millionen|millones|thousand|thou|tausend|mil|grand|lakhs?|lacs?|crores?|cr))?"
_CURRENCY: Final = r"(?:£|\$|€|¥|₹|(?:usd|eur|gbp|cad|aud|inr|chf|sgd|nzd|rs)\b\.?)"
_FIGURE: Final = r"\d[\d.,]*"
_NAMED_AFTER: Final = r"(?:£|€|\$|(?:euros?|eur|usd|gbp|cad|aud|inr|chf|pounds?|dollars?|rupees?|quid|francs?|grand|lakhs?|crores?)\b)"
_NOT_MONEY: Final = (
    "rows|users|records|lines|km|miles|calls|items|skus|drawings|documents|homes|people|followers|orders"
)
_MONEY: Final = (
    rf"(?:(?:us|ca|au|nz|c|a)?{_CURRENCY}[ ]?{_FIGURE}(?:[ ]?(?:-|to|and)[ ]?{_CURRENCY}?[ ]?{_FIGURE})?{_SUFFIX}\b"
    rf"|(?<![\w.]){_FIGURE}(?:[ ]?-[ ]?{_FIGURE})?{_SUFFIX}[ ]?{_NAMED_AFTER}"
    rf"|(?<![\w.]){_FIGURE}(?:[ ]?-[ ]?{_FIGURE})?k\b(?![ ](?:{_NOT_MONEY}))"
    rf"|\b(?:{NUMBER})(?:[ ](?:and|or|to)[ ](?:{NUMBER}))?(?:[ -](?:hundred|thousand))?[ ](?:grand|quid|pounds|euros|dollars|lakhs?|crores?)\b)"
    r"(?:[ ]?(?:/|per|a|pa|p\.a)[ ]?(?:month|mth|mo|year|yr|annum|week|user|seat)\b)?"
)
_TOKEN: Final = re.compile(
    rf"(?P<link>(?:https?://|www\.)\S+)"
    rf"|(?P<money>{_MONEY})"
    rf"|(?P<dur>(?<![\w.£$€])(?:\b(?:{NUMBER})|~?\d+(?:[.,]\d+)?\+?)(?:[ ]?(?:-|/|to|or|bis|a|y)[ ]?(?:(?:{NUMBER})\b|\d+))?(?:[ -]?and a (?:half|bit))?[ -]{{0,2}}"
    rf"(?:(?:business|working|calendar|full|short|more|clear|good|other|odd)[ ])?(?:{UNIT})\b(?:[ ]and[ ]a[ ](?:half|bit))?)"
    rf"|(?P<mask>{MASK}+)"
    r"|(?P<cjk>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"|(?P<word>e-?mails?\b|[^\W_](?:[^\W_]|[\u0300-\u036f\u0900-\u0dff]){0,59}(?:'[^\W_]{1,12})*)"
    r"|(?P<end>[.!?\u3002\uff01\uff1f\u0964]+(?=[\s\"')\]]|$|[\u3040-\u9fff])|\n)"
    r"|(?P<pause>[,;:()\[\]\u3001\u2022]|[ ]-+[ ]|[ ]?--+[ ]?)"
    r"|(?P<sign>[=@&+%/>~])",
)  # fmt: skip
#: Sums, lengths of time and links are looked for only where such a word or a sign begins.
_WORD_OR_SIGN: Final = re.compile(
    r"(?P<run>[a-z]{1,60}+(?:[ ][a-z]{1,60}+)+(?=[\s.,;:!?()]|$))"
    rf"|(?P<mask>{MASK}+)"
    r"|(?P<cjk>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"|(?P<word>[^\W\d_](?:[^\W_]|[\u0300-\u036f\u0900-\u0dff]){0,59}(?:'[^\W_]{1,12})*)"
    r"|(?P<end>[.!?\u3002\uff01\uff1f\u0964]+(?=[\s\"')\]]|$|[\u3040-\u9fff])|\n)"
    r"|(?P<pause>[,;:()\[\]\u3001\u2022]|[ ]-+[ ]|[ ]?--+[ ]?)"
    r"|(?P<sign>[=@&+%/>]|~(?!\d))"
    r"|(?P<odd>[~£$€¥₹]|[^\W_])",
)  # fmt: skip
_ODD: Final = frozenset({word.split()[0] for word in NUMBER_WORDS} | {"usd", "eur", "gbp", "cad", "aud", "inr", "chf", "sgd", "nzd", "rs", "us", "ca", "au", "nz", "c", "another", "http", "https", "www", "e"})  # fmt: skip
_SHORT: Final = frozenset(["mr", "mrs", "ms", "dr", "st", "approx", "inc", "ltd", "co", "no", "vs", "ca", "etc", "eg", "ie", "dept", "prof", "sr", "sra", "hr", "z", "b", "bzw", "ggf", "inkl", "incl", "tel", "ext", "fig", "dec", "jan", "feb", "aug", "sept", "oct", "nov", "ref", "nr", "e", "g", "i", "p", "a", "appt"])  # fmt: skip
_BUT: Final = frozenset(["but", "although", "though", "however", "whereas", "except", "unless", "aber", "pero", "mais", "sondern", "jedoch"])  # fmt: skip
_ARTICLES: Final = frozenset(["a", "an", "half", "couple", "few", "one", "un", "una", "une", "ein", "eine", "us", "c", "ca", "au", "e"])  # fmt: skip
_AFTER_ARTICLE: Final = frozenset([
    *re.split(r"[^a-z]+", UNIT), *(word for key in NUMBER_WORDS for word in key.split()), *(word for key in UNIT_DAYS for word in (key, key + "s", key + "n", key + "en")),
    "minute", "minutes", "meses", "business", "working", "calendar", "full", "short", "more", "clear", "good", "other", "odd", "grand", "quid", "pounds", "euros", "dollars",
    "lakh", "lakhs", "crore", "crores", "mail", "mails", "to", "or", "bis", "y", "and", "thousand",
])  # fmt: skip
_TURNS: Final = _BUT | {"cannot"}


#: Looking a member up in its class is slow.
_OWN: Final = Zone.OWN


@dataclass(slots=True)
class Sentence:
    """Words with their places. ``clauses[i]`` is the clause of word i; ``question``: it ends with a question mark."""

    zone: Zone
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    clauses: list[int] = field(default_factory=list)
    question: bool = False
    answer: tuple[int, int] | None = None
    shadow: str = ""
    offsets: list[int] = field(default_factory=list)

    def finish(self) -> Sentence:
        """Write the shadow."""
        self.shadow = " " + " ".join(self.words) + " "
        self.offsets = list(accumulate([len(word) + 1 for word in self.words[:-1]], initial=0))
        return self

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Words ``[i, j)`` that a match ``[first, last)`` of the shadow covers."""
        return bisect_right(self.offsets, first) - 1, bisect_right(self.offsets, last - 1)

    def clause_of(self, first: int, last: int) -> tuple[int, int]:
        """The words of all clauses touched by words ``[first, last)``."""
        clauses = self.clauses
        return bisect_left(clauses, clauses[first]), bisect_right(clauses, clauses[last - 1])


def split_sentences(folded: str, stretches: Iterable[Stretch], spelling: Mapping[str, str]) -> list[Sentence]:
    """The sentences of the stretches, in order. ``folded`` is the view in lower case without accents."""
    reader = _Splitter(folded, spelling)
    for stretch in stretches:
        reader.stretch(stretch)
    return reader.done()


_SPECIAL: list[tuple[Mapping[str, str], frozenset[str]]] = []


def _special(spelling: Mapping[str, str]) -> frozenset[str]:
    """Words that are not simply themselves; made once for a table of spellings."""
    if not _SPECIAL or _SPECIAL[0][0] is not spelling:
        _SPECIAL[:] = [(spelling, frozenset(spelling) | _ODD | _TURNS)]
    return _SPECIAL[0][1]


class _Splitter:
    def __init__(self, folded: str, spelling: Mapping[str, str]) -> None:
        self.folded = folded
        self.spelling = spelling
        self.special = _special(spelling)
        self.sentences: list[Sentence] = []
        self.now: Sentence | None = None
        self.clause = 0

    def stretch(self, stretch: Stretch) -> None:
        if self.now is not None and not self._runs_on(stretch):
            self._close()
        done = stretch.start
        for match in _WORD_OR_SIGN.finditer(self.folded, stretch.start, stretch.end):
            kind = match.lastgroup
            if kind == "run":
                done = self._run(match[0].split(" "), match.start(), done, stretch)
            elif match.start() < done:
                continue
            elif kind == "pause":
                self.clause += 1
            elif kind == "word":
                done = self._single(match[0], match.start(), match.end(), done, stretch)
            elif kind == "odd":
                done = self._odd(match.start(), match.end(), stretch)
            else:
                self._token(match, stretch)

    def _single(self, word: str, start: int, end: int, done: int, stretch: Stretch) -> int:
        """A word that stands alone. Where the last closer look ended."""
        if word in _ODD or (word[0] == "e" and "'" in word):  # an e-mail's is a word of its own
            return self._odd(start, end, stretch)
        if word in self.special or "'" in word:
            self._word(word, start, end, stretch)
        else:
            self._put(word, start, end, stretch)
        return done

    def _run(self, words: list[str], at: int, done: int, stretch: Stretch) -> int:
        """Words with one space between them; most need no look of their own. Where the last closer look ended."""
        starts = list(accumulate([len(word) + 1 for word in words], initial=at))
        first, special = 0, self.special
        for index in [i for i, word in enumerate(words) if word in special]:
            if starts[index] < done or not self._needs_a_look(words, index):
                continue
            done = self._plain(words, starts, first, index, done, stretch)
            word, first = words[index], index + 1
            if word in _ODD:
                done = self._odd(starts[index], starts[index] + len(word), stretch)
            else:
                self._word(word, starts[index], starts[index] + len(word), stretch)
        return self._plain(words, starts, first, len(words), done, stretch)

    def _needs_a_look(self, words: list[str], index: int) -> bool:
        """An article begins a length of time only before a few words; the last of a run may go on after it."""
        return words[index] not in _ARTICLES or index + 1 == len(words) or words[index + 1] in _AFTER_ARTICLE

    def _plain(
        self, words: list[str], starts: list[int], first: int, last: int, done: int, stretch: Stretch
    ) -> int:
        while first < last and starts[first] < done:
            first += 1
        if first == last:
            return done
        now = self.now or self._open(stretch)
        if len(now.words) + last - first > _LONGEST:
            for index in range(first, last):
                self._put(words[index], starts[index], starts[index + 1] - 1, stretch)
            return done
        now.words += words[first:last]
        now.starts += starts[first:last]
        now.ends += [start - 1 for start in starts[first + 1 : last + 1]]
        now.clauses += [self.clause] * (last - first)
        return done

    def _open(self, stretch: Stretch) -> Sentence:
        """A new sentence begins."""
        self.now = Sentence(stretch.zone, [], [], [], [], answer=stretch.answer)
        self.clause = 0
        return self.now

    def _odd(self, start: int, end: int, stretch: Stretch) -> int:
        """Where a sum, a length of time or a link may begin: look closely. Where the closer look ends."""
        closer = _TOKEN.match(self.folded, start, stretch.end)
        if closer is None:
            return end
        self._token(closer, stretch)
        return closer.end()

    def _token(self, match: re.Match[str], stretch: Stretch) -> None:
        kind = match.lastgroup
        if kind == "word":
            self._word(match[0], match.start(), match.end(), stretch)
        elif kind == "end":
            self._end(match, stretch)
        elif kind == "pause":
            self.clause += 1
        elif kind is not None:
            word = _TOKENS.get(kind) or _SIGNS.get(match[0], match[0])
            self._put(word, match.start(), match.end(), stretch)

    def _runs_on(self, stretch: Stretch) -> bool:
        """A long line that goes on in small letters on the next one is one sentence."""
        if self.now is None or stretch.zone is not _OWN or self.now.zone is not _OWN:
            return False
        before = self.folded.rfind("\n", 0, max(stretch.start - 1, 0)) + 1
        return stretch.start - before > 60 and self.now.ends[-1] >= before

    def _end(self, match: re.Match[str], stretch: Stretch) -> None:
        if self.now is None or (
            match[0] == "\n" and match.end() == stretch.end and stretch.end - stretch.start > 60
        ):
            return
        if match[0] == "." and self.now.words[-1] in _SHORT and self.now.ends[-1] == match.start():
            return
        self.now.question = "?" in match[0] or "\uff1f" in match[0]
        self._close()

    def _word(self, word: str, start: int, end: int, stretch: Stretch) -> None:
        if "'" in word and word not in self.spelling:
            for part in expand(word):
                self._put(self.spelling.get(part, part), start, end, stretch)
            return
        plain = self.spelling.get(word, word)
        if plain in _BUT:
            self.clause += 1
        if " " in plain:
            for part in plain.split():
                self._put(part, start, end, stretch)
        elif plain == "cannot":
            self._put("can", start, end, stretch)
            self._put("not", start, end, stretch)
        else:
            self._put(plain, start, end, stretch)

    def _put(self, word: str, start: int, end: int, stretch: Stretch) -> None:
        now = self.now or self._open(stretch)
        now.words.append(word)
        now.starts.append(start)
        now.ends.append(end)
        now.clauses.append(self.clause)
        if len(now.words) > _LONGEST:
            self._close()

    def _close(self) -> None:
        if self.now is not None:
            self.sentences.append(self.now.finish())
            self.now = None

    def done(self) -> list[Sentence]:
        self._close()
        return self.sentences


#: Words after which a sentence is cut.
_LONGEST: Final = 119
_SIGNS: Final = {"@": "at", "&": "and", "+": "and"}
_TOKENS: Final = {"money": "MONEY", "dur": "DUR", "mask": "MASK", "link": "LINK"}
