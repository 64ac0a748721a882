"""The lists that normal forms are made with: files with their source, licence and date in the first lines."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def lines(name: str) -> Iterator[str]:
    """The lines of a list without comments and blank lines."""
    text = resources.files("plumbline.triage").joinpath("lists", name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def table(name: str) -> Iterator[dict[str, str]]:
    """The rows of a list with named columns."""
    return csv.DictReader(lines(name))


@lru_cache(maxsize=64)
def words(name: str) -> frozenset[str]:
    """A list of single words."""
    return frozenset(line.strip() for line in lines(name))


def about(name: str) -> str:
    """What the first lines of a list say of it: content, source, licence and date."""
    text = resources.files("plumbline.triage").joinpath("lists", name).read_text(encoding="utf-8")
    head = (line for line in text.splitlines()[:20] if line.startswith("#"))
    return "\n".join(line.lstrip("# ") for line in head)


def names() -> list[str]:
    """The files of all lists."""
    folder = resources.files("plumbline.triage").joinpath("lists")
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith((".csv", ".txt")))
