"""What kind of address an e-mail address is. A kind is a signal; it rejects nobody."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Final

import polars as pl
from disposable_email_domains import blocklist


class EmailKind(StrEnum):
    """``role`` is a shared mailbox at a company's own domain, such as info@ or sales@."""

    BUSINESS = "business"
    FREE = "free"
    DISPOSABLE = "disposable"
    ROLE = "role"
    INVALID = "invalid"


def _listed(name: str) -> frozenset[str]:
    text = resources.files("plumbline.triage").joinpath("data", name).read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


DISPOSABLE: Final[frozenset[str]] = frozenset(blocklist)
FREE: Final = _listed("free_mail.txt")
ROLES: Final = _listed("role_names.txt")

_ATOM: Final = r"[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = rf'(?:{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\@]|\\[^@])+")'
_LABEL: Final = r"[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?"
_TOP: Final = r"(?:xn--[a-z0-9-]+|[\p{L}][\p{L}\p{M}]+)"
_ADDRESS: Final = rf"^{_LOCAL}@(?:{_LABEL}\.)+{_TOP}$"
#: The same for addresses in ASCII, in lower case, which have no marks; Python knows no classes of letters.
_ASCII: Final = re.compile(_ADDRESS.replace(r"\p{L}", "a-z").replace(r"\p{N}", "0-9").replace(r"\p{M}", ""))
#: Comments (RFC 5322 §3.2.2) at either end of both halves, not nested: ``ann(office)@acme.com``.
_COMMENTS: Final = (r'(^|@)\s*\([^()@"\\]*\)\s*', r'\s*\([^()@"\\]*\)\s*(@|$)')
_COMMENTS_HERE: Final = tuple(re.compile(pattern) for pattern in _COMMENTS)
#: RFC 5321 §4.5.3.1 and RFC 3696 erratum 1690, in bytes.
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254

_LOWER: Final = pl.col("address").str.to_lowercase()
_WITHOUT_COMMENTS: Final = (
    pl.col("lower").str.replace_all(_COMMENTS[0], "$1").str.replace_all(_COMMENTS[1], "$1")
)
_IS_VALID: Final = (
    pl.col("lower").str.contains(_ADDRESS)
    & (pl.col("lower").str.len_bytes() <= _LONGEST)
    & (pl.col("lower").str.find("@", literal=True) <= _LONGEST_LOCAL)
)
_PARTS: Final = (
    pl.when(_IS_VALID).then(pl.col("lower")).str.splitn("@", 2).struct.rename_fields(["local", "domain"])
)
#: The part before a sub-address: ``sales`` of ``sales+fair``.
_NAME: Final = pl.col("local").str.splitn("+", 2).struct.field("field_0")
_DOMAIN: Final = pl.col("domain").alias("triage.email_domain")


def email_columns(address: pl.Series) -> pl.DataFrame:
    """``triage.email_kind`` and ``triage.email_domain`` of trimmed addresses; null without an address.

    An address beyond RFC 5321's lengths, without a dot in its domain or with a space is invalid. Domains
    are compared in lower case; a subdomain of a disposable or free domain counts as that domain.
    """
    lower = pl.DataFrame([address.alias("address")]).select(_LOWER.alias("lower"))
    if lower.get_column("lower").str.contains("(", literal=True).any():
        lower = lower.select(_WITHOUT_COMMENTS)
    parts = lower.with_columns(_PARTS.alias("parts")).unnest("parts")
    domains = parts.get_column("domain").unique().drop_nulls().to_list()
    deep = [domain for domain in domains if domain.count(".") > 1]
    disposable, free = (_under(domains, deep, listed) for listed in (DISPOSABLE, FREE))
    return parts.select(_kind(disposable, free), _DOMAIN)


def kind_and_domain(address: str) -> tuple[EmailKind, str | None] | None:
    """The same of one trimmed address; None beyond ASCII, where it takes ``email_columns`` to tell."""
    lower = address.lower()
    if not lower.isascii() or not address.isascii():
        return None
    if "(" in lower:
        for pattern in _COMMENTS_HERE:
            lower = pattern.sub(r"\1", lower)
    local, _, domain = lower.partition("@")
    if len(lower) > _LONGEST or len(local) > _LONGEST_LOCAL or not _ASCII.fullmatch(lower):
        return EmailKind.INVALID, None
    for kind, listed in ((EmailKind.DISPOSABLE, DISPOSABLE), (EmailKind.FREE, FREE)):
        if _is_under(domain, listed):
            return kind, domain
    return EmailKind.ROLE if local.partition("+")[0] in ROLES else EmailKind.BUSINESS, domain


@lru_cache(maxsize=16)
def _kind(disposable: tuple[str, ...], free: tuple[str, ...]) -> pl.Expr:
    """The first kind that fits; an address without readable parts is invalid."""
    domain = pl.col("domain")
    kinds = [
        (domain.is_in(disposable), EmailKind.DISPOSABLE),
        (domain.is_in(free), EmailKind.FREE),
        (_NAME.is_in(ROLES), EmailKind.ROLE),
        (domain.is_not_null(), EmailKind.BUSINESS),
        (pl.col("lower").is_not_null(), EmailKind.INVALID),
    ]
    chosen = [pl.when(condition).then(pl.lit(kind.value)) for condition, kind in kinds]
    return pl.coalesce(chosen).alias("triage.email_kind")


def _under(domains: list[str], deep: list[str], listed: frozenset[str]) -> tuple[str, ...]:
    """The domains that are listed, or stand below one that is, which takes two dots."""
    below = {domain for domain in deep if _is_under(domain, listed)}
    return tuple(sorted(below.union(listed.intersection(domains))))


def _is_under(domain: str, listed: frozenset[str]) -> bool:
    while domain not in listed:
        domain = domain.partition(".")[2]
        if "." not in domain:
            return False
    return True
