"""Which leads were worked by the policy, by lot or by a rep: from a file, or from what a run recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.propensity import CHANCE, label_chances, refuse_small, weights_of
from plumbline.connectors.files import open_source
from plumbline.connectors.sales_tables import CHOSEN, read_table
from plumbline.domain.errors import MissingPropensityError, UnreadableFileError
from plumbline.domain.words import Route, Stream
from plumbline.store import RunFolder
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

_LEAD: Final = "lead.id"
_FLAGS: Final = {
    **dict.fromkeys(("yes", "y", "true", "1"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}
_WHOLE: Final = 10_000


def chosen_from(path: Path) -> pl.DataFrame:
    """``lead.id``, ``pursued``, ``drawn``, ``chance`` from a table of these, or from the folder of a run.

    A cell that cannot be read is an error that names row, column and value: a guess about who was drawn
    would bias everything that follows.
    """
    if (path / MANIFEST).is_file():
        return _from_run(RunFolder(path))
    frame = read_table(open_source(path), CHOSEN).frame.filter(pl.col(_LEAD).is_not_null())
    flags = [
        pl.col(name).str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
        for name in ("pursued", "drawn")
    ]
    read = frame.with_columns(*flags, pl.col("chance").cast(pl.Float64, strict=False))
    for name in ("pursued", "drawn", "chance"):
        _refuse_unread(path, frame, read, name)
    return read.drop("row")


def _refuse_unread(path: Path, said: pl.DataFrame, read: pl.DataFrame, name: str) -> None:
    broken = said.filter(pl.col(name).is_not_null() & read[name].is_null())
    if broken.height:
        row, value = broken["row"][0], broken[name][0]
        raise UnreadableFileError(f"{path}, row {row}, column {name}: {value!r} cannot be read.")


def _from_run(folder: RunFolder) -> pl.DataFrame:
    """What a run intended, drew and logged. Erased leads and those of people who objected are in no frame."""
    nurture, stream = Route.NURTURE.word, Stream.EXPLORE
    return (
        folder.scan()
        .filter(pl.col(_LEAD).is_not_null() & pl.col("points").is_not_null())
        .select(
            _LEAD,
            (pl.col("intended_route") != nurture).alias("pursued"),
            pl.col(f"draw.{stream}").fill_null(value=False).alias("drawn"),
            (pl.col(f"pi.{stream}") / _WHOLE).alias("chance"),
        )
        .collect()
    )


def weighted(table: pl.DataFrame, chosen: pl.DataFrame | None) -> pl.DataFrame:
    """A ready training table with label weights: by ``chosen``, or by its own column ``label_chance``.

    A table without either stays as it is. Rows whose chance nobody knows lose their label.
    """
    if chosen is not None:
        if _LEAD not in table.columns:
            raise MissingPropensityError(
                f"The training table has no column {_LEAD}, so no chance can be joined to its rows."
            )
        known = table.drop(CHANCE, "chosen_by", strict=False)
        chances = label_chances(known.unique(_LEAD, maintain_order=True), chosen)
        table = known.join(chances, on=_LEAD, how="left", maintain_order="left")
    elif CHANCE not in table.columns or "weight" in table.columns:
        return table
    refuse_small(table, CHANCE)
    label = table["label"]
    weights = pl.Series("weight", weights_of(table, label.is_not_null().cast(pl.Float64).to_numpy()).weights)
    return table.with_columns(weights, label=pl.when(weights > 0).then(label))
