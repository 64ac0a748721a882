"""The parts of a value that are compared: one function per column type, over Polars expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.fold import compact, folded
from plumbline.identity.names import person_parts, stands_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from plumbline.identity.vocabulary import Vocabulary

    Parts = dict[str, pl.Expr]

#: Types whose words are weighed by how rare they are.
BAGGED: Final = (ColumnType.ORGANISATION, ColumnType.ADDRESS, ColumnType.TEXT)
#: Rows from which on a value that comes again is worth looking up, and types whose values hardly do.
_MANY: Final = 10_000
_UNLIKE: Final = (ColumnType.PERSON, ColumnType.EMAIL, ColumnType.PHONE)
#: Types with a given name that may be a short form.
_GIVEN: Final = (ColumnType.PERSON, ColumnType.GIVEN)
_STREETS: Final = {
    "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "blv": "boulevard",
    "rd": "road", "dr": "drive", "ln": "lane", "ct": "court", "pl": "place", "sq": "square",
    "pkwy": "parkway",
    "hwy": "highway", "ter": "terrace", "cir": "circle", "n": "north", "s": "south", "e": "east", "w": "west",
    "ste": "suite", "fl": "floor", "apt": "apartment",
}  # fmt: skip
_NUMBER: Final = r"\b\d+[a-z]?\b"
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
#: A part of an organisation's name that names a unit inside it, and words that tell no organisation apart.
_UNIT: Final = (
    r"^(?:\S+ )?(?:department|departments|dept|division|faculty|facultad|faculdade|fakultat|school|schools|"
    r"section|unit|group|laboratory|laboratories|lab|labs|chair|office|branch|program|programme|departamento|"
    r"departement|lehrstuhl|abteilung|directorate|ward|team)\b"
)
_SMALL_WORDS: Final = r"\b(?:the|of|and|for|de|la|le|du|des|der|die|das|und|et|y|e|di|del|della|do|da|dos)\b"
_SHORTEST_PHONE: Final = 7
_PHONE_DIGITS: Final = 9


def derive(
    frame: pl.DataFrame, columns: Sequence[Column], vocabularies: Mapping[str, Vocabulary]
) -> pl.DataFrame:
    """The derived parts of every column, row by row. ``vocabularies`` by column name."""
    parts = scalar_parts(frame, columns)
    extra: list[pl.Series] = []
    for column in columns:
        if column.type in BAGGED:
            bags = vocabularies[column.name].bags(parts[column.part("words")])
            extra += [bags[name].alias(column.part(name)) for name in bags.columns]
        if column.type in _GIVEN:
            extra.append(stands_for(parts[column.part("given")]).alias(column.part("formal")))
    return _without_given_only(parts.with_columns(extra), columns)


def _without_given_only(parts: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """An address that is only a given name says no more than that name: james@ may be any James."""
    names = [column.part("given") for column in columns if column.type in _GIVEN]
    said = []
    for column in columns:
        if column.type is ColumnType.EMAIL and names:
            plain = (
                pl.col(column.part("v"))
                .str.extract(r"^(.+)@")
                .str.replace_many(["ae", "oe", "ue"], ["a", "o", "u"])
            )
            spelled = [pl.col(name).str.replace_many(["ae", "oe", "ue"], ["a", "o", "u"]) for name in names]
            is_only = pl.any_horizontal(plain == name for name in spelled).fill_null(value=False)
            said += [pl.when(~is_only).then(column.part(name)).alias(column.part(name)) for name in ("v",)]
    return parts.with_columns(said)


def scalar_parts(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """All parts but the weighed words and the formal names."""
    if frame.height < _MANY:
        return frame.select(part for column in columns for part in _named(frame, column))
    return pl.concat([_parts_of(frame.select(column.name), column) for column in columns], how="horizontal")


def _parts_of(values: pl.DataFrame, column: Column) -> pl.DataFrame:
    """The parts of one column of many rows; only the different values are taken apart."""
    named = _named(values, column)
    if column.type in _UNLIKE:
        return values.lazy().select(named).collect()  # lazily: what several parts share is worked out once
    distinct = values.unique()
    table = distinct.lazy().select(pl.col(column.name), *named).collect()
    joined = values.join(table, on=column.name, how="left", maintain_order="left", nulls_equal=True)
    return joined.drop(column.name)


def _named(values: pl.DataFrame, column: Column) -> list[pl.Expr]:
    parts = _OF_TYPE[column.type](_text(values, column))
    return [value.alias(column.part(name)) for name, value in parts.items()]


def _text(frame: pl.DataFrame, column: Column) -> pl.Expr:
    kind = frame.schema[column.name]
    value = pl.col(column.name)
    if kind in (pl.Date, pl.Datetime):
        return value.dt.strftime("%Y%m%d")
    return value.cast(pl.String) if kind != pl.String else value


def _person(name: pl.Expr) -> Parts:
    given, surname = person_parts(name)
    return {"given": given, "surname": surname, "initial": given.str.slice(0, 1)}


def _given(name: pl.Expr) -> Parts:
    given = folded(name)
    return {"given": given, "initial": given.str.slice(0, 1)}


def _surname(name: pl.Expr) -> Parts:
    return {"surname": folded(name)}


def _words(text: pl.Expr) -> Parts:
    return {"words": folded(text)}


def _organisation(name: pl.Expr) -> Parts:
    parts = name.str.replace_all(r"[,;|/()]+|\s-\s", ";").str.split(";")
    kept = parts.list.eval(pl.element().filter(~folded(pl.element()).fill_null("").str.contains(_UNIT)))
    whole = pl.when(kept.list.len() > 0).then(kept.list.join(" ")).otherwise(name)
    words = folded(whole).str.replace_all(_SMALL_WORDS, "").str.replace_all(r"\s+", " ").str.strip_chars()
    return {"words": words.replace("", None), "joined": compact(name)}


def _address(text: pl.Expr) -> Parts:
    whole = folded(text)
    for short, long in _STREETS.items():
        whole = whole.str.replace_all(rf"\b{short}\b", long)
    number = whole.str.extract(_NUMBER, 0)
    street = whole.str.replace(_NUMBER, "").str.replace_all(r"\s+", " ").str.strip_chars().replace("", None)
    return {"whole": whole, "number": number, "words": street}


def _email(address: pl.Expr) -> Parts:
    whole = address.str.strip_chars().str.to_lowercase()
    halves = whole.str.split_exact("@", 1)
    domain = halves.struct.field("field_1").replace({"googlemail.com": "gmail.com", "": None})
    local = halves.struct.field("field_0").str.split_exact("+", 1).struct.field("field_0").replace("", None)
    local = pl.when(domain == "gmail.com").then(local.str.replace_all(".", "", literal=True)).otherwise(local)
    person = pl.when(~local.is_in(_ROLES)).then(local)
    return {
        "v": pl.concat_str(person, pl.lit("@"), domain),
        "local": pl.when(person.str.contains(r"\d")).then(person),
        "digits": pl.when(local.is_not_null()).then(local.str.replace_all(r"\D", "")),
        "domain": domain,
        "own": pl.when(~domain.is_in(_FREE_MAIL)).then(domain),
        "mailbox": pl.concat_str(local, pl.lit("@"), domain),
    }


def _phone(number: pl.Expr) -> Parts:
    digits = number.str.replace_all(r"\D", "").str.tail(_PHONE_DIGITS)
    return {"v": pl.when(digits.str.len_bytes() >= _SHORTEST_PHONE).then(digits)}


def _domain(site: pl.Expr) -> Parts:
    host = site.str.strip_chars().str.to_lowercase().str.replace(r"^[a-z]+://", "").str.replace(r"^www\.", "")
    host = host.str.extract(r"^([^/:?#]+)")
    return {"v": host, "label": host.str.extract(r"^([^.]+)\.")}


def _postcode(code: pl.Expr) -> Parts:
    whole = compact(code)
    return {"v": whole, "start": whole.str.slice(0, 3)}


def _date(text: pl.Expr) -> Parts:
    digits = text.str.slice(0, 10).str.replace_all(r"\D", "")
    whole = pl.when(digits.str.len_bytes().is_in([4, 8])).then(digits)
    return {"v": whole, "year": whole.str.slice(0, 4), "day": whole.str.slice(4).replace("", None)}


def _category(text: pl.Expr) -> Parts:
    return {"v": folded(text)}


def _number(text: pl.Expr) -> Parts:
    number = text.cast(pl.Float64, strict=False)
    return {"v": pl.when(number.is_finite()).then(number)}


_OF_TYPE: Final[dict[ColumnType, Callable[[pl.Expr], Parts]]] = {
    ColumnType.PERSON: _person,
    ColumnType.GIVEN: _given,
    ColumnType.SURNAME: _surname,
    ColumnType.ORGANISATION: _organisation,
    ColumnType.EMAIL: _email,
    ColumnType.PHONE: _phone,
    ColumnType.DOMAIN: _domain,
    ColumnType.POSTCODE: _postcode,
    ColumnType.ADDRESS: _address,
    ColumnType.DATE: _date,
    ColumnType.TEXT: _words,
    ColumnType.CATEGORY: _category,
    ColumnType.NUMBER: _number,
}
