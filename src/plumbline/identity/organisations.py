"""Which words of an organisation's name name the organisation: not its units, its address, or a remark.

"Chair of Optics, Technical University of Delft, Delft" is the university; "Acme Pumps, Department of Sales"
is Acme Pumps. A name of one piece stands as it is.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from plumbline.identity.fold import folded

#: In brackets behind a name stands what it is not called: a place, a short form, a former name.
_REMARK: Final = r"\([^()]*\)"
#: Universities of many places under one name: the place stands behind a comma.
_CAMPUS: Final = (
    r"(?i)(university of (?:alabama|alaska|arkansas|california|colorado|hawaii|houston|illinois|maine|"
    r"maryland|massachusetts|michigan|minnesota|missouri|nebraska|nevada|north carolina|south carolina|"
    r"tennessee|texas|wisconsin)),? (?:at )?((?:[\p{L}.]+ ?){1,3})"
)
_PIECES: Final = r"[,;|/()]+|\s\p{Pd}\s"
#: All other names are taken as they stand.
_COMPOUND: Final = r"(?i)[,;|/()]|\s\p{Pd}\s|univ|department|dept|\bfac"
_UNITS: Final = (
    r"department|departments|dept|division|faculty|facultad|faculdade|faculte|fakultat|school|schools|section|"
    r"unit|group|laboratory|laboratories|lab|labs|chair|office|branch|program|programme|departamento|"
    r"departement|dipartimento|lehrstuhl|abteilung|directorate|ward|team"
)
_UNIT: Final = rf"^(?:\S+ )?(?:{_UNITS})\b|\b(?:department|division|faculty|program|programme)$"
#: Words for organisations, those that hold others within them first.
_UNIVERSITY: Final = (
    r"\b(?:univ|universi\S*|uniwersytet\S*|\S*universitat\S*|polytechni\S*|politecn\S*|hochschule)\b"
)
_HOUSE: Final = (
    r"\b(?:hospital|hospitals|hopital|hopitaux|\S*klinikum|clinic|college|academy|akademi\S*|ministry|museum|"
    r"bank|corporation)\b"
)
_INSTITUTE: Final = r"\b(?:institut\S*|istituto|agency|council|foundation|society|association|observatory)\b"
#: What a university is called ends where a unit within it begins, and begins where it is said of what place.
_WITHIN: Final = (
    rf"^(.*\buniversi\S*\b.*?) (?:{_UNITS}|college|institute|center|centre|hospital) (?:of|for) .*$"
)
_OF: Final = (
    r"^(?:.*? )??((?:(?:technical|federal|national|state|medical|catholic|open|free|autonomous|agrarian) )?"
    r"(?:university|universite|universidad|universidade|universita|universitat) "
    r"(?:of|de|da|do|di|del|della|degli) .*)$"
)
#: "Huazhong University of Science": here the place stands in front and is the name.
_OF_SUBJECT: Final = (
    r"universi\S* (?:of|de|da|do|di|del|della|degli) (?:applied|agricultur|arts?|business|chemi|econom|"
    r"education|engineer|financ|foreign|forestry|health|information|law|life|medic|natural|pharma|post|scien|"
    r"social|sport|tecn|technolog|traditional|veterinar)"
)
#: One spelling for the words that organisations of every language are called by, and for what is cut short.
_SPELLINGS: Final = {
    "university": "univ universite universita universidad universidade universitat universiteit universitet "
    "universitetet universitas uniwersytet",
    "institute": "inst institut instituto istituto instituut",
    "hospital": "hosp hospitals hopital ospedale",
    "center": "centre centro centrum zentrum ctr",
    "national": "natl nacional nazionale nationale",
    "international": "intl internacional internazionale",
    "association": "assoc assn", "brothers": "bros", "company": "co", "corporation": "corp",
    "engineering": "engg engrg", "management": "mgmt", "manufacturing": "mfg", "services": "svc svcs",
    "technology": "tech techs",
}  # fmt: skip
_SPELLED: Final = {short: long for long, known in _SPELLINGS.items() for short in known.split()}
_SMALL_WORDS: Final = (
    "the", "of", "and", "for", "de", "la", "le", "du", "des", "der", "die", "das", "und", "et", "y", "e",
    "di", "del", "della", "do", "da", "dos",
)  # fmt: skip
#: A number behind the name of such a house is a footnote.
_FOOTNOTE: Final = r" \d{1,2}$"


def naming_words(names: pl.DataFrame) -> pl.DataFrame:
    """``words``: what names the organisations of the column ``value``; null where nothing is left."""
    value, word = pl.col("value"), pl.element()
    is_plain = ~value.str.contains(_COMPOUND).fill_null(value=False)
    told = names.select("value", is_plain=is_plain, words=pl.when(is_plain).then(folded(value)))
    compound = told.select(at=pl.arg_where(~pl.col("is_plain")))["at"]
    words = told["words"].scatter(compound, _named(names[compound])) if len(compound) else told["words"]
    kept = words.str.split(" ").list.eval(word.filter(~word.is_in(_SMALL_WORDS)).replace(_SPELLED))
    return kept.list.join(" ").replace("", None).alias("words").to_frame()


def _named(names: pl.DataFrame) -> pl.Series:
    """The piece of a compound name that names the organisation, without what stands around it."""
    value, pieces, own, whole = (pl.col(name) for name in ("value", "pieces", "own", "whole"))
    plain = names.select("value", plain=value.str.replace_all(_REMARK, " "))
    plain = plain.select(value=pl.when(pl.col("plain").str.contains(r"\p{L}")).then("plain").otherwise(value))
    placed = value.str.replace(_CAMPUS, "$1 $2").str.replace_all(_PIECES, ";").str.split(";")
    split = plain.select(pieces=placed).select(pieces=pieces.list.eval(folded(pl.element()).drop_nulls()))
    told = split.select(
        "pieces", own=pieces.list.eval(pl.element().filter(~pl.element().str.contains(_UNIT)))
    )
    told = told.select(own=pl.when(own.list.len() > 0).then(own).otherwise(pieces))
    kinds = (_UNIVERSITY, _HOUSE, _INSTITUTE)
    named = told.select("own", *(_first(own, kind).alias(str(at)) for at, kind in enumerate(kinds)))
    named = named.select("own", named=pl.coalesce("0", "1", "2").str.replace(_FOOTNOTE, ""))
    chosen = named.select(whole=pl.coalesce("named", own.list.join(" ")))
    of_place = pl.when(whole.str.contains(_OF_SUBJECT)).then(whole).otherwise(whole.str.replace(_OF, "$1"))
    return chosen.select(whole=of_place).select(whole.str.replace(_WITHIN, "$1")).to_series()


def _first(pieces: pl.Expr, kind: str) -> pl.Expr:
    return pieces.list.eval(pl.element().filter(pl.element().str.contains(kind))).list.first()
