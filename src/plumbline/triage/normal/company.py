"""Company names: without legal form to show, and without "The", "Group" and accents to compare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.triage.normal.forms import (
    TOKEN,
    Form,
    Rule,
    compatible,
    forms,
    is_believable,
    key_of,
    may_come_first,
)
from plumbline.triage.normal.lists import words
from plumbline.triage.normal.script import fold, is_spaceless, scripts, tidy, umlauts_folded, without_pictures
from plumbline.triage.normal.value import Normal, Note, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Longer names are cut for the comparison only; nothing that long is a name.
LONGEST: Final = 300
_QUOTES: Final = "\"'`´‘’“”„«»‹›「」『』"
_EDGE: Final = " \t,;:-–—/|.&+" + _QUOTES
#: Names end with these for their own reasons: "Yahoo!", "Who?", "C++", "Foo (UK)".
_CUT: Final = re.compile(r"[,;|/–—]|\s-\s|[()\[\]]")
_EMPTY_BRACKETS: Final = re.compile(r"[(\[]+[\s)\]]*$")
_JOINED: Final = re.compile(r"(?:\s(?:and|und|et|y|og|och|en))+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Hit:
    """A legal form found in a name, and where."""

    start: int
    end: int
    form: Form


def company(name: str, country: str | None = None) -> Normal:
    """A company's name without its legal form. ``country`` (two letters) helps with short forms.

    Case, accents and script stay as they are. A name that is nothing but a legal form stays whole.
    """
    clean = without_pictures(tidy(name))
    if not any(letter.isalnum() for letter in clean):
        return unclear(name, "empty", "There is no letter or digit in it.")
    notes = (
        []
        if clean == name
        else [Note("tidied", "Invisible characters, doubled spaces or pictures left out.")]
    )
    clean = compatible(clean)
    short, removed = without_forms(clean, country)
    notes += [
        Note("legal_form_removed", f"Legal form left out: {text.removesuffix('.')}.") for text, _ in removed
    ]
    found = scripts(short)
    if len(found) > 1 and not found <= _EAST_ASIAN:
        notes.append(
            Note("mixed_scripts", f"Written in {' and '.join(sorted(s.title() for s in found))} letters.")
        )
    parts = {"legal_form": " ".join(text for text, _ in removed)} if removed else {}
    codes = sorted({code for _, form in removed for code in form.codes})
    if codes and len(codes) <= 12:
        parts["legal_form_codes"] = " ".join(codes)
    return Normal(name, short, company_key(short), tuple(notes), parts)


_EAST_ASIAN: Final = frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA", "HANGUL"})


def company_key(short: str) -> str:
    """What names are compared by: words in folded Latin letters, without articles and words for a group."""
    words_of_it = TOKEN.findall(umlauts_folded(fold(short[:LONGEST])))
    tokens = ["&" if word in _AND else word for word in words_of_it]
    left = tokens[1:] if len(tokens) > 1 and tokens[0] in words("company_articles.txt") else tokens
    while len(left) > 1 and left[-1] in words("company_group_words.txt"):
        left = left[:-1]
    while left and left[-1] == "&":
        left = left[:-1]
    meaning = [word for word in left if word != "&"] or tokens
    return key_of(meaning)


def without_forms(name: str, country: str | None = None) -> tuple[str, list[tuple[str, Form]]]:
    """What is left of a name without its legal forms, and what was left out, in the order it was found."""
    removed: list[tuple[str, Form]] = []
    rest = name
    for _ in range(6):
        hit = _find(rest, country)
        if hit is None:
            break
        shorter = _joined(rest[: hit.start], rest[hit.end :])
        if not _is_name(shorter):
            break
        removed.append((_shown(rest, hit), hit.form))
        rest = shorter
    return rest, removed


def _shown(name: str, hit: _Hit) -> str:
    """A form as it stood there, with its last dot and its brackets."""
    text = _with_dot(name, hit.start, hit.end)
    if text.count("(") > text.count(")") and name[hit.end : hit.end + 1] == ")":
        return text + ")"
    return "(" + text if text.count(")") > text.count("(") else text


def _joined(before: str, after: str) -> str:
    """The two ends of a name, without the brackets and commas that the form leaves behind."""
    left, right = before.rstrip(_EDGE), after.lstrip(" ,;:-–—/|.&+")
    # The form stood in brackets, or ended or began with one of them: "(Pty) Ltd", "Foo (Ltd)".
    if left.count("(") > left.count(")") and right.count("(") >= right.count(")"):
        left = left.replace("(", "", 1) if not left.endswith("(") else left[:-1].rstrip(_EDGE)
    if left.endswith(("(", "[")) and right.startswith((")", "]")):
        left, right = left[:-1].rstrip(_EDGE), right[1:].lstrip(_EDGE)
    if right.count(")") > right.count("(") and left.count("(") <= left.count(")"):
        right = right.replace(")", "", 1).lstrip(_EDGE)
    left = _JOINED.sub("", left) if not right else left
    gap = " " if left and right and not right.startswith((")", "]", ",")) else ""
    # "Foo, Berlin" out of "Foo GmbH, Berlin": the comma told the name from the town.
    comma = ", " if left and right and re.match(r"[\s.)]*[,;]", after) else gap
    return _unquoted(_EMPTY_BRACKETS.sub("", left + comma + right).strip(" ,;:-–—/|"))


def _unquoted(text: str) -> str:
    """Without quotes that stand around the whole name or have lost their partner."""
    while text and text[0] in _QUOTES and (text[-1] in _QUOTES or not any(q in text[1:] for q in _QUOTES)):
        text = text[1:].rstrip(_QUOTES) if text[-1] in _QUOTES else text[1:]
        text = text.strip()
    return text


def _is_name(text: str) -> bool:
    tokens = TOKEN.findall(fold(text))
    return any(word not in words("company_articles.txt") and word not in _EMPTY_WORDS for word in tokens)


_AND: Final = frozenset({"and", "und", "et", "+"})
_EMPTY_WORDS: Final = frozenset({"&", "+", "and", "und", "et", "of", "de", "for", "y", "e"})


def _find(name: str, country: str | None) -> _Hit | None:
    if is_spaceless(name):
        hit = _spaceless(name)
        if hit is not None:
            return hit
    spans = [_Word(fold(match.group()), match.start(), match.end()) for match in TOKEN.finditer(name)]
    if not spans:
        return None
    return next(_hits(name, spans, country), None)


def _hits(name: str, spans: list[_Word], country: str | None) -> Iterator[_Hit]:
    """Ways to find a form, the surest first."""
    yield from _at_end(name, spans, len(spans), country)
    yield from _at_start(name, spans, country)
    yield from sorted(_before_cuts(name, spans, country), key=lambda hit: hit.start - hit.end)
    yield from _inside(spans)


def _before_cuts(name: str, spans: list[_Word], country: str | None) -> Iterator[_Hit]:
    """Forms before a comma, a bracket or a dash: "Foo GmbH, Berlin"."""
    for cut in _CUT.finditer(name):
        before = sum(1 for span in spans if span.end <= cut.start())
        if 0 < before < len(spans):
            yield from _at_end(name, spans, before, country)


def _at_end(name: str, spans: list[_Word], count: int, country: str | None) -> Iterator[_Hit]:
    """A form that ends with the ``count``-th word: the longest that can be believed."""
    known = forms()
    longest = min(known.ending.get(spans[count - 1].folded, 0), count)
    for size in range(longest, 0, -1):
        part = spans[count - size : count]
        form = known.by_key.get(key_of(span.folded for span in part))
        start, end = part[0].start, part[-1].end
        if (
            form
            and _is_whole(name, start, end)
            and is_believable(form, _with_dot(name, start, end), name, country)
        ):
            yield _Hit(start, end, form)


def _at_start(name: str, spans: list[_Word], country: str | None) -> Iterator[_Hit]:
    known = forms()
    longest = min(known.beginning.get(spans[0].folded, 0), len(spans) - 1)
    for size in range(longest, 0, -1):
        form = known.by_key.get(key_of(span.folded for span in spans[:size]))
        start, end = spans[0].start, spans[size - 1].end
        if (
            form
            and _is_whole(name, start, end)
            and may_come_first(form, _with_dot(name, start, end), country)
        ):
            yield _Hit(start, end, form)


def _inside(spans: list[_Word]) -> Iterator[_Hit]:
    """Forms that are never anything else, in the middle: "Foo GmbH Berlin"."""
    known = forms()
    for at in range(1, len(spans)):
        longest = min(known.beginning.get(spans[at].folded, 0), len(spans) - at)
        for size in range(longest, 0, -1):
            part = spans[at : at + size]
            form = known.by_key.get(key_of(span.folded for span in part))
            if form and Rule.ANYWHERE in form.rules:
                yield _Hit(part[0].start, part[-1].end, form)


def _with_dot(name: str, start: int, end: int) -> str:
    """The text as written, with a dot that follows it."""
    return name[start : end + 1] if name[end : end + 1] == "." else name[start:end]


def _is_whole(name: str, start: int, end: int) -> bool:
    """Whether no apostrophe or hyphen ties the text to the word beside it ("Foo-AG" counts as two words)."""
    return name[start - 1 : start] not in {"'", "’", "@"} and name[end : end + 1] not in {"'", "’", "@"}


def _spaceless(name: str) -> _Hit | None:
    """A form at either end of a name whose words are not separated."""
    known = forms()
    for form in known.spaceless:
        if len(form) >= len("".join(name.split())):
            continue
        entry = known.by_key.get(key_of(TOKEN.findall(fold(form))), Form(frozenset(), (), frozenset()))
        if Rule.KEEP in entry.rules or (len(form) < 2):
            continue
        end = _end_match(name, form)
        if end is not None:
            return _Hit(end, len(name), entry)
        start = _start_match(name, form)
        if start is not None:
            return _Hit(0, start, entry)
    return None


def _end_match(name: str, form: str) -> int | None:
    """Where a form begins that ends the name, spaces aside."""
    at, left = len(name), len(form)
    while left and at:
        at -= 1
        if name[at].isspace():
            continue
        left -= 1
        if name[at].casefold() != form[left]:
            return None
    return at if not left and at else None


def _start_match(name: str, form: str) -> int | None:
    """Where a form ends that begins the name, spaces aside."""
    done = 0
    for at, letter in enumerate(name):
        if letter.isspace():
            continue
        if letter.casefold() != form[done]:
            return None
        done += 1
        if done == len(form):
            return at + 1
    return None
