"""Which value a merged record shows, field by field. The records themselves stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Rule(StrEnum):
    """How one value is chosen among those of a cluster. Every rule ends in the same order.

    So it is never a lot.
    """

    MOST_RECENT = "most_recent"
    MOST_COMPLETE = "most_complete"
    MOST_TRUSTED = "most_trusted"
    MOST_FREQUENT = "most_frequent"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a cluster.

    Its fields, when it was last changed (sortable text) and where it came from.
    """

    id: str
    fields: Mapping[str, str | None]
    at: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Survivor:
    """The value shown, the record it comes from, the rule, and the other values that stay readable."""

    value: str | None
    record: str | None
    rule: Rule
    others: tuple[tuple[str, str], ...]


def view(
    members: Sequence[Member],
    rules: Mapping[str, Rule],
    *,
    default: Rule = Rule.MOST_RECENT,
    trust: Sequence[str] = (),
) -> dict[str, Survivor]:
    """One value per field. ``trust`` lists sources.

    Most trusted first. The order of members never matters.
    """
    ordered = sorted(members, key=lambda one: one.id)
    names = sorted({name for one in ordered for name in one.fields})
    return {name: _survivor(name, ordered, rules.get(name, default), trust) for name in names}


def _survivor(name: str, members: Sequence[Member], rule: Rule, trust: Sequence[str]) -> Survivor:
    known = [(one, value) for one in members if (value := one.fields.get(name)) not in (None, "")]
    if not known:
        return Survivor(None, None, rule, ())
    counts: dict[str, int] = {}
    for _, value in known:
        counts[str(value)] = counts.get(str(value), 0) + 1
    # Stable sorts, last criterion first: id, then the more recent, then what the rule says.
    ranked = sorted(known, key=lambda pair: pair[0].id)
    ranked.sort(key=lambda pair: pair[0].at, reverse=rule is not Rule.OLDEST)
    if rule is Rule.MOST_COMPLETE:
        ranked.sort(key=lambda pair: -len(str(pair[1])))
    elif rule is Rule.MOST_FREQUENT:
        ranked.sort(key=lambda pair: -counts[str(pair[1])])
    elif rule is Rule.MOST_TRUSTED:
        rank = {source: at for at, source in enumerate(trust)}
        ranked.sort(key=lambda pair: rank.get(pair[0].source, len(rank)))
    best, value = ranked[0]
    others = tuple((one.id, str(other)) for one, other in ranked[1:] if other != value)
    return Survivor(str(value), best.id, rule, others)
