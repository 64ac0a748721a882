"""What a value is taken apart into before it is compared: one function per column type.

Each takes a frame with the column ``value`` and gives the frame of its parts. What several parts need is made
once, in a step of its own: expressions that repeat each other are computed again for every part.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from plumbline.identity.fold import compact, folded
from plumbline.identity.names import person_parts
from plumbline.identity.organisations import naming_words

_STREETS: Final = {
    "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "blv": "boulevard",
    "rd": "road", "dr": "drive", "ln": "lane", "ct": "court", "pl": "place", "sq": "square",
    "pkwy": "parkway",
    "hwy": "highway", "ter": "terrace", "cir": "circle", "n": "north", "s": "south", "e": "east", "w": "west",
    "ste": "suite", "fl": "floor", "apt": "apartment",
}  # fmt: skip
_ORDINALS: Final = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th",
    "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th",
}  # fmt: skip
_NUMBER: Final = r"\b\d+[a-z]?\b"
#: How to find a numbered house: where the street crosses another, or what stands next to it.
_NEARBY: Final = r"^(\d+[a-z]? .+?) (?:between|near|off|at|opposite|behind|corner of|next to|across from) .+$"
#: Mailboxes of an account, not of a person: they say where, not who.
_ROLES: Final = (
    "info", "sales", "office", "service", "contact", "hello", "admin", "support", "mail", "marketing", "team",
    "enquiries", "inquiries", "accounts", "billing", "hr", "jobs", "kontakt", "vertrieb", "noreply",
    "no-reply",
)  # fmt: skip
#: Providers at which two people of one domain have nothing in common.
_FREE_MAIL: Final = (
    "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "icloud.com", "aol.com", "gmx.de",
    "gmx.net",
    "web.de", "t-online.de", "mail.ru", "yandex.ru", "qq.com", "163.com", "orange.fr", "free.fr", "proton.me",
    "protonmail.com", "hotmail.co.uk", "yahoo.co.uk", "btinternet.com", "mailinator.com", "yopmail.com",
    "guerrillamail.com",
)  # fmt: skip
_SHORTEST_PHONE: Final = 7
_PHONE_DIGITS: Final = 9
_VALUE: Final = pl.col("value")


def person(values: pl.DataFrame) -> pl.DataFrame:
    """A full name: given name, surname, initial."""
    first, last = person_parts(_VALUE)
    return values.select(given=first, surname=last).with_columns(initial=pl.col("given").str.slice(0, 1))


def given(values: pl.DataFrame) -> pl.DataFrame:
    """A given name and its initial."""
    return values.select(given=folded(_VALUE)).with_columns(initial=pl.col("given").str.slice(0, 1))


def surname(values: pl.DataFrame) -> pl.DataFrame:
    """A surname."""
    return values.select(surname=folded(_VALUE))


def text(values: pl.DataFrame) -> pl.DataFrame:
    """Words in one spelling."""
    return values.select(words=folded(_VALUE))


def organisation(values: pl.DataFrame) -> pl.DataFrame:
    """The words that name the organisation, and the whole name without spaces."""
    return naming_words(values).with_columns(values.select(joined=compact(_VALUE)).to_series())


def address(values: pl.DataFrame) -> pl.DataFrame:
    """The address written out, its first number, and the street without it."""
    whole = folded(_VALUE)
    for short, long in (_STREETS | _ORDINALS).items():
        whole = whole.str.replace_all(rf"\b{short}\b", long)
    whole = whole.str.replace(_NEARBY, "$1")
    written, out = values.select(whole=whole), pl.col("whole")
    street = out.str.replace(_NUMBER, "").str.replace_all(r"\s+", " ").str.strip_chars().replace("", None)
    return written.with_columns(number=out.str.extract(_NUMBER, 0), words=street)


def email(values: pl.DataFrame) -> pl.DataFrame:
    """``v``: the address of a person; ``own``: a domain that is an account's; ``mailbox``: anybody's."""
    halves = _VALUE.str.strip_chars().str.to_lowercase().str.split_exact("@", 1)
    before, after = pl.col("field_0"), pl.col("field_1")
    split = values.select(halves=halves).unnest("halves").select(
        domain=after.replace({"googlemail.com": "gmail.com", "": None}),
        box=before.str.split_exact("+", 1).struct.field("field_0").replace("", None),
    )  # fmt: skip
    domain, box, who = pl.col("domain"), pl.col("box"), pl.col("who")
    dotless = pl.when(domain == "gmail.com").then(box.str.replace_all(".", "", literal=True)).otherwise(box)
    named = split.with_columns(box=dotless).with_columns(who=pl.when(~box.is_in(_ROLES)).then(box))
    return named.select(
        v=pl.concat_str(who, pl.lit("@"), domain),
        local=pl.when(who.str.contains(r"\d")).then(who),
        digits=pl.when(box.is_not_null()).then(box.str.replace_all(r"\D", "")),
        domain=domain,
        own=pl.when(~domain.is_in(_FREE_MAIL)).then(domain),
        mailbox=pl.concat_str(box, pl.lit("@"), domain),
    )


def phone(values: pl.DataFrame) -> pl.DataFrame:
    """The last digits of a number, which leave out how one dials from abroad."""
    digits = _VALUE.str.replace_all(r"\D", "").str.tail(_PHONE_DIGITS)
    return values.select(v=digits).select(v=pl.when(pl.col("v").str.len_bytes() >= _SHORTEST_PHONE).then("v"))


def domain(values: pl.DataFrame) -> pl.DataFrame:
    """The host of a site, and its first label."""
    host = _VALUE.str.strip_chars().str.to_lowercase().str.replace(r"^[a-z]+://", "")
    host = host.str.replace(r"^www\.", "").str.extract(r"^([^/:?#]+)")
    return values.select(v=host).with_columns(label=pl.col("v").str.extract(r"^([^.]+)\."))


def postcode(values: pl.DataFrame) -> pl.DataFrame:
    """The code without spaces, and its start, which is an area."""
    return values.select(v=compact(_VALUE)).with_columns(start=pl.col("v").str.slice(0, 3))


def date(values: pl.DataFrame) -> pl.DataFrame:
    """Digits of the date, its year, and the rest of it."""
    digits, whole = _VALUE.str.slice(0, 10).str.replace_all(r"\D", ""), pl.col("v")
    written = values.select(v=digits).select(v=pl.when(whole.str.len_bytes().is_in([4, 8])).then(whole))
    return written.with_columns(year=whole.str.slice(0, 4), day=whole.str.slice(4).replace("", None))


def category(values: pl.DataFrame) -> pl.DataFrame:
    """The value in one spelling."""
    return values.select(v=folded(_VALUE))


def number(values: pl.DataFrame) -> pl.DataFrame:
    """A finite number."""
    return values.select(v=_VALUE.cast(pl.Float64, strict=False)).select(
        v=pl.when(pl.col("v").is_finite()).then("v")
    )
