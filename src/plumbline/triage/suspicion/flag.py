"""What looks suspicious about a lead. A flag is a signal for a person or a policy; it rejects nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class FlagCode(StrEnum):
    """Codes in the order of how sure they are."""

    TEST_ENTRY = "test_entry"
    KEYBOARD_RUN = "keyboard_run"
    REPEATED_LETTERS = "repeated_letters"
    GIBBERISH_NAME = "gibberish_name"
    DISPOSABLE_DOMAIN = "disposable_domain"
    LOOKALIKE_DOMAIN = "lookalike_domain"
    MIXED_SCRIPTS = "mixed_scripts"
    IMPOSSIBLE_PHONE = "impossible_phone"
    COPIED_MESSAGE = "copied_message"
    BURST = "burst"


FLAG_EXPLANATIONS: Final = MappingProxyType(
    {
        FlagCode.TEST_ENTRY: "What people type to try a form, such as test, John Doe or @example.com.",
        FlagCode.KEYBOARD_RUN: "Letters or digits that lie side by side on a keyboard.",
        FlagCode.REPEATED_LETTERS: "One letter, or a few, over and over.",
        FlagCode.GIBBERISH_NAME: "Letters that follow each other as in no name that the model has seen.",
        FlagCode.DISPOSABLE_DOMAIN: "An address at a service for addresses to throw away.",
        FlagCode.LOOKALIKE_DOMAIN: "A domain that is nearly a well-known one, or that of many other leads.",
        FlagCode.MIXED_SCRIPTS: "Letters of scripts in one word that pass for each other.",
        FlagCode.IMPOSSIBLE_PHONE: "A phone number of a length or country code that does not exist.",
        FlagCode.COPIED_MESSAGE: "The same long message from several other people before.",
        FlagCode.BURST: "Many leads of one source within one minute before it.",
    }
)


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding. ``reason`` is said in plain words and quotes the evidence."""

    code: FlagCode
    field: str
    value: str
    reason: str
