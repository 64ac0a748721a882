"""What a run asks people to do at once: answer those who used a data right, in their own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.qualify.context import READINGS
from plumbline.qualify.said import from_text
from plumbline.reading import Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TASK_SCHEMA: Final = {
    "row": pl.Int64(),
    "lead.id": pl.String(),
    "task": pl.String(),
    "message": pl.String(),
    "words": pl.String(),
    "owner": pl.String(),
}
_KEPT: Final = f"in.{READINGS}"


def tasks_of(records: pl.DataFrame) -> pl.DataFrame:
    """One row per message that uses a data right: ``task`` is the right, ``words`` what was written.

    ``records`` are recorded decisions (``record``); a run without readings has no tasks.
    """
    if _KEPT not in records.columns:
        return pl.DataFrame(schema=TASK_SCHEMA)
    found = records.filter(pl.col(_KEPT).is_not_null()).select("in.row", "lead.id", "owner", _KEPT)
    lines = [line for row in found.iter_rows(named=True) for line in _tasks(row)]
    return pl.DataFrame(lines, schema=TASK_SCHEMA, orient="row")


def _tasks(row: Mapping[str, object]) -> Iterator[tuple[object, ...]]:
    for said in from_text(str(row[_KEPT])):
        answer = said.answer(Field.DATA_RIGHTS)
        if said.right and answer:
            words = " … ".join(words for _, _, words in answer.quotes)
            yield row["in.row"], row["lead.id"], said.right, said.message, words, row["owner"]
