"""What a run asks people to do: answer those who used a data right, settle what two readers differ about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.qualify.context import READINGS
from plumbline.qualify.said import from_text
from plumbline.reading import Abstention, Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbline.qualify.said import Quoted, Said

TASK_SCHEMA: Final = {
    "row": pl.Int64(),
    "lead.id": pl.String(),
    "task": pl.String(),
    "message": pl.String(),
    "words": pl.String(),
    "owner": pl.String(),
}
#: Before the field of a task in which two readers differ.
SETTLE: Final = "settle:"
_KEPT: Final = f"in.{READINGS}"


def tasks_of(records: pl.DataFrame) -> pl.DataFrame:
    """One row per data right that a message uses, and per answer in which two readers differ.

    ``task`` is the right, or ``settle:<field>``; ``words`` is what was written.

    ``records`` are recorded decisions (``record``); a run without readings has no tasks.
    """
    if _KEPT not in records.columns:
        return pl.DataFrame(schema=TASK_SCHEMA)
    found = records.filter(pl.col(_KEPT).is_not_null()).select("in.row", "lead.id", "owner", _KEPT)
    lines = [line for row in found.iter_rows(named=True) for line in _tasks(row)]
    return pl.DataFrame(lines, schema=TASK_SCHEMA, orient="row")


def _tasks(row: Mapping[str, object]) -> Iterator[tuple[object, ...]]:
    for said in from_text(str(row[_KEPT])):
        for answer in said.answers:
            task = _task(said, answer)
            if task:
                words = " … ".join(words for _, _, words in answer.quotes)
                yield row["in.row"], row["lead.id"], task, said.message, words, row["owner"]


def _task(said: Said, answer: Quoted) -> str | None:
    if answer.field is Field.DATA_RIGHTS and said.right:
        return said.right
    return f"{SETTLE}{answer.field}" if answer.why_not == Abstention.DISAGREE.value else None
