"""LIKE without escapes: ``%`` is any run of characters, ``_`` exactly one (a code point, not a byte)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def segments(pattern: str) -> list[str]:
    """The pieces between the ``%``; runs of ``%`` count once. The first is a prefix, the last a suffix."""
    return re.sub("%+", "%", pattern).split("%")


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches, in time linear in the text for each piece: no backtracking."""
    first, *rest = [_finder(piece) for piece in segments(pattern)]
    lengths = [len(piece) for piece in segments(pattern)]
    if not rest:
        return lambda text: len(text) == lengths[0] and first.match(text) is not None
    *inner, last = rest

    def matches(text: str) -> bool:
        end = len(text) - lengths[-1]
        place = lengths[0]
        if place > end or not first.match(text) or not last.match(text, end):
            return False
        for finder in inner:
            found = finder.search(text, place, end)
            if found is None:
                return False
            place = found.end()
        return True

    return matches


def _finder(piece: str) -> re.Pattern[str]:
    return re.compile(".".join(re.escape(plain) for plain in piece.split("_")), re.DOTALL)
