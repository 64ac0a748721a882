"""How likely each answer to an unknown signal is: as frequent as among the first leads that know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from plumbline.engines.intake import Intake
    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.path import Qualified

#: Leads whose known values say how likely each answer to an unknown one is.
MIX_ROWS: Final = 20_000


def first_rows(intake: Intake, part_rows: int) -> pl.DataFrame | None:
    """Leads of the first rows, the same however the file is cut into batches; None when there are none."""
    frames: list[pl.DataFrame] = []
    for batch in intake.batches(part_rows):
        frames.append(batch.received.filter(pl.col("row") <= MIX_ROWS))
        if frames[-1].height < batch.received.height:
            break
    return pl.concat(frames) if frames else None


def with_mix(bundle: Bundle, first: Qualified) -> Bundle:
    """The bundle that weighs answers as the first leads do. People who objected are not counted."""
    return bundle.with_mix_of(first.signals.filter(first.decisions["points"].is_not_null()))
