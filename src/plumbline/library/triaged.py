"""A file of leads, checked batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.domain.fields import EXTRA, RECEIVED
from plumbline.domain.words import Kind
from plumbline.triage import Seen, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from plumbline.library.inputs import FileIntake, MappedRows
    from plumbline.triage import Triaged


def triaged(intake: FileIntake, size: int) -> Iterator[tuple[MappedRows, Triaged]]:
    """Batches of up to ``size`` rows as mapped and as checked; each knows the ids of those before it."""
    seen = Seen()
    for batch in intake.batches(size):
        checked = check(
            batch.received,
            kinds=_kinds(batch.received),
            blank_words=intake.cells.blank_words,
            date_formats=intake.cells.date_formats,
            seen=seen,
        )
        seen = checked.seen
        yield batch, checked


def _kinds(received: pl.DataFrame) -> dict[str, Kind]:
    """The kinds of the lead model; what a customer added is text, and can be read whatever it is."""
    extra = {name: Kind.TEXT for name in received.columns if name.startswith(EXTRA)}
    return {name: field.kind for name, field in RECEIVED.items()} | extra
