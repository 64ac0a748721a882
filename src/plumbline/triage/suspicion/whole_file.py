"""Everything suspicious in a file, each finding with its reason and the rows behind it.

The main path sees a row and those before it. A report sees the whole file, so it also knows slips of domains
that others in the file have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.triage.suspicion.domains import slips_in_file
from plumbline.triage.suspicion.flag import FlagCode
from plumbline.triage.suspicion.local import CHECKS, flags_of
from plumbline.triage.suspicion.neighbours import Neighbours, look, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

#: ``others`` are the rows behind a finding beside its own, the first of them.
SCHEMA: Final = pl.Schema(
    {
        "row": pl.Int64(),
        "code": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "reason": pl.String(),
        "others": pl.List(pl.Int64),
    }
)
#: Characters of a value, and other rows, that are shown.
_SHOWN: Final = 200
_OTHERS: Final = 5
_DOMAIN: Final = "triage.email_domain"

_Line = tuple[int, str, str, str, str, list[int]]


def suspects(texts: pl.DataFrame) -> pl.DataFrame:
    """One line per finding, in the order of the rows.

    Args:
        texts: ``row`` and the fields that are looked at as trimmed text, as ``derive.texts_of`` gives them.
    """
    lines = [*_own(texts), *_slips(texts), *_neighbours(texts)]
    return pl.DataFrame(lines, schema=SCHEMA, orient="row").sort("row", "code", "field", maintain_order=True)


def _own(texts: pl.DataFrame) -> Iterator[_Line]:
    for name in (field for field in CHECKS if field in texts.columns):
        values = (
            texts.select("row", value=name).drop_nulls().group_by("value", maintain_order=True).agg("row")
        )
        for value, rows in values.iter_rows():
            for flag in flags_of(name, value):
                for row in rows:
                    others = [other for other in rows[: _OTHERS + 1] if other != row][:_OTHERS]
                    yield row, flag.code.value, name, value[:_SHOWN], flag.reason, others


def _slips(texts: pl.DataFrame) -> Iterator[_Line]:
    if _DOMAIN not in texts.columns:
        return
    known = (
        texts.select("row", domain=_DOMAIN).drop_nulls().group_by("domain", maintain_order=True).agg("row")
    )
    rows = dict(known.iter_rows())
    for slip, right in slips_in_file({domain: len(found) for domain, found in rows.items()}).items():
        reason = f"{slip} is nearly {right}, which {len(rows[right])} other leads have."
        for row in rows[slip]:
            yield row, FlagCode.LOOKALIKE_DOMAIN.value, _DOMAIN, slip, reason, rows[right][:_OTHERS]


def _neighbours(texts: pl.DataFrame) -> Iterator[_Line]:
    hits, _ = look(texts, Neighbours())
    if not hits.height:
        return
    values = {name: dict(texts.select("row", name).iter_rows()) for name in hits["field"].unique().to_list()}
    for row, code, name, before, first in hits.iter_rows():
        value = str(values[name][row])[:_SHOWN]
        yield row, code, name, value, reason_of(code, before, first), [first]
