"""What came in with a lead, or with two side by side, as far as it is for who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from plumbline.app.models import Lead
from plumbline.app.services.evidence import HIDDEN
from plumbline.domain.fields import RECEIVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.app.actors import Actor


class Row(NamedTuple):
    """A field in the words of a person, its value per lead, and whether they all say the same."""

    label: str
    values: tuple[str | None, ...]
    same: bool


def rows_of(actor: Actor, leads: Sequence[Lead]) -> list[Row]:
    """The fields of these leads, one row each; values of leads that are not for this actor are hidden."""
    seen = set(
        Lead.objects.visible_to(actor).filter(pk__in=[lead.pk for lead in leads]).values_list("pk", flat=True)
    )
    names = sorted({name for lead in leads for name in lead.received}, key=_order)
    return [_row(actor, leads, name, seen) for name in names]


def _row(actor: Actor, leads: Sequence[Lead], name: str, seen: set[int]) -> Row:
    values = [lead.received.get(name) for lead in leads]
    shown = tuple(
        HIDDEN if value is not None and (lead.pk not in seen or (actor.masked and _personal(name))) else value
        for lead, value in zip(leads, values, strict=True)
    )
    return Row(_label(name), shown, len({(value or "").strip().casefold() for value in values}) == 1)


def _personal(name: str) -> bool:
    """Whether a field may be about a person; what a source calls its own may be anything."""
    return name not in RECEIVED or RECEIVED[name].personal


def _order(name: str) -> tuple[int, str]:
    first = ("contact", "account", "lead")
    part = name.partition(".")[0]
    return (first.index(part) if part in first else len(first), name)


def _label(name: str) -> str:
    return name.removeprefix("extra.").replace(".", " ").replace("_", " ").capitalize()
