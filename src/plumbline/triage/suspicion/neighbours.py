"""Flags that other rows give: a message that several people sent, and many leads within one minute.

A row is compared with the rows before it, also in earlier batches, so how a file is cut into batches changes
nothing. The state is a value: earlier states stay valid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.triage.firsts import Firsts
from plumbline.triage.suspicion.flag import FlagCode

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Batches up to this many rows are looked at in Python first.
_FEW: Final = 16
#: Shorter messages are the same by nature: "please call me".
_SHORTEST: Final = 40
#: From the third person on with one message.
COPIES: Final = 2
#: Leads of one source within a minute that are still people.
BURST: Final = 20
#: A time of day; midnight is what a date alone becomes.
_TIME: Final = re.compile(r"\d:\d{2}")
_MINUTE: Final = r"^(.*\d{1,2}:\d{2})"
_MIDNIGHT: Final = r"\b0?0:00$"
_NOBODY: Final = ("contact.email", "contact.phone", "contact.name")
_COUNTS: Final = pl.Schema({"key": pl.UInt64, "before": pl.UInt32, "first": pl.Int64})
HITS: Final = pl.Schema(
    {"row": pl.Int64, "code": pl.String, "field": pl.String, "before": pl.UInt32, "first": pl.Int64}
)


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=_COUNTS)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What earlier batches held. Start with ``Neighbours()`` and pass on what ``look`` returns."""

    senders: Firsts = field(default_factory=Firsts)
    messages: pl.DataFrame = field(default_factory=_none)
    minutes: pl.DataFrame = field(default_factory=_none)

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes."""
        return self.senders.nbytes + int(self.messages.estimated_size() + self.minutes.estimated_size())


def look(texts: pl.DataFrame, state: Neighbours) -> tuple[pl.DataFrame, Neighbours]:
    """Compare a batch with the rows before.

    Args:
        texts: ``row`` and what there is of message, creation, source and contact, as trimmed text.
        state: what earlier batches held.

    Returns:
        One line per flagged row (``row``, ``code``, ``field``, ``before``: how many others came before it,
        ``first``: the first of them), and the state after the batch.
    """
    if texts.height <= _FEW and _is_plain(texts):
        return pl.DataFrame(schema=HITS), state
    copied, senders, messages = _copied(texts, state)
    burst, minutes = _bursts(texts, state)
    return pl.concat([copied, burst]).sort("row", "code"), Neighbours(senders, messages, minutes)


def _is_plain(texts: pl.DataFrame) -> bool:
    """Whether a few rows have neither a message nor a time that others could share."""
    known = [name for name in ("lead.message", "lead.created_at") if name in texts.columns]
    cells = [cell or "" for name in known for cell in texts.get_column(name).to_list()]
    return not any(len(cell) >= _SHORTEST or _TIME.search(cell) for cell in cells)


def _copied(texts: pl.DataFrame, state: Neighbours) -> tuple[pl.DataFrame, Firsts, pl.DataFrame]:
    if "lead.message" not in texts.columns:
        return pl.DataFrame(schema=HITS), state.senders, state.messages
    plain = pl.col("lead.message").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    sender = [pl.col(name).str.to_lowercase() for name in _NOBODY if name in texts.columns]
    keyed = (
        texts.select(
            "row", plain=plain, sender=pl.coalesce(*sender) if sender else pl.col("row").cast(pl.String)
        )
        .filter(pl.col("plain").str.len_chars() >= _SHORTEST)
        .select("row", key=pl.col("plain").hash(7), pair=pl.struct("plain", "sender").hash(8))
    )
    rows = keyed.get_column("row").cast(pl.UInt32).to_numpy()
    firsts, senders = state.senders.merged(keyed.get_column("pair").to_numpy(), rows)
    # A second lead of the same person with the same message is a duplicate, not a copy.
    new = keyed.filter(pl.Series(firsts == rows, dtype=pl.Boolean)).select("row", "key")
    counted, messages = _counted(new, state.messages)
    return _hits(counted, COPIES, FlagCode.COPIED_MESSAGE, "lead.message"), senders, messages


def _bursts(texts: pl.DataFrame, state: Neighbours) -> tuple[pl.DataFrame, pl.DataFrame]:
    if "lead.created_at" not in texts.columns:
        return pl.DataFrame(schema=HITS), state.minutes
    minute = pl.col("lead.created_at").str.extract(_MINUTE)
    source = pl.col("lead.source").fill_null("") if "lead.source" in texts.columns else pl.lit("")
    keyed = texts.select("row", minute=minute, source=source).filter(
        pl.col("minute").is_not_null() & ~pl.col("minute").str.contains(_MIDNIGHT)
    )
    counted, minutes = _counted(keyed.select("row", key=pl.struct("minute", "source").hash(9)), state.minutes)
    return _hits(counted, BURST, FlagCode.BURST, "lead.created_at"), minutes


def _counted(keyed: pl.DataFrame, state: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Per row how many rows with its key came before, and the first of them; and the counts after it."""
    known = keyed.join(state, on="key", how="left", maintain_order="left")
    ranked = known.with_columns(
        before=pl.col("before").fill_null(0) + pl.int_range(pl.len(), dtype=pl.UInt32).over("key"),
        first=pl.col("first").fill_null(pl.col("row").first().over("key")),
    ).cast({"before": pl.UInt32})
    last = ranked.group_by("key", maintain_order=True).agg(
        pl.col("before").max() + 1, pl.col("first").first()
    )
    rest = state.join(last, on="key", how="anti")
    return ranked, pl.concat([rest, last.cast(_COUNTS).select(*_COUNTS)])


def _hits(counted: pl.DataFrame, allowed: int, code: FlagCode, name: str) -> pl.DataFrame:
    flagged = counted.filter(pl.col("before") >= allowed)
    found = flagged.select(
        "row", code=pl.lit(code.value), field=pl.lit(name), before=pl.col("before"), first=pl.col("first")
    )
    return found.cast(HITS).select(*HITS)


def reason_of(code: str, before: int, first: int) -> str:
    """A neighbour's flag in plain words."""
    if code == FlagCode.COPIED_MESSAGE.value:
        return f"{before} other people sent the same message before; row {first} was the first."
    return (
        f"{before} leads of the same source came within the same minute before it; row {first} was the first."
    )


def codes_of(rows: Iterable[int], hits: pl.DataFrame) -> list[list[str]]:
    """The codes of each row, in the order of the rows."""
    by_row: dict[int, list[str]] = {}
    for row, code in hits.select("row", "code").iter_rows():
        by_row.setdefault(row, []).append(code)
    return [by_row.get(row, []) for row in rows]
