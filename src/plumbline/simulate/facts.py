"""The truth about every lead that decides what happens to it once sales gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.simulate.arrivals import DAY
from plumbline.simulate.latents import pick_up
from plumbline.simulate.outcomes import REASON, delays
from plumbline.simulate.settings import FaultKind

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from plumbline.simulate.market import Market
    from plumbline.simulate.settings import Settings

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_NEVER: Final = np.iinfo(np.int64).max
#: Firms that the fault *definition change* refuses have fewer people than this.
_SMALL: Final = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """One entry per lead of the market. ``lots`` is what chance has in store, by purpose."""

    chance: Floats
    fit: Floats
    pick_up: Floats
    not_buyer: Ints
    repeated: Flags
    appeal: Floats
    account: Ints
    reason: Ints
    to_opportunity: Ints
    to_close: Ints
    refused_from: Ints
    lots: dict[str, Floats]


def facts_of(market: Market) -> Facts:
    """What the office needs of the truth."""
    codes, settings = market.codes, market.settings
    fit, intent = codes["fit"].to_numpy(), codes["intent"].to_numpy()
    lots = {c.removeprefix("lot_"): codes[c].to_numpy() for c in codes.columns if c.startswith("lot_")}
    employees = market.accounts["employees"].to_numpy()[codes["account"].to_numpy()]
    wrote = ~market.visible.leads["Message"].is_null().to_numpy()
    appeal = np.column_stack(
        [np.log10(employees) - 2, (2.5 - codes["seniority"].to_numpy()) / 1.5, wrote - 0.45]
    )
    return Facts(
        chance=codes["chance"].to_numpy(),
        fit=fit,
        pick_up=pick_up(intent),
        not_buyer=codes["not_buyer"].to_numpy().astype(np.int64),
        repeated=codes["duplicate_of"].is_not_null().to_numpy(),
        appeal=appeal,
        account=codes["account"].to_numpy().astype(np.int64),
        reason=_reasons(market),
        to_opportunity=delays(lots["opportunity_days"], settings.response.opportunity_days, fit),
        to_close=delays(lots["close_days"], settings.response.close_days, fit),
        refused_from=_refused_from(settings, employees, lots["definition"]),
        lots=lots,
    )


def _reasons(market: Market) -> Ints:
    """Why a talk with this lead would end, if it ends: from what is true of it."""
    codes = market.codes
    no_money = (codes["budget"] == 2).to_numpy()
    later = (codes["timeline"] >= 3).to_numpy()
    unfit = (codes["fit"] < -0.5).to_numpy()
    names = [REASON["not_a_fit"], REASON["no_budget"], REASON["bad_timing"]]
    return np.select([unfit, no_money, later], names, REASON["no_need"]).astype(np.int64)


def _refused_from(settings: Settings, employees: NDArray[np.int32], lot: Floats) -> Ints:
    """Seconds from which the fault *definition change* refuses a small firm's opportunity."""
    starts = [fault for fault in settings.faults if fault.kind is FaultKind.DEFINITION_CHANGE]
    refused = np.full(employees.size, _NEVER)
    for fault in starts:
        hit = (employees < _SMALL) & (lot < fault.strength)
        refused[hit] = np.minimum(refused[hit], fault.week * 7 * DAY)
    return refused
