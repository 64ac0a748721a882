"""A Merkle tree in the manner of RFC 6962: one root commits to every row of a batch.

Leaves and inner nodes are hashed under different first bytes, so that no row can pose as a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import polars as pl

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
#: Rows turned into Python bytes at a time: a bounded copy, and faster than one large one.
_CHUNK: Final = 1000


def leaf(salt: bytes, row: bytes) -> bytes:
    """SHA-256 over the leaf mark, the row's salt and its canonical bytes."""
    return sha256(_LEAF + salt + row).digest()


def row_leaves(salts: pl.Series, rows: Iterable[bytes]) -> list[bytes]:
    """The leaves of many rows: ``salts`` Binary, ``rows`` as ``packed_rows`` gives them."""
    return [sha256(_LEAF + salt + row).digest() for salt, row in zip(_each(salts), rows, strict=True)]


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves; that of no leaves is the hash of nothing."""
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Proof:
    """That one leaf stands at an index (from 0) among ``size`` leaves: the siblings on the way up."""

    leaf: bytes
    index: int
    size: int
    path: tuple[bytes, ...]


def proof(leaves: Sequence[bytes], index: int) -> Proof:
    """The proof for one leaf. ``IndexError`` when there is none at the index."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    path, level, place = [], list(leaves), index
    while len(level) > 1:
        sibling = place ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, place = _parents(level), place // 2
    return Proof(leaves[index], index, len(leaves), tuple(path))


def check(shown: Proof, expected: bytes) -> bool:
    """Whether the leaf of a proof belongs under this root."""
    if not 0 <= shown.index < shown.size:
        return False
    siblings, node, place, width = iter(shown.path), shown.leaf, shown.index, shown.size
    while width > 1:
        if place ^ 1 < width:
            sibling = next(siblings, b"")
            node = _node(sibling, node) if place % 2 else _node(node, sibling)
        place, width = place // 2, (width + 1) // 2
    return node == expected and next(siblings, None) is None


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


def _parents(level: list[bytes]) -> list[bytes]:
    """One level up. A last node without a sibling rises as it is, which is RFC 6962's split."""
    above = [sha256(_NODE + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
    return above + level[-1:] if len(level) % 2 else above


def _each(salts: pl.Series) -> Iterator[bytes]:
    for start in range(0, len(salts), _CHUNK):
        yield from salts.slice(start, _CHUNK).to_list()
