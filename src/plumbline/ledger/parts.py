"""A part: one batch of a run, its rows committed to by one root in the ledger.

A part's frame holds ``lead.id``, the received and decision columns as they are, and three columns of its own:

- ``ledger.salt`` (Binary): the random salt of the row; null once the row is erased.
- ``ledger.check`` (UInt32): the first four bytes of the row's leaf. It names the row that was changed; the
  root in the ledger remains the judge, since whoever changes a row can also change its check.
- ``ledger.leaf`` (Binary): null, until the row is erased. Then only the leaf and its check stay.

Rows are counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.errors import LedgerError
from plumbline.ledger import merkle
from plumbline.ledger.packed import packed_rows
from plumbline.ledger.verify import Broken, Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from plumbline.ledger.entry import Fact

LEAD: Final = "lead.id"
SALT: Final = "ledger.salt"
CHECK: Final = "ledger.check"
LEAF: Final = "ledger.leaf"
_OWN_TYPES: Final = {LEAD: pl.String(), SALT: pl.Binary(), CHECK: pl.UInt32(), LEAF: pl.Binary()}
OWN: Final = (SALT, CHECK, LEAF)
ROW_SALT_BYTES: Final = 16
_ROUTE: Final = "route"
_ROUTE_FACT: Final = "route."


@dataclass(frozen=True, slots=True)
class PartFact:
    """What the ledger keeps of a part: no lead, only counts, the root over its rows, the hash of its file.

    ``file`` is the SHA-256 of the file as it was written, set once it is. It holds until a row of the part is
    erased; the root holds for good.
    """

    index: int
    rows: int
    root: str
    routes: Mapping[str, int]
    file: str = ""

    @property
    def name(self) -> str:
        """The file's name: ``part-00003.parquet``."""
        return f"part-{self.index:05d}.parquet"

    def facts(self) -> dict[str, Fact]:
        """As facts of a header."""
        routes = {f"{_ROUTE_FACT}{route}": count for route, count in self.routes.items()}
        return {"file": self.file, "part": self.index, "rows": self.rows, "root": self.root, **routes}

    @classmethod
    def of(cls, facts: Mapping[str, Fact]) -> PartFact:
        """From the facts of a ``decisions:recorded`` header."""
        routes = {
            name.removeprefix(_ROUTE_FACT): int(str(count))
            for name, count in facts.items()
            if name.startswith(_ROUTE_FACT)
        }
        return cls(
            int(str(facts["part"])), int(str(facts["rows"])), str(facts["root"]), routes, str(facts["file"])
        )


def row_ref(run: str, part: int, row: int) -> str:
    """The name a tombstone knows a row by: a place, not a person."""
    return f"{run}/{part}#{row}"


def rows_by_part(run: str, refs: Iterable[str]) -> dict[int, set[int]]:
    """The rows of a run that are among these references, by part."""
    rows: dict[int, set[int]] = {}
    for name, _, place in (ref.partition("/") for ref in refs):
        if name == run:
            part, _, row = place.partition("#")
            rows.setdefault(int(part), set()).add(int(row))
    return rows


def seal_part(index: int, frame: pl.DataFrame, salts: pl.Series) -> tuple[pl.DataFrame, PartFact]:
    """A batch as it is stored, and what the ledger keeps of it. ``salts``: one per row, Binary, random."""
    _refuse_unfit(frame, salts)
    leaves = merkle.row_leaves(salts, packed_rows(frame))
    own = [salts.alias(SALT), _checks(leaves), pl.Series(LEAF, [None] * len(leaves), dtype=pl.Binary)]
    return frame.with_columns(own), PartFact(index, frame.height, merkle.root(leaves).hex(), _routes(frame))


def committed(part: pl.DataFrame) -> pl.DataFrame:
    """The columns of a stored part that its root speaks of."""
    return part.drop(OWN)


def leaves(part: pl.DataFrame) -> list[bytes]:
    """The leaves of a stored part: recomputed for live rows, as kept for erased ones."""
    kept = part.get_column(LEAF)
    live = part.filter(kept.is_null()) if kept.null_count() < part.height else part
    fresh = merkle.row_leaves(live.get_column(SALT), packed_rows(committed(live)))
    if live.height == part.height:
        return fresh
    following = iter(fresh)
    return [next(following) if old is None else old for old in kept]


