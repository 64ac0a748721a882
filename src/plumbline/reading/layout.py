# ruff: noqa: E501, RUF001 - lists of words and expressions read better unbroken
"""Whose words stand where: quoted mail, forwards, signatures, disclaimers, headers, speakers.

Works line by line on the view, so its cost grows with the text and with nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from plumbline.reading.beginnings import known_by
from plumbline.reading.model import Removed
from plumbline.reading.speakers import SPEAKER, Speakers


class Zone(IntEnum):
    """What kind of words a stretch holds."""

    OWN = 0
    SIGNATURE = 1
    ADOPTED = 2  # our question, which the sender answered with a plain yes


class Stretch(NamedTuple):
    """``[start, end)`` of the view. Words outside every stretch are not read."""

    start: int
    end: int
    zone: Zone
    answer: tuple[int, int] | None = None


@dataclass(slots=True)
class Laid:
    """The stretches to read, and what was set aside and why."""

    stretches: list[Stretch]
    aside: list[tuple[Removed, int, int]]


#: Expressions are for text in small letters, unless they look for capitals.
_FORWARD: Final = re.compile(
    r"^\s*(?:-{2,}\s*)?(?:begin forwarded message|forwarded message|forwarded by|weitergeleitete nachricht|"
    r"message transf[eé]r[eé]|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht)\b",
)  # fmt: skip
_ORIGINAL: Final = re.compile(
    r"^\s*-{2,}\s*(?:original message|original appointment|urspr[uü]ngliche nachricht|message d'origine|"
    r"mensaje original|messaggio originale|oorspronkelijk bericht|reply above this line)\b.*|^\s*_{20,}\s*$",
)  # fmt: skip
_WROTE: Final = re.compile(
    r"^\s*(?:on\b.{0,200}\bwrote|am\b.{0,200}\bschrieb.{0,80}|le\b.{0,200}\ba [eé]crit|el\b.{0,200}\bescribi[oó]|"
    r"il\b.{0,200}\bha scritto|op\b.{0,200}\bschreef.{0,80}|em\b.{0,200}\bescreveu|.{0,80}\bwrote on\b.{0,60})\s*:\s*$",
)  # fmt: skip
_HEADER: Final = re.compile(r"^\s*\**(from|to|cc|bcc|date|sent|reply-to|von|an|gesendet|datum|de|a|para|fecha|enviado|envoy[eé]|date|[aà]|importance|attachments?|subject|betreff|objet|asunto)\**\s*:\**\s")  # fmt: skip
_SUBJECT: Final = re.compile(r"^\s*(?:subject|betreff|objet|asunto)\s*:\s*(re|aw|fw|fwd|wg|tr|sv|rv)?\b")
_CLOSING: Final = re.compile(
    r"^\s*(?:(?:with )?(?:best|kind|kindest|warm|warmest|many|sincere)(?: (?:regards|wishes|thanks))?|(?:best |with )?regards(?: from \w+)?|best regards from \w+|"
    r"all the best|all best|thanks?(?: (?:again|so much|very much|a lot|a million|and regards|in advance|& regards))?|thx|ta|cheers|yours|"
    r"yours (?:sincerely|faithfully|truly|etc)|sincerely|respectfully|cordially|rgds|br|kr|with thanks(?: and regards)?|"
    r"thank you(?: (?:very much|so much|again|in advance|kindly))?|many thanks(?: (?:again|in advance))?|warmly|"
    r"thanking you|gratefully|speak soon|talk soon|good luck|mit freundlichen gr[uü](?:ß|ss)en|viele gr[uü](?:ß|ss)e|"
    r"(?:beste|freundliche|liebe|sch[oö]ne) gr[uü](?:ß|ss)e|mfg|vg|lg|(?:bien )?cordialement|salutations|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|gracias|merci|danke|saluti|cordiali saluti|met vriendelijke groet)"
    r"\s*[,.!]*\s*$",
)  # fmt: skip
_SENT_FROM: Final = re.compile(r"^\s*(?:sent|get|envoy[eé]|gesendet|enviado)\b.{0,20}\b(?:from|depuis|von|desde|outlook)\b.{0,40}$")  # fmt: skip


def _triggered(rules: tuple[tuple[str, str], ...]) -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    """Each expression with the words (by their beginnings) one of which it cannot match without."""
    return tuple((known_by(words), re.compile(expression)) for words, expression in rules)


_DISCLAIMERS: Final = _triggered((
    ("confidential privileged intended", r"\b(?:this|the) (?:e-?mail|message|communication|information)\b.{0,120}\b(?:confidential|privileged|intended)|\bintended recipient"),
    ("views virus viruses", r"\bviews expressed\b|\bvirus(?:es)?\b.{0,60}\b(?:check|scan|liab|free)"),
    ("registered", r"\bregistered (?:in|office|number|company)\b"),
    ("environment", r"\bconsider the environment"),
    ("vat company authorised", r"\bvat (?:no|reg)|\bcompany (?:no|number)\b|\bauthorised and regulated by\b"),
    ("received", r"\bif you (?:have )?received this (?:e-?mail|message)? ?(?:in error|by mistake)"),
    ("vertraulich confidentiel confidencial",
     r"\bdiese e-?mail\b.{0,80}\bvertraulich|\bce (?:message|courriel)\b.{0,80}\bconfidentiel|\beste (?:mensaje|correo)\b.{0,80}\bconfidencial"),
    ("unsubscribe opt manage", r"\b(?:to unsubscribe|unsubscribe|opt out|manage (?:your )?(?:email )?preferences)\b.{0,60}\b(?:click|link|here|preferences)"),
    ("click", r"\bclick\b.{0,40}\bto (?:unsubscribe|opt out)"),
    ("unsubscribe", r"\bunsubscribe *\||\| *unsubscribe"),
))  # fmt: skip
_FORWARDS: Final = known_by("begin forwarded weitergeleitete message mensaje messaggio doorgestuurd")
_ADOPTS: Final = re.compile(
    r"\b(?:see|as|from|per) (?:the )?(?:below|attached|underneath)|\bbelow\b|\bwhat (?:s?he|they|\w+) (?:said|says|wrote|asks?|needs?)|"
    r"\bcan you (?:help|quote|do|deal|sort|answer|look)|\bcould you (?:help|quote|do|deal|sort|answer|look)|"
    r"\bplease (?:quote|help|advise|answer|deal|sort|look|action|respond|handle)|\bour (?:requirements?|request|needs?)\b|"
    r"\bforwarding\b|\bmy colleague",
)  # fmt: skip
_SENTENCE_LIKE: Final = re.compile(r"\?\s*$|^\s*p\.?\s?s\b|(?:\b\w+\b[^\w\n]+){11}")
_NAME_LINE: Final = re.compile(
    r"^\s*(?:(?:mr|mrs|ms|dr|prof|sir|capt|supt)\.? )?[A-ZÀ-Þ][\w'’.()-]*(?:[ -](?:[A-ZÀ-Þ(][\w'’.()-]*|de|van|von|der|la|al|bin|del|du)){0,4}\s*(?:[,@|/&-].{0,80})?$"
)

#: Looking a member up in its class is slow.
_OWN: Final = Zone.OWN
_SIGNATURE: Final = Zone.SIGNATURE


class _Line(NamedTuple):
    start: int
    end: int
    text: str
    low: str


def _lines(text: str, low: str) -> list[_Line]:
    found, at = [], 0
    for line, small_line in zip(text.split("\n"), low.split("\n"), strict=True):
        end = at + len(line) + 1
        found.append(_Line(at, end, line, small_line))
        at = end
    last = found.pop()
    if last.text:
        found.append(last._replace(end=last.end - 1))
    return found


def lay_out(text: str, low: str, channel: str, our_names: tuple[str, ...], known: set[str]) -> Laid:
    """Sort the lines of a view into words to read and words to set aside.

    ``low`` is the view in small letters, ``known`` are its ``beginnings``.
    """
    walk = _Walk(text, low, Speakers(channel, our_names, text), known)
    walk.run()
    return Laid(walk.stretches, walk.aside)


class _Walk:
    def __init__(self, text: str, low: str, speakers: Speakers, known: set[str]) -> None:
        self.text = text
        self.low = low
        self.disclaimers = [rule for words, rule in _DISCLAIMERS if not words.isdisjoint(known)]
        self.forwards = not _FORWARDS.isdisjoint(known)
        self.speakers = speakers
        self.lines = _lines(text, low)
        self.stretches: list[Stretch] = []
        self.aside: list[tuple[Removed, int, int]] = []
        self.last_ours: tuple[int, int] | None = None

    def run(self) -> None:
        at = self._header()
        cut, what = self._cut(at)
        signature = self._signature(at, cut)
        for index in range(at, cut):
            self._line(index, _SIGNATURE if index >= signature else _OWN)
        self._rest(cut, what)

    def _header(self) -> int:
        """The mail's own header lines, when it was pasted with them; its subject is the sender's."""
        at = 0
        while at < len(self.lines) and (
            _HEADER.match(self.lines[at].low) or (at and not self.lines[at].text.strip())
        ):
            subject = _SUBJECT.match(self.lines[at].low)
            if subject and not subject[1]:
                self.stretches.append(Stretch(self.lines[at].start + subject.end(), self.lines[at].end, _OWN))
            at += 1
        return at

    def _cut(self, first: int) -> tuple[int, Removed]:
        """Where an older mail begins at the end of this one; its number of lines, when there is none."""
        for index in range(first, len(self.lines)):
            line = self.lines[index].low
            if self.forwards and _FORWARD.match(line):
                return index, Removed.FORWARDED
            if ":" not in line and "--" not in line and "____" not in line:
                continue
            if _ORIGINAL.match(line) or self._outlook_header(index):
                return index, Removed.QUOTED
            if _WROTE.match(line) and not self._answers_follow(index):
                return index, Removed.QUOTED
        return len(self.lines), Removed.QUOTED

    def _outlook_header(self, index: int) -> bool:
        if not _HEADER.match(self.lines[index].low):
            return False
        block = [line.low for line in self.lines[index : index + 5]]
        names = {match[1] for line in block if (match := _HEADER.match(line))}
        return bool(names & {"from", "von", "de"}) and len(names) >= 3

    def _answers_follow(self, index: int) -> bool:
        """With ``>`` marks the quoted lines show themselves, and answers may stand below them."""
        following = (line.text for line in self.lines[index + 1 : index + 6])
        return next((line.lstrip().startswith(">") for line in following if line.strip()), False)

    def _signature(self, first: int, last: int) -> int:
        """The line at which the signature begins, or ``last``."""
        if self.speakers.turns:
            return last
        low = max(first, last - 14)
        for index in range(low, last):
            line = self.lines[index].low
            if line.rstrip() == "--" or (_CLOSING.match(line) and self._short_tail(index + 1, last)):
                return index
        return self._bare_name(low, last)

    def _short_tail(self, first: int, last: int) -> bool:
        return all(len(line.text) < 90 for line in self.lines[first:last] if line.text.strip())

    def _bare_name(self, low: int, last: int) -> int:
        """A last paragraph that is only a name, a post, a company."""
        end = last
        while end > low and not self.lines[end - 1].text.strip():
            end -= 1
        start = end
        while start > low and self.lines[start - 1].text.strip():
            start -= 1
        block = [line.text for line in self.lines[start:end]]
        plain = 0 < len(block) <= 6 and (start > 0 or len(block) > 1) and start > low - 1
        named = plain and start > 0 and _NAME_LINE.match(block[0]) and len(block[0].split()) <= 9
        named = named and not block[0].rstrip().endswith((".", "!", "?"))
        like = named and any(_SENTENCE_LIKE.search(line.low) for line in self.lines[start:end])
        return start if named and not like else last

    def _line(self, index: int, zone: Zone) -> None:
        line = self.lines[index]
        words = line.text.strip()
        if not words:
            return
        quoted = words[0] in ">|" or (words[-1] == ":" and _WROTE.match(line.low))
        if quoted and (words[0] in ">|" or self._answers_follow(index)):
            self.aside.append((Removed.QUOTED, line.start, line.end))
        elif self._disclaims(line, index, zone) or _SENT_FROM.match(line.low.strip()):
            self.aside.append((Removed.DISCLAIMER, line.start, line.end))
        elif self.speakers.turns:
            self._turn(line)
        else:
            late = zone is _SIGNATURE and _SENTENCE_LIKE.search(line.low.strip())
            self.stretches.append(Stretch(line.start, line.end, _OWN if late else zone))

    def _disclaims(self, line: _Line, index: int, zone: Zone) -> bool:
        """Words no sender chose, where such words stand: in signatures, in long lines, in the second half."""
        if not self.disclaimers:
            return False
        words = line.low.strip()
        there = zone is _SIGNATURE or len(words) > 60 or index > len(self.lines) / 2
        return there and any(rule.search(words) for rule in self.disclaimers)

    def _turn(self, line: _Line) -> None:
        match = SPEAKER.match(line.text)
        start = line.start + (match.end() if match else 0)
        if match:
            self.speakers.hear(match)
        if self.speakers.ours_now:
            self.aside.append((Removed.OURS, line.start, line.end))
            self.last_ours = (start, line.end)
            return
        if self.last_ours and self.speakers.says_yes(
            self.text[start : line.end], self.text[slice(*self.last_ours)]
        ):
            self.stretches.append(Stretch(*self._question(*self.last_ours), Zone.ADOPTED, (start, line.end)))
        self.last_ours = None
        if match and match[2]:
            self.stretches.append(Stretch(line.start + match.start(2), line.start + match.end(2), _SIGNATURE))
        self.stretches.append(Stretch(start, line.end, _OWN))

    def _question(self, start: int, end: int) -> tuple[int, int]:
        """The last sentence of our turn."""
        body = self.text[start:end].rstrip()
        cut = max(body.rfind(mark, 0, len(body) - 1) for mark in (". ", "! ", "? "))
        return start + cut + 2 if cut >= 0 else start, start + len(body)

    def _rest(self, cut: int, what: Removed) -> None:
        if cut >= len(self.lines):
            return
        start, end = self.lines[cut].start, self.lines[-1].end
        own = " ".join(self.low[s.start : s.end] for s in self.stretches)
        if (
            what is Removed.FORWARDED
            and _ADOPTS.search(own)
            and not self.speakers.names_us(self.text[start : start + 400])
        ):
            self._adopted_forward(cut)
        else:
            self.aside.append((what, start, end))

    def _adopted_forward(self, cut: int) -> None:
        """A colleague's mail that the sender makes their own by pointing at it."""
        for line in self.lines[cut + 1 :]:
            if _HEADER.match(line.low) or line.text.lstrip().startswith(">"):
                self.aside.append((Removed.FORWARDED, line.start, line.end))
            elif line.text.strip():
                self.stretches.append(Stretch(line.start, line.end, _OWN))
