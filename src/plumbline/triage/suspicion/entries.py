"""Values that people type to try a form."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Final

from plumbline.triage.normal.lists import table
from plumbline.triage.normal.script import fold
from plumbline.triage.suspicion.flag import Flag, FlagCode

_GAPS: Final = re.compile(r"[\W_]+")
_COUNTING: Final = "01234567890123456789"
_FICTION: Final = re.compile(r"^\+?1?[2-9]\d{2}55501\d{2}$")


def entry_flags(field: str, value: str) -> tuple[Flag, ...]:
    """A test entry in a name or a message, whole or said twice ("test test")."""
    words = _GAPS.sub(" ", fold(value)).split()
    plain = " ".join(words)
    listed = _listed()["name"]
    if plain in listed or (words and len(set(words)) == 1 and words[0] in listed):
        return (_flag(field, value, f"{value.strip()!r} is what people type to try a form."),)
    return ()


def address_flags(field: str, value: str) -> tuple[Flag, ...]:
    """A test entry in an e-mail address."""
    local, _, domain = value.lower().rpartition("@")
    known = _listed()
    if found := domain_entry_flags(field, domain):
        return found
    if local.partition("+")[0] in known["mailbox"]:
        return (_flag(field, value, f"{local}@ is what people type to try a form."),)
    if local and local == domain.partition(".")[0] and len(local) <= 4:
        return (_flag(field, value, f"{value} says the same before and after the @."),)
    return ()


def domain_entry_flags(field: str, domain: str) -> tuple[Flag, ...]:
    """A domain that is kept for examples, or that people make up."""
    known = _listed()
    is_listed = domain in known["domain"] or any(domain.endswith(f".{ending}") for ending in known["ending"])
    return (_flag(field, domain, f"{domain} is a domain for examples and tests."),) if is_listed else ()


def phone_entry_flags(field: str, value: str) -> tuple[Flag, ...]:
    """A test entry in a phone number: one digit only, counting up or down, a number kept for films."""
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 6 and len(set(digits)) == 1:
        return (_flag(field, value, f"{value} is one digit over and over."),)
    if len(digits) >= 6 and (digits in _COUNTING or digits in _COUNTING[::-1]):
        return (_flag(field, value, f"{value} counts up or down."),)
    if _FICTION.match(re.sub(r"[^\d+]", "", value)):
        return (_flag(field, value, f"{value} is kept for films and examples."),)
    return ()


def _flag(field: str, value: str, reason: str) -> Flag:
    return Flag(FlagCode.TEST_ENTRY, field, value, reason)


@lru_cache(maxsize=1)
def _listed() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in table("test_entries.csv"):
        found[row["kind"]].add(row["value"])
    return {kind: frozenset(values) for kind, values in found.items()}
