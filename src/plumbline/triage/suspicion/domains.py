"""Domains: disposable ones, and those that are nearly a well-known one."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from plumbline.triage.email import DISPOSABLE, FREE
from plumbline.triage.normal.domain import registered, shown_domain
from plumbline.triage.normal.lists import words
from plumbline.triage.normal.script import scripts
from plumbline.triage.suspicion.flag import Flag, FlagCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Shorter names are near too many others: gmx, web, aol.
_SHORTEST: Final = 5
#: In a file, a name is taken for the right one from this many leads on, and for a slip up to as many.
_MANY: Final = 5
_FEW: Final = 1
#: What becomes of .com under hasty fingers.
_WRONG_ENDINGS: Final = frozenset(
    ["co", "con", "cm", "om", "cmo", "vom", "comm", "cpm", "ocm", "cim", "coom", "xom", "dom"]
)
#: Letters that pass for others, beside those of other scripts (Unicode TR 39 has the idea).
_PASSING: Final = str.maketrans("015іӏаеорсухѕјԁһոοανρτυικεıɡʟ", "olsilaeopcyxsjdhnoavptuikeigl")


def domain_flags(field: str, domain: str) -> tuple[Flag, ...]:
    """What is suspicious about a domain in ASCII."""
    if _is_under(domain, DISPOSABLE):
        return (Flag(FlagCode.DISPOSABLE_DOMAIN, field, domain, f"{domain} gives addresses to throw away."),)
    shown = shown_domain(domain)
    mixed = next((label for label in shown.split(".") if mixes_lookalikes(label)), None)
    if mixed:
        return (
            Flag(FlagCode.MIXED_SCRIPTS, field, shown, f"{mixed!r} mixes {_and(scripts(mixed))} letters."),
        )
    known = lookalike(domain)
    if known:
        return (Flag(FlagCode.LOOKALIKE_DOMAIN, field, shown, f"{shown} is nearly {known}."),)
    return ()


def lookalike(domain: str) -> str | None:
    """The well-known domain that this one is nearly; None where it is one itself, or near none."""
    if domain in _well_known() or domain in FREE:
        return None
    base = registered(domain) or domain
    if base in _well_known() or base in FREE:
        return None
    passing = skeleton(shown_domain(base))
    if passing in _by_skeleton():
        return _by_skeleton()[passing]
    name, _, ending = base.partition(".")
    if ending in _WRONG_ENDINGS and f"{name}.com" in FREE:
        return f"{name}.com"
    near = {_near()[ending][part] for part in _with_one_less(name) if part in _near().get(ending, {})}
    return next((f"{known}.{ending}" for known in sorted(near) if is_one_slip(name, known)), None)


def slips_in_file(counts: Mapping[str, int]) -> dict[str, str]:
    """Domains of single leads that are one slip away from a domain of many: the slip and the other."""
    often = {
        domain
        for domain, leads in counts.items()
        if leads >= _MANY and len(domain.partition(".")[0]) > _SHORTEST
    }
    index: dict[str, set[str]] = defaultdict(set)
    for domain in often:
        for part in _with_one_less(domain.partition(".")[0]):
            index[f"{part}.{domain.partition('.')[2]}"].add(domain)
    found = {}
    for domain in (one for one, leads in counts.items() if leads <= _FEW and one not in FREE):
        name, _, ending = domain.partition(".")
        near = {known for part in _with_one_less(name) for known in index.get(f"{part}.{ending}", ())}
        right = next((known for known in sorted(near) if is_one_slip(name, known.partition(".")[0])), None)
        if right:
            found[domain] = right
    return found


def skeleton(text: str) -> str:
    """What a text looks like: letters that pass for others replaced by them."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return plain.translate(_PASSING).replace("rn", "m").replace("vv", "w")


def is_one_slip(left: str, right: str) -> bool:
    """Whether one letter more, less, another or two swapped make one of the other."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    if len(left) == len(right):
        places = [at for at, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
        is_swap = len(places) == 2 and places[1] == places[0] + 1
        return len(places) == 1 or (
            is_swap and left[places[0]] == right[places[1]] and left[places[1]] == right[places[0]]
        )
    longer, shorter = sorted((left, right), key=len, reverse=True)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _with_one_less(name: str) -> Iterable[str]:
    """A name and all ways to leave out one letter: two names one slip apart share one of them."""
    return [name, *(name[:at] + name[at + 1 :] for at in range(len(name)))]


@lru_cache(maxsize=1)
def _well_known() -> frozenset[str]:
    return words("well_known_domains.txt")


@lru_cache(maxsize=1)
def _by_skeleton() -> dict[str, str]:
    return {skeleton(domain): domain for domain in sorted(_well_known(), reverse=True)}


@lru_cache(maxsize=1)
def _near() -> dict[str, dict[str, str]]:
    """By ending, every name of a well-known domain with one letter left out."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for domain in sorted(_well_known()):
        name, _, ending = domain.partition(".")
        if len(name) >= _SHORTEST:
            found[ending].update(dict.fromkeys(_with_one_less(name), name))
    return found


def mixes_lookalikes(label: str) -> bool:
    """Whether a word has letters of several scripts of which one is Cyrillic or Greek: they look alike."""
    found = scripts(label)
    return len(found) > 1 and bool(found & {"CYRILLIC", "GREEK"})


def _is_under(domain: str, listed: frozenset[str]) -> bool:
    while "." in domain:
        if domain in listed:
            return True
        domain = domain.partition(".")[2]
    return False


def _and(names: Iterable[str]) -> str:
    return " and ".join(sorted(name.title() for name in names))
