"""From codes to the words a careful person would have typed into the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate import people
from plumbline.simulate.accounts import TIERS, names
from plumbline.simulate.duplicates import NICKNAME
from plumbline.simulate.words import (
    channels,
    column,
    countries,
    industries,
    not_buyers,
    pick,
    pick_from,
    table,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings

TIMEFRAMES: Final = ("This month", "This quarter", "This year", "Later", "Just looking")
BUDGETS: Final = ("Approved", "Planned", "None this year", "Not discussed")
TOOLS: Final = ("Spreadsheets", "Whiteboard", "Paper", "Other software", "Built in-house", "None")
HEARD: Final = ("Colleague", "Search engine", "Advertisement", "Event", "Customer of yours", "Article")
PAGES: Final = ("/", "/pricing", "/demo", "/guides", "/webinars", "/industries")


def lead_ids(number: pl.Expr) -> pl.Expr:
    """The id a lead has in the simulated CRM."""
    return pl.concat_str(pl.lit("L"), number.cast(pl.String).str.zfill(10))


def moments(settings: Settings, seconds: pl.Expr) -> pl.Expr:
    """Seconds since the start as a moment (UTC, without zone)."""
    return pl.lit(settings.epoch.replace(tzinfo=None)) + pl.duration(seconds=seconds)


def render(settings: Settings, codes: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """All columns of the export except the message, as strings, before any mess."""
    of, enriched = accounts[codes["account"]], accounts[codes["enriched_from"]]
    number, industry, country = (_ints(s) for s in (codes["account"], of["industry"], of["country"]))
    named = names(number, industry, country)
    frame = codes.with_columns(
        *named.get_columns(),
        first=people.given_names(_ints(codes["language"]), _ints(codes["given"])),
        last=people.surnames(_ints(codes["language"]), _ints(codes["surname"])),
    )
    text = frame.select(
        lead_ids(pl.col("number")).alias("Lead ID"),
        _created(settings),
        _first_name(frame),
        pl.col("last").alias("Last Name"),
    )
    return text.with_columns(
        people.addresses(frame).alias("Email"),
        people.phones(country, _ints(codes["phone"])).alias("Phone"),
        _titles(frame).alias("Job Title"),
        named["company"].alias("Company"),
        _website(frame).alias("Website"),
        pick(industries(), industry).alias("Industry"),
        enriched["employees"].cast(pl.String).alias("Employees"),
        enriched["revenue"].cast(pl.Int64).cast(pl.String).alias("Annual Revenue"),
        *_places(country, _ints(of["city"])),
        pick(TIERS, _ints(of["tier"])).alias("Account Tier"),
        *_marketing(codes),
        *_answers(codes, of),
    )


def _ints(series: pl.Series) -> NDArray[np.int64]:
    return series.cast(pl.Int64).to_numpy()


def _created(settings: Settings) -> pl.Expr:
    return moments(settings, pl.col("created")).dt.strftime("%Y-%m-%d %H:%M:%S").alias("Created")


def _first_name(frame: pl.DataFrame) -> pl.Expr:
    nickname = pl.col("likeness") == NICKNAME
    return (
        pl.when(nickname)
        .then(pl.lit(people.short_name(frame["first"])))
        .otherwise("first")
        .alias("First Name")
    )


def _titles(frame: pl.DataFrame) -> pl.Series:
    """Titles by role; people who will not buy give themselves away in part of the cases."""
    odd = table("titles")["not_buyers"]
    title = people.titles(frame)
    number = _ints(frame["title"])
    for code, kind in enumerate(not_buyers(), 1):
        said = (frame["not_buyer"] == code) & pl.Series(number % 10 < 7)
        title = title.zip_with(~said, pick(odd[kind], number // 10))
    return title


def _website(frame: pl.DataFrame) -> pl.Series:
    bare = pl.col("domain")
    style = pl.col("address") % 5
    site = pl.when(style < 3).then(pl.concat_str(pl.lit("www."), bare)).when(style == 3).then(bare)
    return frame.select(site.otherwise(pl.concat_str(pl.lit("https://"), bare, pl.lit("/")))).to_series()


def _places(country: NDArray[np.int64], city: NDArray[np.int64]) -> list[pl.Series]:
    places = table("places")
    cities = [entry["cities"] for entry in places.values()]
    written = [places[name]["written"][0] for name in countries()]
    return [
        pick(written, country).alias("Country"),
        pick_from([[region for _, region in entry] for entry in cities], country, city).alias("State/Region"),
        pick_from([[town for town, _ in entry] for entry in cities], country, city).alias("City"),
    ]


def _marketing(codes: pl.DataFrame) -> list[pl.Series]:
    entries = table("market")["channels"]
    channel, campaign = _ints(codes["channel"]), _ints(codes["campaign"])
    return [
        pick(channels(), channel).alias("Lead Source"),
        pick_from([entry["campaigns"] for entry in entries.values()], channel, campaign).alias("Campaign"),
        pick([entry["medium"] for entry in entries.values()], channel).alias("Medium"),
        pick(PAGES, (channel * 7 + campaign) % len(PAGES)).alias("Landing Page"),
    ]


def _answers(codes: pl.DataFrame, of: pl.DataFrame) -> list[pl.Series]:
    """What the form asks: drop-downs and a number, from what is true of the lead."""
    fit = column(table("market")["industries"], "fit")[_ints(of["industry"])]
    share = 0.18 + 0.16 * fit + 0.02 * (_ints(codes["phone"]) % 7)
    crew = np.maximum(1, np.rint(of["employees"].to_numpy() * np.clip(share, 0.03, 0.6)))
    language = [name.upper() for name in people.LANGUAGES]
    return [
        pick(TIMEFRAMES, _ints(codes["timeline"])).alias("Timeframe"),
        pick(BUDGETS, _ints(codes["budget"])).alias("Budget"),
        pl.Series("Field Crew Size", crew).cast(pl.Int64).cast(pl.String),
        pick(TOOLS, _ints(codes["tool"])).alias("Current Tool"),
        pick(HEARD, _ints(codes["campaign"]) // 3).alias("How Did You Hear"),
        pick(language, _ints(codes["language"])).alias("Preferred Language"),
        pick(("No", "Yes", "No"), _ints(codes["address"])).alias("Newsletter"),
        pick(("No", "Yes"), codes["objected"].cast(pl.Int64)).alias("Opted Out of Profiling"),
    ]
