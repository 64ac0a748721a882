"""Leads matched to accounts: both from files, in normal forms, with the reasons kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.accounts import read_accounts
from plumbline.connectors.events import moment
from plumbline.domain.rowcodes import RowCode
from plumbline.identity.accounts import Account, AccountBook, Approach
from plumbline.library.inputs import opened
from plumbline.library.lead_texts import lead_texts, mailbox, refusing
from plumbline.qualify.bundle import BLANK_WORDS
from plumbline.triage.email import DISPOSABLE, FREE, EmailKind
from plumbline.triage.normal.company import company
from plumbline.triage.normal.country import country
from plumbline.triage.normal.domain import ascii_domain, registered
from plumbline.triage.normal.email import email
from plumbline.triage.normal.script import fold
from plumbline.triage.normal.website import website
from plumbline.triage.report import issues, joined
from plumbline.triage.suspicion.domains import lookalike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from plumbline.identity.accounts import AccountMatch, Candidate
    from plumbline.library.inputs import FileIntake

#: Words that say that there is open business; so does every number but 0.
_YES: Final = frozenset({"yes", "true", "y", "open", "ja", "oui", "sí", "si"})
#: Candidates of each kind that a row of the result names.
_NAMED: Final = 5
OBJECTED: Final = "not looked at: the person objected to profiling"
#: One row per lead.
COLUMNS: Final = MappingProxyType(
    {
        "row": pl.Int64(),
        "lead.id": pl.String(),
        "account.id": pl.String(),
        "account.name": pl.String(),
        "decided_by": pl.String(),
        "reasons": pl.String(),
        "points": pl.Int64(),
        "candidates": pl.String(),
        "filtered": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts ready to be matched. ``left_out``: rows that are no account; ``noted``: values not used."""

    book: AccountBook
    count: int
    left_out: pl.DataFrame
    noted: pl.DataFrame


@dataclass(frozen=True, slots=True)
class LeadMatch:
    """A lead and its match; ``found`` is ``None`` where the person objected."""

    row: int
    lead: str
    found: AccountMatch | None

    @property
    def decided_by(self) -> str:
        """What decided, in words."""
        return self.found.decided_by if self.found else OBJECTED

    def cells(self) -> tuple[object, ...]:
        """A row of ``COLUMNS``."""
        account = self.found.account if self.found else None
        candidates = self.found.candidates if self.found else ()
        left = [one for one in candidates if one.filtered is None]
        best = left[0] if left else None
        return (
            self.row,
            self.lead,
            account.id if account else None,
            account.name if account else None,
            self.decided_by,
            "; ".join(best.reasons) if best else None,
            best.points if best else None,
            _named(left),
            _named([one for one in candidates if one.filtered is not None]),
        )


@dataclass(frozen=True, slots=True)
class Matched:
    """The leads of a batch, and one line per row that is no lead."""

    leads: tuple[LeadMatch, ...]
    rejected: pl.DataFrame

    def frame(self) -> pl.DataFrame:
        """One row per lead; see ``COLUMNS``."""
        return pl.DataFrame([one.cells() for one in self.leads], schema=dict(COLUMNS), orient="row")


def accounts_from(path: Path, named: Mapping[str, str] | None = None) -> Accounts:
    """Read accounts: a file or a folder. ``named``: header by column, where a name does not tell.

    Free-mail domains of an account are not used, and neither is a day that is not written as ISO 8601.
    """
    table = read_accounts(opened(path), named, BLANK_WORDS)
    frame = table.frame.with_columns(moment(pl.col("since")).alias("#since"))
    unread = frame.filter(pl.col("since").is_not_null() & pl.col("#since").is_null())
    lines = list(frame.iter_rows(named=True))
    names = {line["name"]: line["id"] for line in reversed(lines) if line["name"]}
    ids = {line["id"] for line in lines}
    book = AccountBook(_account(line, ids, names) for line in lines)
    noted = issues(unread, RowCode.NOT_A_DATE, column="since", value=pl.col("since"))
    return Accounts(book, frame.height, table.rejected, joined([noted]))


