"""Flags that a lead's own values give, looked up per distinct value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.triage.normal.email import email
from plumbline.triage.normal.phone import phone
from plumbline.triage.normal.website import website
from plumbline.triage.suspicion.domains import domain_flags, mixes_lookalikes
from plumbline.triage.suspicion.entries import (
    address_flags,
    domain_entry_flags,
    entry_flags,
    phone_entry_flags,
)
from plumbline.triage.suspicion.flag import Flag, FlagCode
from plumbline.triage.suspicion.letters import name_flags

if TYPE_CHECKING:
    from collections.abc import Callable

#: The longest text that is looked at; a name of 500 letters is no name, and its start tells.
_LONGEST: Final = 200


def _name(field: str, value: str) -> tuple[Flag, ...]:
    return entry_flags(field, value) or name_flags(field, value) or _mixed(field, value)


def _mixed(field: str, value: str) -> tuple[Flag, ...]:
    """Greek or Cyrillic letters within a Latin word: they look alike and are typed by machines."""
    odd = next((word for word in value.split() if mixes_lookalikes(word)), None)
    return (
        (Flag(FlagCode.MIXED_SCRIPTS, field, value, f"{odd!r} mixes letters of scripts that look alike."),)
        if odd
        else ()
    )


def _email(field: str, value: str) -> tuple[Flag, ...]:
    found = email(value)
    if found.value is None:
        return ()
    return address_flags(field, found.value) + domain_flags(field, found.parts["domain"])


def _phone(field: str, value: str) -> tuple[Flag, ...]:
    entry = phone_entry_flags(field, value)
    if entry:
        return entry
    found = phone(value)
    impossible = next((note for note in found.notes if note.code == "impossible_phone"), None)
    return (Flag(FlagCode.IMPOSSIBLE_PHONE, field, value, impossible.says),) if impossible else ()


def _website(field: str, value: str) -> tuple[Flag, ...]:
    found = website(value)
    host = found.parts.get("host", "")
    return domain_entry_flags(field, found.value or host) + domain_flags(field, host) if host else ()


def _message(field: str, value: str) -> tuple[Flag, ...]:
    return entry_flags(field, value)


#: What each field is looked at for.
CHECKS: Final[dict[str, Callable[[str, str], tuple[Flag, ...]]]] = {
    "contact.name": _name,
    "account.name": _name,
    "contact.email": _email,
    "contact.phone": _phone,
    "account.website": _website,
    "lead.message": _message,
}


def flags_of(field: str, value: str) -> tuple[Flag, ...]:
    """The flags of one value; none for fields that are not looked at."""
    check = CHECKS.get(field)
    return check(field, value[:_LONGEST]) if check else ()
