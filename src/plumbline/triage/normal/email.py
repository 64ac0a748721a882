"""E-mail addresses: what is written, the mailbox to compare by, and the domain that may be the company's.

Nothing is looked up: whether a mailbox exists is not known.
"""

from __future__ import annotations

import re
from typing import Final

from plumbline.triage.email import DISPOSABLE, FREE, ROLES, EmailKind
from plumbline.triage.normal.domain import ascii_domain, has_known_ending, registered, shown_domain
from plumbline.triage.normal.script import tidy
from plumbline.triage.normal.value import Normal, Note, unclear

#: RFC 5321 §4.5.3.1 and RFC 3696 erratum 1690, in bytes.
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254
_ATOM: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_QUOTED: Final = re.compile(r'"(?:[^"\\\r\n]|\\[^\r\n])*"')
_SHOWN_NAME: Final = re.compile(r"^.*<([^<>]+)>\s*$")
_WRAPPING: Final = "<>()[]'’‘“”;,: "
#: Mailboxes of these are the same with and without dots.
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})
_SAME: Final = {"googlemail.com": "gmail.com"}


def email(text: str) -> Normal:
    """An address with its domain in ASCII lower case. The key leaves out the sub-address and the case.

    Quoted names and comments (RFC 5322) are read; comments are left out, quotes only where nothing needs
    them.
    """
    notes: list[Note] = []
    address = _unwrapped(tidy(text), notes)
    local, at, host = _split(address)
    plain_local, plain_host = _without_comments(local), _without_comments(host)
    if (plain_local, plain_host) != (local, host):
        notes.append(Note("comment_left_out", "A comment in brackets left out."))
    problem = _problem(plain_local, at, plain_host)
    domain = ascii_domain(plain_host.strip())
    if problem or domain is None:
        return unclear(text, "invalid", problem or f"{plain_host[:80] or 'Nothing'} is no domain name.")
    local = _unquoted(plain_local, notes)
    value = f"{local}@{domain}"
    if domain != plain_host:
        notes.append(Note("domain_spelled", f"Domain written as {domain}."))
    return Normal(text, value, _key(local, domain, notes), tuple(notes), _parts(local, domain))


def _unwrapped(text: str, notes: list[Note]) -> str:
    """Without ``mailto:``, a name in front and what stands around an address in a sentence."""
    shorter = text.removeprefix("mailto:").removeprefix("MAILTO:")
    match = _SHOWN_NAME.match(shorter)
    inner = (match.group(1) if match else shorter).strip()
    if not inner.startswith("("):
        inner = inner.strip(_WRAPPING) if not inner.endswith(")") else inner.lstrip(_WRAPPING)
    inner = inner.rstrip(".") if "@" in inner else inner
    if inner != text:
        notes.append(Note("unwrapped", "Taken out of what stands around it."))
    return inner


def _split(address: str) -> tuple[str, str, str]:
    """At the last @ that is in no quotes and no comment."""
    if '"' not in address and "(" not in address:
        before, sign, after = address.rpartition("@")
        return (before, sign, after) if sign else (address, "", "")
    depth, quoted, place = 0, False, -1
    for at, letter in enumerate(address):
        if letter == '"' and address[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            place = at if letter == "@" and depth <= 0 else place
    return (address, "", "") if place < 0 else (address[:place], "@", address[place + 1 :])


def _without_comments(part: str) -> str:
    """Without brackets and what they hold, nested ones too; brackets in quotes stay."""
    if "(" not in part:
        return part
    kept, depth, quoted = [], 0, False
    for letter in part:
        if letter == '"' and depth == 0:
            quoted = not quoted
        if not quoted and letter == "(":
            depth += 1
        if depth == 0:
            kept.append(letter)
        if not quoted and letter == ")" and depth:
            depth -= 1
    return "".join(kept).strip() if len(kept) != len(part) else part


def _problem(local: str, at: str, host: str) -> str | None:
    if not at:
        return "There is no @ in it."
    if not local:
        return "Nothing stands before the @."
    if len(local.encode()) > _LONGEST_LOCAL or len(local.encode()) + len(host.encode()) >= _LONGEST:
        return "It is longer than an address may be."
    if not _ATOM.fullmatch(local) and not _QUOTED.fullmatch(local):
        return "What stands before the @ is no name of a mailbox."
    return None


def _unquoted(local: str, notes: list[Note]) -> str:
    """Quotes mean nothing where no letter needs them."""
    inner = local[1:-1] if local.startswith('"') else local
    if inner != local and _ATOM.fullmatch(inner):
        notes.append(Note("quotes_left_out", "Quotes that change nothing left out."))
        return inner
    return local


def _key(local: str, domain: str, notes: list[Note]) -> str:
    name, plus, _ = local.lower().partition("+") if not local.startswith('"') else (local.lower(), "", "")
    if plus and name:
        notes.append(Note("sub_address", "The part from the + on is left out of comparisons."))
    host = _SAME.get(domain, domain)
    mailbox = name or local.lower()
    return f"{mailbox.replace('.', '') if domain in _DOTLESS else mailbox}@{host}"


def _parts(local: str, domain: str) -> dict[str, str]:
    kind = kind_of(local, domain)
    parts = {"kind": kind.value, "domain": domain}
    if "xn--" in domain:
        parts["shown_domain"] = shown_domain(domain)
    if kind in {EmailKind.BUSINESS, EmailKind.ROLE} and (account := registered(domain)):
        parts["account_domain"] = account
    if not has_known_ending(domain):
        parts["ending"] = "unknown"
    return parts


def kind_of(local: str, domain: str) -> EmailKind:
    """The kind of a readable address; see ``EmailKind``."""
    if _is_under(domain, DISPOSABLE):
        return EmailKind.DISPOSABLE
    if _is_under(domain, FREE):
        return EmailKind.FREE
    return EmailKind.ROLE if local.lower().partition("+")[0] in ROLES else EmailKind.BUSINESS


def _is_under(domain: str, listed: frozenset[str]) -> bool:
    """Whether a domain is listed, or stands below one that is."""
    while "." in domain:
        if domain in listed:
            return True
        domain = domain.partition(".")[2]
    return False
