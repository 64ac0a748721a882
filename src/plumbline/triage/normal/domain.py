"""Domain names: in ASCII and as people write them, and the part that somebody registered."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import idna
from publicsuffixlist import PublicSuffixList

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST: Final = 253


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # The list comes with the package; it is never fetched.
    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=65_536)
def ascii_domain(text: str) -> str | None:
    """A domain in lower-case ASCII (``xn--…`` for others); None where it is no domain name."""
    lower = text.lower().rstrip(".")
    if not lower.isascii():
        lower = _encoded(lower)
    labels = lower.split(".")
    fits = len(labels) > 1 and len(lower) <= _LONGEST and all(_LABEL.fullmatch(label) for label in labels)
    return lower if fits and not labels[-1].isdigit() else None


def _encoded(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


@lru_cache(maxsize=65_536)
def shown_domain(domain: str) -> str:
    """A domain as people write it: ``müller.de`` for ``xn--mller-kva.de``."""
    if "xn--" not in domain:
        return domain
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


@lru_cache(maxsize=65_536)
def registered(domain: str) -> str | None:
    """The part somebody registered: ``example.co.uk`` of ``mail.example.co.uk``; None for a suffix alone.

    Customers of one host are told apart where the public suffix list knows the host (``foo.github.io``).
    """
    found = _suffixes().privatesuffix(domain)
    return str(found) if found else None


def has_known_ending(domain: str) -> bool:
    """Whether the top-level domain exists, as far as the bundled list knows."""
    return _suffixes().publicsuffix(domain) is not None
