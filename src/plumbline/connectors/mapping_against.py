"""A mapping held against the next export of its system: columns come, go and are renamed.

Harmless is what cannot change what a field means: a new column, one that was ignored anyway, another way of
writing the same name, a lost column that leads can do without. The rest has to be settled by a person: a lost
id or key field, and a lost column that may have a new name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbline.connectors.headers import FIELD_OF, normal, tight
from plumbline.connectors.mapping_codes import MappingCode
from plumbline.connectors.mapping_reader import near
from plumbline.domain.issues import Issue, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbline.connectors.mapping import FieldMap
    from plumbline.connectors.mapping_reader import MappingReader


@dataclass(slots=True)
class Held:
    """``renamed``: a name in the mapping to that in the file. ``differences``: harmless and worth saying."""

    renamed: dict[str, str] = field(default_factory=dict)
    differences: list[Issue] = field(default_factory=list)


def hold_against(reader: MappingReader, mapping: FieldMap, columns: Sequence[str]) -> Held:
    """Compare a mapping with the columns of a file. What is not harmless joins the reader's problems."""
    held = Held()
    new = list(mapping.unmapped(columns))
    foreign = bool(columns) and not set(mapping.used) & set(columns)
    for column, target, path in _wanted(mapping):
        if column in columns:
            continue
        same = next(
            (one for one in new if tight(one) == tight(column) or normal(one) == normal(column)), None
        )
        if same is not None:
            new.remove(same)
            held.renamed[column] = same
            _say(held, MappingCode.RENAMED_COLUMN, f"{column!r} is {same!r} in the file", column)
        elif target is None:
            _say(
                held,
                MappingCode.LOST_COLUMN,
                f"the file has no column {column!r}; it is ignored anyway",
                column,
            )
        elif (hint := _settle(column, target, mapping, new)) or foreign:
            reader.add(MappingCode.UNKNOWN_COLUMN, f"the file has no column {column!r}{hint}", path)
        else:
            said = f"the file has no column {column!r}; {target} is unknown for every lead"
            _say(held, MappingCode.LOST_COLUMN, said, column)
    for column in new:
        if not column.startswith("#"):
            _say(held, MappingCode.NEW_COLUMN, f"the column {column!r} is new; no field takes it", column)
    return held


def _wanted(mapping: FieldMap) -> Iterator[tuple[str, str | None, tuple[str | int, ...]]]:
    """Every column of the mapping, the field it feeds, and where it is written."""
    for column, target in mapping.columns.items():
        yield column, target, ("columns", column)
    for target, parts in mapping.joined.items():
        for column in parts:
            yield column, target, ("joined", target)
    for index, column in enumerate(mapping.ignored):
        yield column, None, ("ignored", index)


def _settle(column: str, target: str, mapping: FieldMap, new: Sequence[str]) -> str:
    """Why a lost column has to be settled by a person; empty when leads can do without."""
    if hint := near(column, new):
        return hint
    alike = [
        name for name in new for key in (normal(name), tight(name)) if FIELD_OF.get(key, ("",))[0] == target
    ]
    if alike:
        return f"; {alike[0]!r} is called like {target}"
    if target == "lead.id":
        return ", and without it no lead has an id"
    return f", and {target} is a key field" if target in mapping.key_fields else ""


def _say(held: Held, code: MappingCode, message: str, column: str) -> None:
    held.differences.append(Issue(code.value, message, f"columns.{column}", 0, Severity.WARNING))
