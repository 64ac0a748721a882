"""Legal forms: which exist, where in a name they may stand, and what is left of a name without them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from plumbline.triage.normal.lists import lines, table
from plumbline.triage.normal.script import fold, is_spaceless, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Words of a name, and the signs that join two of them.
#: Marks above and below letters, and the vowel signs of scripts that write them so, belong to their word.
_MARKS: Final = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u103e\u17b4-\u17d3"
)
TOKEN: Final = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*|[&+]")
#: Words that join, whatever their language, so that "GmbH und Co. KG" is "GmbH & Co. KG".
_JOINING: Final = {"und": "&", "and": "&", "et": "&", "+": "&", "en": "&", "og": "&", "och": "&"}
_WIDE: Final = re.compile("[\u3000\u3200-\u33ff\uff00-\uffef]")
#: Bare forms up to this length need a reason to be believed.
_SHORT: Final = 2
#: Forms that the lists have with dots only are believed without them from this length on.
_LONG: Final = 4


class Rule(StrEnum):
    """How careful to be with a form; see the head of ``legal_form_rules.csv``."""

    COMMON = "common"
    FIRST = "first"
    ANYWHERE = "anywhere"
    CAREFUL = "careful"
    KEEP = "keep"


@dataclass(slots=True)
class _Form:
    countries: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    rules: set[Rule] = field(default_factory=set)
    written: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A legal form: where it exists, its codes in ISO 20275 and how careful to be."""

    countries: frozenset[str]
    codes: tuple[str, ...]
    rules: frozenset[Rule]
    #: False where the list has it with dots or spaces only ("C.E.R." read as "CER").
    written: bool = True


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms by their key, and what lets a search stop early."""

    by_key: dict[str, Form]
    #: Longest form, in tokens, that ends or begins with a token.
    ending: dict[str, int]
    beginning: dict[str, int]
    #: Forms of scripts without spaces, longest first.
    spaceless: tuple[str, ...]


def key_of(tokens: Iterable[str]) -> str:
    """Tokens as compared: joining words alike, single letters in a row put together (``s a r l``)."""
    words: list[str] = []
    run = ""
    for token in tokens:
        word = _JOINING.get(token, token)
        if len(word) == 1 and word != "&":
            run += word
            continue
        words.extend([run, word] if run else [word])
        run = ""
    return " ".join([*words, run] if run else words)


def folded_tokens(text: str) -> list[str]:
    """The words of a text in lower case without accents."""
    return TOKEN.findall(fold(text))


@lru_cache(maxsize=1)
def forms() -> Forms:
    """The lists, read once."""
    found: dict[str, _Form] = defaultdict(_Form)
    ending: dict[str, int] = {}
    beginning: dict[str, int] = {}
    spaceless: set[str] = set()

    def add(text: str, countries: str = "", codes: str = "", rule: Rule | None = None) -> None:
        text = tidy(text)
        if is_spaceless(text):
            spaceless.add(_compatible(text))
        tokens = folded_tokens(text)
        for spelled in _spellings(text, tokens):
            form = found[key_of(spelled)]
            form.written |= spelled is tokens
            form.countries.update(countries.split())
            form.codes.update(codes.split())
            form.rules.update([rule] if rule else [])
            ending[spelled[-1]] = max(ending.get(spelled[-1], 0), len(spelled))
            beginning[spelled[0]] = max(beginning.get(spelled[0], 0), len(spelled))

    for row in table("legal_forms.csv"):
        add(row["form"], row["countries"], row["codes"])
    for line in list(lines("legal_spellings.csv"))[1:]:
        add(line.strip('"'))
    for row in table("legal_form_rules.csv"):
        add(row["form"], rule=Rule(row["rule"]))
    frozen = {
        key: Form(frozenset(form.countries), tuple(sorted(form.codes)), frozenset(form.rules), form.written)
        for key, form in found.items()
    }
    return Forms(frozen, ending, beginning, tuple(sorted(spaceless, key=len, reverse=True)))


def _spellings(text: str, tokens: list[str]) -> list[list[str]]:
    """The tokens of a form; the same without its dots; and a short one in one word."""
    if not tokens:
        return []
    squashed = "".join(tokens)
    found = [tokens]
    if "." in text:
        found.append(folded_tokens(text.replace(".", "")))
    if "&" not in squashed and len(tokens) > 1 and ("." in text or max(map(len, tokens)) <= _LONG):
        found.append([squashed])
    return [one for at, one in enumerate(found) if one and one not in found[:at]]


def _compatible(text: str) -> str:
    return "".join(compatible(text).casefold().split())


def compatible(text: str) -> str:
    """Full-width letters and signs, such as ``㈱``, in their usual width; all others as they are."""
    return _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


def is_believable(form: Form, text: str, name: str, country: str | None) -> bool:
    """Whether a text at the end of a name is this form rather than something else that is spelled so.

    A form that the lead's country has is believed; so is one written with dots or one of three letters and
    more. Two letters are believed when they are common or stand out in capitals.
    """
    bare = "".join(letter for letter in text if letter.isalnum())
    if Rule.KEEP in form.rules:
        return False
    if (
        Rule.COMMON in form.rules
        or Rule.ANYWHERE in form.rules
        or (country is not None and country in form.countries)
    ):
        return True
    if len(bare) != len(text) and len(bare) > 1:
        return True
    if Rule.CAREFUL in form.rules:
        return False
    if len(bare) <= _SHORT or not (form.written or len(bare) > _LONG):
        return bare.isupper() and len(bare) >= _SHORT and not name.isupper()
    return True


def may_come_first(form: Form, text: str, country: str | None) -> bool:
    """Whether a text at the start of a name is this form: long ones, dotted ones, those known for it."""
    bare = "".join(letter for letter in text if letter.isalnum())
    if Rule.KEEP in form.rules:
        return False
    if Rule.FIRST in form.rules or (country is not None and country in form.countries):
        return True
    return Rule.CAREFUL not in form.rules and (len(bare) != len(text) or len(bare) > 3)
