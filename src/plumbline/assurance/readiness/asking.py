"""What all checks share: from a share to an answer, and how facts are put."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.readiness.model import Answer, Check, Evidence
from plumbline.assurance.words import OutcomeCode

if TYPE_CHECKING:
    from plumbline.assurance.readiness.model import Material
    from plumbline.domain.intervals import Share

#: Words for a source or a reason that say nothing. Compared without case and signs.
EMPTY_WORDS: Final = frozenset(
    {"", "other", "others", "unknown", "none", "n a", "na", "misc", "miscellaneous", "not set",
     "direct unknown", "not specified", "no reason", "select", "sonstiges", "autre", "otro"}
)  # fmt: skip
_ROWS_SHOWN: Final = 5


def answer_of(measure: Share | None, wanted: float, least: float) -> Answer:
    """Ready where the whole interval is above what is wanted, not yet where it is below the least."""
    if measure is None or not measure.of:
        return Answer.NOT_KNOWN
    if measure.low >= wanted:
        return Answer.READY
    return Answer.NOT_YET if measure.high < least or (measure.rate or 0.0) < least else Answer.PARTLY


def unknown(id_: str, title: str, question: str, text: str, step: str) -> Check:
    """A check that the history cannot answer."""
    return Check(id_, title, question, Answer.NOT_KNOWN, None, "", None, (Evidence(text),), step)


def fact(count: int, text: str) -> list[Evidence]:
    """A counted fact, where there is anything to count."""
    return [Evidence(text.format(count))] if count else []


def issues_of(material: Material) -> dict[OutcomeCode, int]:
    """Reported outcomes that cannot be used as they are, per code."""
    found = dict(material.outcomes.issues["code"].value_counts().iter_rows())
    return {code: int(found.get(code.value, 0)) for code in OutcomeCode}


def worse(answer: Answer, other: Answer) -> Answer:
    """The weaker of two answers."""
    order = (Answer.READY, Answer.PARTLY, Answer.NOT_YET, Answer.NOT_KNOWN)
    return max(answer, other, key=order.index)


def normal(words: pl.Series) -> pl.Series:
    """Words without case and signs."""
    return words.cast(pl.String).str.to_lowercase().str.replace_all(r"[\W_]+", " ").str.strip_chars()


def rows_of(material: Material, which: pl.Series) -> tuple[int, ...]:
    """The first rows of the file to look at."""
    return tuple(material.leads["row"].filter(which).head(_ROWS_SHOWN).to_list())
