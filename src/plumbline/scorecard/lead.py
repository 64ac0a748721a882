"""One lead on its way through a card, for explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.errors import SignalsMismatchError
from plumbline.domain.words import Kind
from plumbline.scorecard.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.scorecard.model import Scorecard
    from plumbline.scorecard.plan import Plan

#: A signal's value; ``None`` is unknown.
Value = float | str | bool | None
_DTYPES: Final = {Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String, Kind.FLAG: pl.Boolean}


def frame_of(lead: Mapping[str, object], card: Scorecard) -> pl.DataFrame:
    """One row of signals. Signals that the lead does not mention are unknown; others are ignored."""
    try:
        return pl.DataFrame(
            [pl.Series(s.name, [lead.get(s.name)], dtype=_DTYPES[s.kind], strict=True) for s in card.signals]
        )
    except TypeError as error:
        raise SignalsMismatchError(f"a value is not of its signal's kind: {error!s:.200}") from None


def state_of(lead: Mapping[str, object], plan: Plan) -> State:
    """A batch of one."""
    return State.of(plan, frame_of(lead, plan.card))


def codes_of_one(state: State) -> list[int]:
    """Axis positions of the one lead of a batch."""
    return [int(code[0]) for code in state.codes]
