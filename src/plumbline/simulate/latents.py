"""The truth about a lead: fit, intent, readiness, and its chance to qualify if it is worked well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.words import column, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings

#: Log-odds per unit of fit, intent and readiness.
WEIGHTS: Final = (1.0, 0.9, 0.7)
#: What is left of the odds when the person is no buyer at all.
NOT_A_BUYER: Final = 0.01
#: Attempts of someone who works a lead well.
ATTEMPTS: Final = 6


def add_latents(codes: pl.DataFrame, accounts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """``codes`` with fit, intent, readiness, their ``logit`` without intercept, and the funnel's lots."""
    titles, market = table("titles"), table("market")["channels"]
    account = accounts["fit"].to_numpy()[codes["account"].to_numpy()]
    function = column(titles["functions"], "fit")[codes["function"].to_numpy()]
    seniority = codes["seniority"].to_numpy()
    fit = 0.85 * account + function + column(titles["seniorities"], "fit")[seniority]
    channel = column(market, "intent")[codes["channel"].to_numpy()]
    intent = channel + 0.25 * account + rng.normal(0, 0.9, codes.height)
    rank = column(titles["seniorities"], "readiness")[seniority]
    readiness = 0.35 * intent + rank + rng.normal(0, 0.8, codes.height)
    return codes.with_columns(
        pl.Series("fit", fit),
        pl.Series("intent", intent),
        pl.Series("readiness", readiness),
        *_lots(rng, codes.height),
    ).with_columns(
        logit=pl.sum_horizontal(
            w * pl.col(n) for w, n in zip(WEIGHTS, ("fit", "intent", "readiness"), strict=True)
        )
    )


def add_facts(settings: Settings, codes: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """What the lead would say if asked: timeline, budget, authority, present tool; codes of word lists."""
    readiness, noise = codes["readiness"].to_numpy(), rng.normal(0, 0.8, (2, codes.height))
    timeline = 4 - np.digitize(0.8 * readiness + noise[0], (-1.0, -0.5, 0.2, 1.0))
    money = 0.8 * readiness + noise[1]
    budget = np.select([money > 1.0, money > 0.2, money < -1.0], [0, 1, 2], 3)
    tools = np.where(codes["intent"].to_numpy() + rng.normal(0, 1, codes.height) > 0, 4, 6)
    facts = {
        "timeline": timeline,
        "budget": budget,
        "authority": _authority(codes, rng),
        "tool": rng.random(codes.height) * tools,
    }
    return codes.with_columns(
        *(pl.Series(name, value.astype(np.int8)) for name, value in facts.items()),
        objected=pl.Series(rng.random(codes.height) < settings.objections),
    )


def _authority(codes: pl.DataFrame, rng: np.random.Generator) -> NDArray[np.int64]:
    """0 decides, 1 influences, 2 evaluates, 3 does not say."""
    rank = codes["seniority"].to_numpy() + rng.integers(-1, 2, codes.height)
    return np.where(rng.random(codes.height) < 0.5, 3, np.clip(rank // 2, 0, 2))


def _lots(rng: np.random.Generator, size: int) -> list[pl.Series]:
    """What chance has in store for a lead, whatever the routing: so policies compare lead by lead."""
    uniform = ("qualify", "reach", "won", "rep", "definition", "notice", "again", "wrong", "rescue")
    normal = ("judgement", "opportunity_days", "close_days")
    return [pl.Series(f"lot_{name}", rng.random(size)) for name in uniform] + [
        pl.Series(f"lot_{name}", rng.normal(0, 1, size)) for name in normal
    ]


def quality(logit: NDArray[np.float64], not_buyer: NDArray[np.int8], intercept: float) -> NDArray[np.float64]:
    """Chance to qualify once reached in time by somebody able."""
    odds = np.exp(logit + intercept) * np.where(not_buyer > 0, NOT_A_BUYER, 1.0)
    chance: NDArray[np.float64] = odds / (1 + odds)
    return chance


def pick_up(intent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance that one attempt reaches the person."""
    return np.clip(0.27 * np.exp(0.25 * intent), 0.08, 0.7)


def well_worked(quality_: NDArray[np.float64], intent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance to qualify with a first touch at once and six attempts by an able rep."""
    chance: NDArray[np.float64] = quality_ * (1 - (1 - pick_up(intent)) ** ATTEMPTS)
    return chance


def intercept_for(target: float, crowd: pl.DataFrame) -> float:
    """The intercept under which the mean chance over a reference crowd is ``target``."""
    logit, not_buyer, intent = (crowd[name].to_numpy() for name in ("logit", "not_buyer", "intent"))
    low, high = -15.0, 15.0
    for _ in range(50):
        middle = (low + high) / 2
        mean = well_worked(quality(logit, not_buyer, middle), intent).mean()
        low, high = (middle, high) if mean < target else (low, middle)
    return (low + high) / 2
