"""One door to all normal forms, by the kind of value."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from plumbline.triage.normal.company import company
from plumbline.triage.normal.country import country as read_country
from plumbline.triage.normal.email import email
from plumbline.triage.normal.industry import industry
from plumbline.triage.normal.phone import phone
from plumbline.triage.normal.region import region
from plumbline.triage.normal.size import size_band
from plumbline.triage.normal.title import function, seniority
from plumbline.triage.normal.website import website

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbline.triage.normal.value import Normal


class ValueKind(StrEnum):
    """What can be brought into normal form."""

    COMPANY = "company"
    EMAIL = "email"
    PHONE = "phone"
    WEBSITE = "website"
    COUNTRY = "country"
    REGION = "region"
    INDUSTRY = "industry"
    SIZE = "size"
    FUNCTION = "function"
    SENIORITY = "seniority"


_WITH_COUNTRY: Final[dict[ValueKind, Callable[[str, str | None], Normal]]] = {
    ValueKind.COMPANY: company,
    ValueKind.PHONE: phone,
    ValueKind.REGION: region,
}
_ALONE: Final[dict[ValueKind, Callable[[str], Normal]]] = {
    ValueKind.EMAIL: email,
    ValueKind.WEBSITE: website,
    ValueKind.COUNTRY: read_country,
    ValueKind.INDUSTRY: industry,
    ValueKind.SIZE: size_band,
    ValueKind.FUNCTION: function,
    ValueKind.SENIORITY: seniority,
}


def normalise(kind: ValueKind, text: str, country: str | None = None) -> Normal:
    """The normal form of a value. ``country``, in any spelling, helps with companies, phones and regions."""
    if kind in _WITH_COUNTRY:
        return _WITH_COUNTRY[kind](text, read_country(country).value if country else None)
    return _ALONE[kind](text)
