# ruff: noqa: E501, RUF001 - lists of words and expressions read better unbroken
"""Who speaks in a chat or a transcript: us or them."""

from __future__ import annotations

import re
from typing import Final

#: ``[00:41] Rep (Catriona): ``: an optional time, a name, an optional second name or company, a colon.
SPEAKER: Final = re.compile(
    r"^\s*(?:\[?\(?\d{1,2}:\d{2}(?::\d{2})?\)?\]?\s*[-–]?\s*)?([^\W\d_][\w'’.\- ]{0,40}?)\s*(?:[(\[,]\s*([^:\n]{0,60}?)\s*[)\]]?)?\s*:(?!//)\s*"
)
_OURS: Final = frozenset(
    [
        "rep",
        "agent",
        "sdr",
        "bdr",
        "ae",
        "csm",
        "sales",
        "us",
        "bot",
        "assistant",
        "chatbot",
        "host",
        "support",
        "operator",
        "advisor",
        "adviser",
        "consultant",
        "me",
        "we",
        "seller",
        "vendor",
        "team",
        "account",
        "executive",
        "manager",
        "se",
        "specialist",
        "representative",
        "salesperson",
    ]
)
_THEIRS: Final = frozenset(
    [
        "visitor",
        "prospect",
        "caller",
        "customer",
        "client",
        "lead",
        "user",
        "guest",
        "buyer",
        "contact",
        "them",
        "attendee",
        "participant",
    ]
)
_FORM_KEYS: Final = frozenset(
    [
        "name",
        "company",
        "role",
        "title",
        "message",
        "subject",
        "size",
        "email",
        "e-mail",
        "phone",
        "website",
        "budget",
        "timeline",
        "country",
        "industry",
        "comments",
        "comment",
        "question",
        "employees",
        "interest",
        "interested",
        "how",
        "note",
        "notes",
        "re",
        "ps",
        "p.s",
        "url",
        "nb",
        "need",
        "next",
        "from",
        "to",
        "cc",
        "date",
        "sent",
        "action",
        "actions",
        "attachment",
        "reason",
        "product",
        "topic",
        "department",
        "job",
        "position",
        "organisation",
        "organization",
        "update",
        "background",
        "summary",
        "problem",
        "solution",
        "decision",
        "buyer",
        "contact",
        "http",
        "https",
    ]
)
_YES: Final = re.compile(
    r"^\s*(?:\W*)(?:yes|yeah|yep|yup|ya|aye|sure|ok|okay|please do|please|go ahead|sounds good|that would be|that'd be|"
    r"that works|perfect|great|absolutely|definitely|of course|by all means|go on|fine by me|i am|i do|we do|we are|correct|"
    r"right|indeed|exactly|we have|i have|it is|it has|it would|it will|it does|they do|they are|that is right|that's right|that would be me|that'd be me|there is|there are|we would|i would|i'd like|oui|ja|s[ií]|gerne|claro)\b", re.IGNORECASE,
)  # fmt: skip


class Speakers:
    """Remembers which names are ours while the turns go by. ``turns``: whether the text has turns at all."""

    def __init__(self, channel: str, our_names: tuple[str, ...], text: str) -> None:
        self.ours = {word for name in our_names for word in _words(name)}
        self._ours_full = tuple(name.lower() for name in our_names)
        self.ours_now = False
        self.turns = channel in ("chat", "transcript", "call") and self._has_turns(text)

    def _has_turns(self, text: str) -> bool:
        names = [match[1].lower() for line in text[:20_000].split("\n") if (match := SPEAKER.match(line))]
        return any(name not in _FORM_KEYS for name in names)

    def hear(self, match: re.Match[str]) -> None:
        """A new turn begins: whose is it? A name introduced with one of our roles stays ours."""
        label, more = _words(match[1]), _words(match[2] or "")
        if label <= _FORM_KEYS and not label <= _THEIRS | _OURS:
            return
        if label & _THEIRS:
            self.ours -= label | more
            self.ours_now = False
            return
        self.ours_now = bool(label & (_OURS | self.ours)) or bool(more & _OURS and not more - _OURS)
        if self.ours_now:
            self.ours |= (label | more) - _OURS

    def says_yes(self, answer: str, question: str) -> bool:
        """Whether the answer makes our question the sender's own words."""
        return question.rstrip().endswith("?") and _YES.match(answer) is not None

    def names_us(self, header: str) -> bool:
        """Whether a forwarded header names our company."""
        low = header.lower()
        return any(name in low for name in self._ours_full)


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"[^\w.'’-]+", name.lower()) if word}