def match_leads(intake: FileIntake, book: AccountBook) -> Iterator[Matched]:
    """The account of every lead, batch by batch. Nobody who objected in any row is looked at (law 7)."""
    refused = refusing(intake)
    for texts in lead_texts(intake):
        found = tuple(
            LeadMatch(
                line["row"],
                line["lead.id"],
                None if line["objected"] or mailbox(line.get("contact.email")) in refused
                else book.match(approach(line)),
            )
            for line in texts.frame.iter_rows(named=True)
        )  # fmt: skip
        yield Matched(found, texts.rejected)


def approach(line: Mapping[str, str | None]) -> Approach:
    """What matching needs of a lead whose fields are text."""
    code = _country(line.get("account.country"))
    domain, free = _email_domain(line.get("contact.email"))
    site = _site(line.get("account.website"))
    own = {domain if not free else None, site} - {None}
    key = _key(line.get("account.name"), code)
    return Approach(
        words=frozenset(key.split()),
        email_domain=domain,
        website=site,
        country=code,
        city=_city(line.get("account.city")),
        free_mail=free,
        account_id=line.get("account.id"),
        labels=frozenset(_label(one) for one in own if one),
        spelled=key.replace(" ", ""),
    )


def _account(line: Mapping[str, str | None], ids: set[str], names: Mapping[str, str]) -> Account:
    code = _country(line["country"])
    key = _key(line["name"], code)
    above = line["parent"]
    return Account(
        id=str(line["id"]),
        name=line["name"] or str(line["website"]),
        words=frozenset(key.split()),
        domains=_domains(line["website"]),
        country=code,
        city=_city(line["city"]),
        parent=above if above in ids else names.get(above or ""),
        open_business=_is_open(line["open_business"]),
        since=line["#since"] or "",
        spelled=key.replace(" ", ""),
    )


def _domains(text: str | None) -> frozenset[str]:
    """The domains of a cell that may name several; those of mail providers and platforms say nothing."""
    parts = (text or "").replace(",", " ").replace(";", " ").split()
    return frozenset(site for part in parts if (site := _site(part)) and not _is_free(site))


@lru_cache(maxsize=65_536)
def _site(text: str | None) -> str | None:
    if not text:
        return None
    found = website(text)
    if found.value or any(note.code == "platform" for note in found.notes):
        return found.value
    # An ending that no list knows may be somebody's all the same: names of a company's own network.
    host = text.lower().partition("//")[2] or text.lower()
    return ascii_domain(host.partition("/")[0].partition(":")[0].removeprefix("www."))


@lru_cache(maxsize=65_536)
def _email_domain(text: str | None) -> tuple[str | None, bool]:
    """The domain of an address, and whether it is free or disposable mail, or a slip of it."""
    found = email(text) if text else None
    if found is None or found.value is None:
        return None, False
    domain = found.parts["domain"]
    kind = found.parts["kind"]
    return domain, kind in {EmailKind.FREE, EmailKind.DISPOSABLE} or lookalike(domain) in FREE


def _is_free(domain: str) -> bool:
    return domain in FREE or domain in DISPOSABLE


@lru_cache(maxsize=65_536)
def _label(domain: str) -> str:
    """The name within a domain: ``acme`` of sales.acme.co.uk."""
    own = registered(domain)
    return own.partition(".")[0] if own else domain.split(".")[-2]


@lru_cache(maxsize=65_536)
def _key(name: str | None, code: str | None) -> str:
    return (company(name, code).key or "") if name else ""


@lru_cache(maxsize=65_536)
def _country(text: str | None) -> str | None:
    return country(text).value if text else None


@lru_cache(maxsize=65_536)
def _city(text: str | None) -> str | None:
    return " ".join(fold(text).split()) if text else None


def _is_open(text: str | None) -> bool:
    plain = (text or "").lower()
    return plain in _YES or (plain.replace(".", "", 1).isdigit() and float(plain) > 0)


def _named(candidates: list[Candidate]) -> str | None:
    """Candidates in one cell: the first of them, and how many more there are."""
    said = [
        f"{one.account.id} {one.account.name}: {one.filtered or '; '.join(one.reasons)}"
        for one in candidates[:_NAMED]
    ]
    more = len(candidates) - len(said)
    return " | ".join([*said, *([f"{more} more"] if more else [])]) or None
