"""How cut-offs, and whether a score follows the old routing, are told by a backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from plumbline.assurance.mimicry import Follows, Mimicry
from plumbline.assurance.thresholds import Verdict
from plumbline.report.words import count

if TYPE_CHECKING:
    from plumbline.learning.cuts import Cuts

_FOLLOWS: Final = {
    Follows.DEMAND: "It foretells what became of drawn leads about as well as who was pursued.",
    Follows.BOTH: "It follows who was pursued, and tells drawn leads apart too.",
    Follows.ROUTING: "It follows who was pursued; of drawn leads it tells nothing beyond chance.",
    Follows.UNKNOWN: "Whether it follows demand or the old routing cannot be told yet.",
}
_WAYS: Final = {
    Verdict.PURSUE: "pursued without a person",
    Verdict.PERSON: "a person decides",
    Verdict.NOT_PURSUE: "not pursued",
}


def cut_lines(cuts: Cuts) -> list[str]:
    """What is promised about cut-offs, or why nothing is."""
    lines, wanted = [], cuts.wanted
    sure = f"with {1 - wanted.doubt:.0%} confidence"
    if cuts.low is not None:
        told = f"from {cuts.low} points on" if cuts.low.value is not None else str(cuts.low)
        lines.append(f"At most {wanted.missed:.1%} of the good leads missed, {sure}: {told}.")
    if cuts.high is not None:
        told = f"from {cuts.high} points on" if cuts.high.value is not None else _uncertified(cuts)
        lines.append(f"At most {wanted.wasted:.1%} of the leads above wasted, {sure}: {told}.")
    for verdict, share in (cuts.ways or {}).items():
        lines.append(f"  {_WAYS[verdict]}: {count(share.of, 'lead')}, {share.hits:,} of them good.")
    if cuts.cost is not None:
        lines += _cost_lines(cuts)
    return lines


def _uncertified(cuts: Cuts) -> str:
    high = cuts.high
    if high is not None and high.rows >= high.needed:
        return f"cannot be certified: no cut-off on {high.rows:,} leads keeps it"
    return str(high)


def _cost_lines(cuts: Cuts) -> list[str]:
    cost, wanted = cuts.cost, cuts.wanted
    if cost is None:
        return []
    where = "no lead reaches it" if cuts.points is None else f"{cuts.points:+} points on this scorecard"
    unit = f"{wanted.missed_costs:g} to {wanted.wasted_costs:g}"
    lines = [
        f"A missed good lead to a wasted call as {unit}: a call pays from a chance of {cost.by_cost:.1%}."
    ]
    if wanted.capacity is not None:
        lines.append(
            f"With {wanted.capacity:g} a week the line is {cost.chance:.1%} ({where}); a week turns away "
            f"{cost.turned_away:.1f} leads that would pay, {cost.missed:.1f} of them good."
        )
    else:
        lines[0] = f"{lines[0][:-1]} ({where})."
    return lines


def cuts_json(cuts: Cuts) -> dict[str, Any]:
    """The same for machines."""
    return {
        "low": cuts.low,
        "high": cuts.high,
        "ways": {
            str(way): {"leads": share.of, "good": share.hits} for way, share in (cuts.ways or {}).items()
        },
        "cost": cuts.cost,
        "points": cuts.points,
    }


def routing_lines(found: Mimicry | None) -> list[str]:
    """Whether the score follows demand or the old routing."""
    if found is None:
        return []
    rows, good = found.rows
    routing, drawn = (
        f"{each.value:.2f} ({each.low:.2f} to {each.high:.2f})" for each in (found.routing, found.drawn)
    )
    told = f"for outcomes of {count(rows, 'drawn lead')} ({good} good) {drawn}"
    return [f"{_FOLLOWS[found.follows]} AUC for who was pursued {routing}; {told}."]


def routing_json(found: Mimicry | None) -> dict[str, Any] | None:
    """The same for machines."""
    if found is None:
        return None
    parts = {"routing": found.routing, "drawn": found.drawn, "chosen": found.chosen}
    return {
        "follows": str(found.follows),
        **{name: part._asdict() for name, part in parts.items()},
        "excess": found.excess,
        "rows": found.rows,
    }