def erase_rows(part: pl.DataFrame, rows: AbstractSet[int]) -> pl.DataFrame:
    """The part with these rows (from 1) emptied: only the leaf and its check stay."""
    chosen = _mask(part.height, rows)
    old = pl.Series(LEAF, leaves(part), dtype=pl.Binary)
    emptied = [pl.when(~chosen).then(pl.exclude(CHECK, LEAF)).name.keep()]
    kept = pl.when(chosen).then(old).otherwise(pl.col(LEAF)).alias(LEAF)
    return part.with_columns(*emptied, kept)


def check_part(part: pl.DataFrame, fact: PartFact, erased: AbstractSet[int]) -> Broken | None:
    """The first thing in a stored part that is not as committed. ``erased``: rows that a tombstone names."""
    try:
        return _misfit(part, fact) or _check_erased(part, fact, erased) or _check_leaves(part, fact)
    except LedgerError as error:
        return Broken(0, Flaw.UNREADABLE_PART, f"{fact.name}: {error}")


def _misfit(part: pl.DataFrame, fact: PartFact) -> Broken | None:
    for name, dtype in _OWN_TYPES.items():
        if part.schema.get(name) != dtype:
            return Broken(0, Flaw.UNREADABLE_PART, f"{fact.name} has no column {name} of type {dtype}.")
    if part.height != fact.rows:
        return Broken(0, Flaw.ROOT, f"{fact.name} holds {part.height} rows, the ledger says {fact.rows}.")
    return None


def _check_erased(part: pl.DataFrame, fact: PartFact, erased: AbstractSet[int]) -> Broken | None:
    named = _mask(part.height, erased)
    gone = pl.any_horizontal(pl.col(LEAF).is_not_null(), pl.col(LEAD, SALT).is_null())
    remains = pl.any_horizontal(pl.exclude(CHECK, LEAF).is_not_null())
    first = part.select(
        (gone & ~named).arg_true().first().alias("gone"), (remains & named).arg_true().first().alias("there")
    )
    row = first.item(0, "gone")
    if row is not None:
        return Broken(
            0, Flaw.MISSING_BODY, f"Row {row + 1} of {fact.name} is gone, and no tombstone says why."
        )
    row = first.item(0, "there")
    if row is not None:
        return Broken(
            0, Flaw.RESURRECTED, f"Row {row + 1} of {fact.name} has a tombstone and is still there."
        )
    return None


def _check_leaves(part: pl.DataFrame, fact: PartFact) -> Broken | None:
    found = leaves(part)
    row = (_checks(found).ne_missing(part.get_column(CHECK))).arg_true().first()
    if row is not None:
        return Broken(
            0, Flaw.ROW, f"Row {int(str(row)) + 1} of {fact.name} is not the one that was recorded."
        )
    if merkle.root(found).hex() != fact.root:
        return Broken(0, Flaw.ROOT, f"The rows of {fact.name} are not those that were recorded.")
    return None


def _mask(height: int, rows: AbstractSet[int]) -> pl.Series:
    """True at these rows (from 1)."""
    mask = np.zeros(height, dtype=bool)
    mask[[row - 1 for row in rows if 1 <= row <= height]] = True
    return pl.Series("mask", mask)


def _checks(found: list[bytes]) -> pl.Series:
    words = np.frombuffer(b"".join(found), dtype=">u4").reshape(-1, 8)[:, 0]
    return pl.Series(CHECK, words.astype(np.uint32), dtype=pl.UInt32)


def _routes(frame: pl.DataFrame) -> dict[str, int]:
    if _ROUTE not in frame.columns:
        return {}
    counts = frame.get_column(_ROUTE).value_counts().sort(_ROUTE)
    return dict(counts.iter_rows())


def _refuse_unfit(frame: pl.DataFrame, salts: pl.Series) -> None:
    taken = [name for name in OWN if name in frame.columns]
    if taken:
        raise LedgerError(f"Column {taken[0]!r} belongs to the ledger; a batch cannot bring its own.")
    if frame.schema.get(LEAD) != pl.String or frame.get_column(LEAD).null_count():
        raise LedgerError(f"Every row needs its {LEAD} as text: a decision belongs to a lead.")
    if len(salts) != frame.height or salts.null_count():
        raise LedgerError("Every row needs a salt of its own.")
