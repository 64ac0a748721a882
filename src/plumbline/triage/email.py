"""What kind of address an e-mail address is. A kind is a signal; it rejects nobody."""

from __future__ import annotations

from enum import StrEnum
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
_LOCAL: Final = rf'{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\]|\\.)+"'
_LABEL: Final = r"[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?"
_TOP: Final = r"xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}]+"
_ADDRESS: Final = rf"^({_LOCAL})@((?:{_LABEL}\.)+(?:{_TOP}))$"
#: RFC 5321 §4.5.3.1 and RFC 3696 erratum 1690, in bytes.
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254


def email_columns(address: pl.Series) -> pl.DataFrame:
    """``triage.email_kind`` and ``triage.email_domain`` of trimmed addresses; null without an address.

    An address beyond RFC 5321's lengths, without a dot in its domain or with spaces is invalid. Domains
    are compared in lower case; a subdomain of a disposable or free domain counts as that domain.
    """
    parts = _parts(address)
    domains = parts["domain"].drop_nulls().unique().to_list()
    kind = _kind([d for d in domains if _is_under(d, DISPOSABLE)], [d for d in domains if _is_under(d, FREE)])
    return parts.select(kind.alias("triage.email_kind"), pl.col("domain").alias("triage.email_domain"))


def _parts(address: pl.Series) -> pl.DataFrame:
    lower = pl.DataFrame({"address": address.str.to_lowercase()})
    text = pl.col("address")
    fits = (text.str.len_bytes() <= _LONGEST) & (text.str.find("@", literal=True) <= _LONGEST_LOCAL)
    return lower.with_columns(
        pl.when(fits).then(text.str.extract(_ADDRESS, 1)).alias("local"),
        pl.when(fits).then(text.str.extract(_ADDRESS, 2)).alias("domain"),
    )


def _kind(disposable: list[str], free: list[str]) -> pl.Expr:
    domain = pl.col("domain")
    role = pl.col("local").str.extract(r"^([^+]+)").is_in(list(ROLES))
    return (
        pl.when(pl.col("address").is_null()).then(None)
        .when(domain.is_null()).then(pl.lit(EmailKind.INVALID.value))
        .when(domain.is_in(disposable)).then(pl.lit(EmailKind.DISPOSABLE.value))
        .when(domain.is_in(free)).then(pl.lit(EmailKind.FREE.value))
        .when(role).then(pl.lit(EmailKind.ROLE.value))
        .otherwise(pl.lit(EmailKind.BUSINESS.value))
    )  # fmt: skip


def _is_under(domain: str, listed: frozenset[str]) -> bool:
    """Whether a domain or a domain above it is listed."""
    while "." in domain:
        if domain in listed:
            return True
        domain = domain.partition(".")[2]
    return False
