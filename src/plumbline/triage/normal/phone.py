"""Phone numbers as E.164 (``+442079460018``), with the country they were dialled in as a hint."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from plumbline.triage.normal.script import tidy
from plumbline.triage.normal.value import Normal, Note, unclear

_LONGEST: Final = 60
#: What a spreadsheet makes of a long number; the digits it cut off are gone.
_SCIENTIFIC: Final = re.compile(r"^[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+$")
_DECIMAL: Final = re.compile(r"^(\+?\d{6,15})[.,]0+$")
_WHY: Final = {
    ValidationResult.TOO_SHORT: "too short",
    ValidationResult.TOO_LONG: "too long",
    ValidationResult.INVALID_LENGTH: "of a length that does not exist",
    ValidationResult.INVALID_COUNTRY_CODE: "without an existing country code",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "without its area code",
}


def phone(text: str, country: str | None = None) -> Normal:
    """The E.164 form. A number without + and without a known country is not guessed at.

    ``parts``: the country of the number, its extension, and ``exists: no`` where nobody can have the number.
    """
    clean = tidy(text)
    if _SCIENTIFIC.match(clean):
        return unclear(
            text, "phone_as_number", "A spreadsheet has turned this into a number; its last digits are lost."
        )
    decimal = _DECIMAL.match(clean)
    notes = [Note("decimal_left_out", "The decimal point of a spreadsheet left out.")] if decimal else []
    digits = decimal.group(1) if decimal else clean
    if len(digits) > _LONGEST or sum(letter.isdigit() for letter in digits) < 3:
        return unclear(text, "no_phone", "This is no phone number.")
    try:
        number = phonenumbers.parse(_international(digits), country)
    except NumberParseException as error:
        return _unreadable(text, error)
    return _checked(text, number, notes, country)


def _international(digits: str) -> str:
    """``00`` in front is how + is dialled in most of the world; (0) is left out when dialled from abroad."""
    plain = re.sub(r"^\s*00(?=[1-9])", "+", digits).lstrip()
    if not plain.startswith(("+", "(+")):
        return plain
    # In Italy the 0 belongs to the number and is dialled from abroad too.
    return plain.replace("(0)", "0" if plain.lstrip("(+").startswith(("39", "378")) else "")


def _unreadable(text: str, error: NumberParseException) -> Normal:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        if not tidy(text).startswith("+"):
            return unclear(text, "no_country", "Without a + and a country nobody knows where this number is.")
        return unclear(text, "impossible_phone", "No country has this country code.")
    if error.error_type == NumberParseException.TOO_LONG:
        return unclear(text, "impossible_phone", "The number is too long.")
    return unclear(text, "no_phone", "This is no phone number.")


def _checked(text: str, number: phonenumbers.PhoneNumber, notes: list[Note], country: str | None) -> Normal:
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE:
        return unclear(text, "impossible_phone", f"The number is {_WHY.get(possible, 'not possible')}.")
    value = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    parts = {
        "country": phonenumbers.region_code_for_number(number) or "",
        "extension": number.extension or "",
    }
    if not phonenumbers.is_valid_number(number):
        parts["exists"] = "no"
        notes.append(
            Note("phone_not_assigned", "Its length is right, but numbers like it are not given out.")
        )
    if country and not tidy(text).startswith(("+", "00")):
        notes.append(Note("country_added", f"The country code of {country} put in front."))
    return Normal(text, value, value, tuple(notes), {name: part for name, part in parts.items() if part})
