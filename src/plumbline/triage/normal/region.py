"""States and provinces by their ISO 3166-2 code, and sales areas such as DACH by their usual name."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from plumbline.triage.normal.country import name_key
from plumbline.triage.normal.lists import table
from plumbline.triage.normal.script import tidy
from plumbline.triage.normal.value import Normal, Note, unclear


def region(name: str, country: str | None = None) -> Normal:
    """A state, province or sales area. ``country`` (two letters) tells states with one name apart.

    A name that exists in several countries stays unread until the country is known: WA is Washington and
    Western Australia. Countries whose states are not in the list are read as sales areas only.
    """
    text = tidy(name)
    key = name_key(text)
    areas = _areas()
    if key in areas:
        return Normal(name, areas[key], areas[key], _notes(text, areas[key]), {"kind": "area"})
    codes = sorted(
        code for code in _states().get(key, ()) if country is None or code.startswith(f"{country}-")
    )
    if len(codes) == 1:
        title = _titles()[codes[0]]
        return Normal(
            name, codes[0], codes[0], _notes(text, f"{title} ({codes[0]})"), {"kind": "state", "name": title}
        )
    if codes:
        return unclear(
            name, "ambiguous_region", f"This can be any of {', '.join(codes)}: the country would tell."
        )
    return unclear(name, "unknown_region", "This is no state, province or sales area that the list knows.")


def _notes(text: str, said: str) -> tuple[Note, ...]:
    return () if text == said else (Note("region_read", f"Read as {said}."),)


@lru_cache(maxsize=1)
def _areas() -> dict[str, str]:
    found = {}
    for row in table("sales_areas.csv"):
        found.update(
            {name_key(name): row["area"] for name in (row["area"], *row["names"].split("|")) if name}
        )
    return found


@lru_cache(maxsize=1)
def _states() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in table("regions.csv"):
        short = row["code"].partition("-")[2]
        for name in (row["name"], row["code"], short, *row["names"].split("|")):
            if name and not name.isdigit():
                found[name_key(name)].add(row["code"])
    return found


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    return {row["code"]: row["name"] for row in table("regions.csv")}
