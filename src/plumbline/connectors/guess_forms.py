"""The forms that a guessed mapping declares for a column: its style of numbers, its format of dates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plumbline.connectors.number_styles import STYLES

if TYPE_CHECKING:
    from plumbline.connectors.looks import Look


def counted(look: Look) -> Look:
    """People are counted without decimals, so a sign between three digits each stands before thousands."""
    whole = tuple(one for one in look.number_styles if one[1] == look.number_signs)
    return replace(look, number_styles=whole) if len(look.number_styles) > 1 and whole else look


def style_of(look: Look) -> str | None:
    """The style that a column has to declare; None where its numbers are read as they are."""
    if len(look.number_styles) != 1 or (look.number and look.number_styles == STYLES[:1]):
        return None
    return look.number_styles[0]


def format_of(look: Look) -> str | None:
    """The format that a column of dates has to declare; None for ISO and where several fit."""
    return look.date_formats[0] if len(look.date_formats) == 1 and not look.iso_date else None
