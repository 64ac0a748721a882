"""The structure of CSV bytes, found by counting instead of parsing.

Polars reads CSV faster than anything else here, but it pads short rows with nulls, and one stray quote makes
it see other rows than a person does. So it only gets bytes whose structure is proven first: every quote
opens or closes a cell, and the separators outside quotes are as many as the rows need. One bit per byte and
whole words of bits make the proof a fraction of the parsing itself (the idea is simdjson's).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    #: One bit per byte of the text, lowest bit first.
    Bits = NDArray[np.uint64]
    Positions = NDArray[np.intp]

_NEWLINE: Final = 10
_RETURN: Final = 13
_QUOTE: Final = 34
_ONE: Final = np.uint64(1)
_TOP: Final = np.uint64(63)
#: Bytes compared at a time, a multiple of 64: what stays in the processor's cache takes half the time.
_STRETCH: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Layout:
    """The separators outside quotes in the proven part of some bytes: the first ``end`` of them.

    ``is_broken`` says that a quote which neither opens nor closes a cell follows the proven part;
    ``is_quoted`` says that there are quotes that open and close cells, ``is_doubled`` that two of them
    stand together.
    """

    end: int
    is_broken: bool
    newlines: Bits
    delimiters: Bits
    is_quoted: bool
    is_doubled: bool = False

    @property
    def counts(self) -> tuple[int, int]:
        """Newlines and delimiters."""
        return _count(self.newlines), _count(self.delimiters)


def read_layout(raw: bytes, delimiter: int) -> Layout:
    """The layout of bytes that begin at the start of a record.

    By induction from there: if every odd quote begins a cell (or follows a closing quote, which makes the
    two an escaped quote) and every even quote ends one, then a byte is inside a quoted cell
    exactly when an odd number of quotes precede it.
    """
    data = np.frombuffer(raw, np.uint8)
    newlines, delimiters = _where(data, _NEWLINE), _where(data, delimiter)
    bad, is_doubled = None, False
    is_quoted = b'"' in raw
    if is_quoted:
        quotes = _where(data, _QUOTE)
        is_doubled = bool((quotes & _shifted_up(quotes)).any())
        inside = _parity(quotes)
        bad = _first_bad_quote(quotes, inside, newlines | delimiters, _line_returns(data, newlines), len(raw))
        newlines, delimiters = newlines & ~inside, delimiters & ~inside
    newlines = _below(newlines, len(raw) if bad is None else bad)
    end = _highest(newlines) + 1
    return Layout(end, bad is not None, newlines, _below(delimiters, end), is_quoted, is_doubled)


def plain_layout(raw: bytes, delimiter: int) -> Layout:
    """The layout of whole lines whose quotes mean nothing."""
    data = np.frombuffer(raw, np.uint8)
    return Layout(len(raw), False, _where(data, _NEWLINE), _where(data, delimiter), False)


def records(raw: bytes, layout: Layout) -> tuple[Positions, Positions]:
    """Where each record ends (after its newline) and how many fields it has, 0 for an empty line."""
    newlines = _positions(layout.newlines)
    before = np.searchsorted(_positions(layout.delimiters), newlines)
    ends = newlines + 1
    widths = np.diff(before, prepend=0) + 1
    return ends, np.where(_is_empty(np.frombuffer(raw, np.uint8), ends), 0, widths)


def _is_empty(data: NDArray[np.uint8], ends: Positions) -> NDArray[np.bool_]:
    lengths = np.diff(ends, prepend=0)
    empty: NDArray[np.bool_] = (lengths == 1) | ((lengths == 2) & (data[np.maximum(ends - 2, 0)] == _RETURN))
    return empty


def _first_bad_quote(quotes: Bits, inside: Bits, ends: Bits, returns: Bits, size: int) -> int | None:
    """Position of the first quote that stands neither at the start nor at the end of a cell."""
    borders = ends | quotes
    may_open = _shifted_up(borders) | _bit(0, len(quotes))
    # What follows the last byte is not known yet; no newline follows it either, so nothing is cut there.
    may_close = _shifted_down(borders | returns) | _bit(size - 1, len(quotes))
    return _lowest(quotes & ~((inside & may_open) | (~inside & may_close)))


def _line_returns(data: NDArray[np.uint8], newlines: Bits) -> Bits:
    """Carriage returns that belong to a line's end."""
    known = _shifted_down(newlines) | _bit(len(data) - 1, len(newlines))
    return _where(data, _RETURN) & known


def _where(data: NDArray[np.uint8], byte: int) -> Bits:
    packed = np.zeros(-(-len(data) // 64) * 8, np.uint8)
    for start in range(0, len(data), _STRETCH):
        found = np.packbits(data[start : start + _STRETCH] == byte, bitorder="little")
        packed[start // 8 : start // 8 + len(found)] = found
    return packed.view(np.uint64)


def _parity(bits: Bits) -> Bits:
    """For every place, whether the number of set bits up to and with it is odd."""
    odd = bits.copy()
    for step in (1, 2, 4, 8, 16, 32):
        odd ^= odd << np.uint64(step)
    carried = np.bitwise_xor.accumulate(odd >> _TOP)
    odd[1:] ^= np.negative(carried[:-1])
    return odd


def _shifted_up(bits: Bits) -> Bits:
    shifted = bits << _ONE
    shifted[1:] |= bits[:-1] >> _TOP
    return shifted


def _shifted_down(bits: Bits) -> Bits:
    shifted = bits >> _ONE
    shifted[:-1] |= bits[1:] << _TOP
    return shifted


def _bit(place: int, words: int) -> Bits:
    bits = np.zeros(words, np.uint64)
    bits[place // 64] = _ONE << np.uint64(place % 64)
    return bits


def _below(bits: Bits, place: int) -> Bits:
    """The bits before a place."""
    kept = bits.copy()
    kept[place // 64 + 1 :] = 0
    if place // 64 < len(kept):
        kept[place // 64] &= (_ONE << np.uint64(place % 64)) - _ONE
    return kept


def _lowest(bits: Bits) -> int | None:
    word = int(np.argmax(bits != 0)) if len(bits) else 0
    value = int(bits[word]) if len(bits) else 0
    return word * 64 + (value & -value).bit_length() - 1 if value else None


def _highest(bits: Bits) -> int:
    words = np.flatnonzero(bits)
    return int(words[-1]) * 64 + int(bits[words[-1]]).bit_length() - 1 if len(words) else -1


def _count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum())


def _positions(bits: Bits) -> Positions:
    return np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little"))
