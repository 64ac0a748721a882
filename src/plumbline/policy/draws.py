"""The keyed-hash lottery: chance that can be replayed, cannot be picked, and is written down.

One HMAC-SHA-256 per decision episode gives 32 bytes, read as four words of 64 bits: the numbers of the audit,
explore, blind and probe streams. The words of one output of a pseudo-random function are as independent of
each other as outputs for different inputs are, so four streams cost one hash. The holdout is drawn per
account, so that colleagues of one company are not treated differently; a lead without account is its own
unit. Inputs carry
a prefix per kind of unit: an account that is called like a lead is not drawn like it.

A number is compared with its chance in integers: selected if and only if u < floor(pi * 2**64).

Source: shared ground B.0 of the statistics note; HMAC: RFC 2104.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.words import Stream
from plumbline.policy.scalars import PER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl
    from numpy.typing import NDArray

#: The words of a lead's digest, in order.
LEAD_STREAMS: Final = (Stream.AUDIT, Stream.EXPLORE, Stream.BLIND, Stream.PROBE)
_BLOCK: Final = 64
_DIGEST: Final = 32
_WORD: Final = np.dtype(">u8")


def draw_numbers(leads: pl.Series, accounts: pl.Series, key: bytes) -> dict[Stream, NDArray[np.uint64]]:
    """The number u of every lead in every stream.

    Args:
        leads: ids of the decision episodes, text, none missing.
        accounts: the holdout unit of each, text; null where no account is known.
        key: the secret key of the epoch, at least 16 bytes.

    Returns:
        Per stream 64-bit numbers in the order of the rows.

    Raises:
        ValueError: the key is too short to keep the draw from being guessed.
    """
    if len(key) < 16:
        raise ValueError("a draw key has at least 16 bytes")
    ids = leads.to_list()
    words = _words(_digests(b"lead:", ids, key))
    numbers = {stream: words[:, at] for at, stream in enumerate(LEAD_STREAMS)}
    return numbers | {Stream.HOLDOUT: _holdout(ids, accounts.to_list(), key)}


def selected(numbers: NDArray[np.uint64], chance: int) -> NDArray[np.bool_]:
    """Which numbers win at a chance per 10,000."""
    if chance >= PER:
        return np.ones(len(numbers), dtype=np.bool_)
    return numbers < np.uint64((chance << 64) // PER)


def _holdout(leads: Sequence[str], accounts: Iterable[str | None], key: bytes) -> NDArray[np.uint64]:
    """One number per account, hashed once however many leads it has."""
    units = [
        f"alone:{lead}" if account is None else f"account:{account}"
        for lead, account in zip(leads, accounts, strict=True)
    ]
    position = {unit: at for at, unit in enumerate(dict.fromkeys(units))}
    numbers = _words(_digests(b"", position, key))[:, 0]
    return numbers[np.fromiter(map(position.__getitem__, units), dtype=np.intp, count=len(units))]


def _words(digests: bytes) -> NDArray[np.uint64]:
    """Digests as rows of four words, first bytes highest."""
    return np.frombuffer(digests, dtype=_WORD).reshape(-1, _DIGEST // 8).astype(np.uint64)


def _digests(prefix: bytes, units: Iterable[str], key: bytes) -> bytes:
    """HMAC-SHA-256 of every unit, one after the other.

    The two hash states that the key leads to are made once and copied, which here takes a third of the time
    of ``hmac.digest`` per unit. A test compares the result with ``hmac``.
    """
    padded = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + prefix).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded)).copy

    digests = []
    for unit in units:
        first, second = inner(), outer()
        first.update(unit.encode())
        second.update(first.digest())
        digests.append(second.digest())
    return b"".join(digests)
