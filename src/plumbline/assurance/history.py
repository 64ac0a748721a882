"""What was known when: versions of field values, and the one way to read them, which takes a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.errors import PlumblineError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Every moment in this room.
MOMENT: Final = pl.Datetime("us", "UTC")
_LEAD: Final = "lead.id"
_KNOWN: Final = "known_at"
_CHANGE_COLUMNS: Final = (_LEAD, "field", "value", "at")


class HistoryError(PlumblineError):
    """A history of changes does not say what changed, when, or of which lead."""

    code = "history"


@dataclass(frozen=True, slots=True)
class History:
    """Versions of the fields of leads, each with the time it holds from and the time it became known.

    There is no way to take a value out without saying as of when. Made by ``of_export``.

    ``leads``: ``lead.id`` and ``created_at``, nothing else. ``changed``: fields that have later versions.
    ``rewound``: whether changes were given at all; without them every cell counts as known from the start,
    which an export of today cannot promise.
    """

    leads: pl.DataFrame
    changed: tuple[str, ...]
    rewound: bool
    _first: pl.DataFrame = field(repr=False)
    _later: pl.DataFrame = field(repr=False)

    @classmethod
    def of_export(
        cls, received: pl.DataFrame, created: pl.Series, changes: pl.DataFrame | None = None
    ) -> History:
        """Rewind an export of today by the changes that led to it.

        Args:
            received: ``row``, ``lead.id`` and fields as text, one row per lead, with today's values.
            created: the moment each of these leads came in.
            changes: ``lead.id``, ``field``, ``value``, ``at`` and, where they are known, ``old`` (the value
                before) and ``valid_at`` (from when the value holds, if not from ``at``).

        A cell that was changed had its ``old`` value before; where nobody wrote that down it was unknown,
        for what is not known to have been there must not be learned from.
        """
        base = received.with_columns(created.cast(MOMENT).alias("created_at"))
        later = _changes(changes, base)
        names = tuple(sorted(set(later["field"])))
        return cls(
            leads=base.select(_LEAD, "created_at"),
            changed=names,
            rewound=changes is not None,
            _first=_rewound(base, later, names),
            _later=later,
        )

    def as_of(self, moments: pl.DataFrame) -> pl.DataFrame:
        """The fields as they were known at each moment: one row per row of ``moments``, in its order.

        Args:
            moments: ``lead.id`` and ``decided_at``. A lead may be asked for at several moments.

        Before a lead came in nothing of it is known: its row has ``lead.id`` and nothing else.
        """
        asked = moments.select(_LEAD, pl.col("decided_at").cast(MOMENT)).with_row_index("#at")
        known = asked.join(self._first, on=_LEAD, how="left", maintain_order="left")
        before = pl.col("created_at") > pl.col("decided_at")
        fields = [name for name in self._first.columns if name not in (_LEAD, "created_at")]
        known = known.with_columns(pl.when(~before).then(pl.col(name)).alias(name) for name in fields)
        versions = asked.join(self._later, on=_LEAD, how="inner")
        versions = versions.filter(
            (pl.col(_KNOWN) <= pl.col("decided_at")) & (pl.col("valid_at") <= pl.col("decided_at"))
        )
        for name in self.changed:
            known = _with_latest(known, versions.filter(pl.col("field") == name), name)
        return known.sort("#at").drop("#at", "created_at")

    def fills(self) -> pl.DataFrame:
        """When cells were changed, without what was written: ``lead.id``, ``field``, ``known_at``."""
        return self._later.select(_LEAD, "field", _KNOWN)


def _with_latest(known: pl.DataFrame, versions: pl.DataFrame, name: str) -> pl.DataFrame:
    """Put the last version of one field over the first one; a version may say that the cell was emptied."""
    last = versions.sort("valid_at", _KNOWN, "#order").group_by("#at").agg(pl.last("value").alias("#new"))
    joined = known.join(last.with_columns(hit=pl.lit(value=True)), on="#at", how="left")
    return joined.with_columns(
        pl.when("hit").then("#new").otherwise(pl.col(name) if name in known.columns else None).alias(name)
    ).drop("#new", "hit")


def _changes(changes: pl.DataFrame | None, base: pl.DataFrame) -> pl.DataFrame:
    """Changes of these leads in one shape; what has no time cannot be used and is refused."""
    if changes is None:
        schema = {_LEAD: pl.String, "field": pl.String, "value": pl.String, "old": pl.String}
        schema |= {_KNOWN: MOMENT, "valid_at": MOMENT, "#order": pl.UInt32}  # type: ignore[dict-item]
        return pl.DataFrame(schema=schema)
    _require(changes, _CHANGE_COLUMNS)
    at = pl.col("at").cast(MOMENT)
    valid = pl.col("valid_at").cast(MOMENT).fill_null(at) if "valid_at" in changes.columns else at
    old = pl.col("old") if "old" in changes.columns else pl.lit(None, dtype=pl.String)
    later = changes.select(
        _LEAD, "field", "value", old.cast(pl.String).alias("old"), at.alias(_KNOWN), valid.alias("valid_at")
    )
    if later[_KNOWN].null_count():
        raise HistoryError("every change needs the time at which it was made.")
    later = later.join(base.select(_LEAD, "created_at"), on=_LEAD, how="inner", maintain_order="left")
    # What was entered with the lead, or before it, is its first version.
    held = pl.max_horizontal("valid_at", "created_at")
    return later.with_columns(valid_at=held).drop("created_at").with_row_index("#order")


def _rewound(base: pl.DataFrame, later: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The first version of every cell: today's value where nothing changed it, else the one before."""
    first = base
    for name in names:
        earliest = (
            later.filter(pl.col("field") == name)
            .sort(_KNOWN, "#order")
            .group_by(_LEAD)
            .agg(pl.first("old").alias("#old"), pl.lit(value=True).alias("hit"))
        )
        today = pl.col(name) if name in base.columns else pl.lit(None, dtype=pl.String)
        first = first.join(earliest, on=_LEAD, how="left", maintain_order="left").with_columns(
            pl.when("hit").then("#old").otherwise(today).alias(name)
        )
        first = first.drop("#old", "hit")
    return first


def _require(frame: pl.DataFrame, names: Sequence[str]) -> None:
    if missing := [name for name in names if name not in frame.columns]:
        raise HistoryError(f"the history of changes has no column for {', '.join(missing)}.")
