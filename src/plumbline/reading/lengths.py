# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""Lengths of time and the words for numbers they are written with."""

from __future__ import annotations

import re
from typing import Final

NUMBER_WORDS: Final[dict[str, float]] = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20,
    "twentyfour": 24, "thirty": 30, "thirty six": 36, "forty": 40, "fortyfive": 45, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100,
    "couple of": 2, "a couple of": 2, "couple": 2, "a few": 4, "few": 4, "several": 5, "half a": 0.5, "half an": 0.5, "half": 0.5,
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "zehn": 10, "zwolf": 12,
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "ocho": 8, "diez": 10, "doce": 12,
    "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six mois": 6, "huit": 8, "dix": 10, "douze": 12,
}  # fmt: skip
UNIT_DAYS: Final[dict[str, float]] = {
    "min": 0, "hour": 1 / 24, "hr": 1 / 24, "day": 1, "week": 7, "wk": 7, "fortnight": 14, "month": 30, "mth": 30, "mnth": 30, "mo": 30,
    "quarter": 91, "year": 365, "yr": 365, "tag": 1, "woche": 7, "monat": 30, "jahr": 365, "stunde": 1 / 24, "dia": 1, "semana": 7,
    "mes": 30, "ano": 365, "hora": 1 / 24, "jour": 1, "semaine": 7, "mois": 30, "an": 365, "heure": 1 / 24,
}  # fmt: skip

NUMBER: Final = "|".join(sorted((re.escape(word) for word in NUMBER_WORDS), key=len, reverse=True))
UNIT: Final = (
    "min(?:ute)?s?|hours?|hrs?|days?|weeks?|wks?|fortnights?|months?|mths?|mnths?|mos?|quarters?|years?|yrs?|"
    "tage?n?|wochen?|monate?n?|jahre?n?|stunden?|dias?|semanas?|mes(?:es)?|anos?|horas?|jours?|semaines?|mois|ans?|heures?"
)


def duration_days(text: str) -> float | None:
    """Days of ``two weeks``, ``3-4 mths``, ``18 months``: the longer end of a range."""
    match = _LENGTH.search(text)
    if match is None:
        return None
    unit = match["unit"].rstrip("s") if match["unit"] not in ("mes", "meses") else "mes"
    days = next(
        (
            UNIT_DAYS[key]
            for key in (match["unit"], unit, unit.rstrip("en"), unit + "e", unit.removesuffix("ute"))
            if key in UNIT_DAYS
        ),
        None,
    )
    number = _number(match["high"] or match["low"])
    return (
        None
        if days is None or number is None
        else number * days + (days / 2 if "half" in text and number >= 1 else 0)
    )


_LENGTH: Final = re.compile(
    rf"(?P<low>(?:\b(?:{NUMBER})\b|\d+(?:[.,]\d+)?))(?:\+)?(?:[ ]?(?:-|/|to|or|bis|a|y)[ ]?(?P<high>(?:{NUMBER})\b|\d+))?[^\d]{{0,20}}?\b(?P<unit>{UNIT})\b"
)


def _number(text: str) -> float | None:
    word = text.strip()
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None
