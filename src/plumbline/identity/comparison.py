"""A comparison of two values: levels from alike to unlike, and what an answer is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbline.identity.likeness import Test


@dataclass(frozen=True, slots=True)
class Level:
    """One answer of a comparison. ``rarity`` names the part whose frequency adjusts the weight.

    ``m`` is the written share of true matches that fall on the level; training replaces it in proportion to
    how much the data say. The last level of every comparison is "different".
    """

    label: str
    test: Test | None
    m: float
    rarity: str | None = None
    account: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared: ``key`` is the part that must be there on both sides, else nothing is said.

    ``names_account``: unlike values are two accounts, or two branches of one.
    ``names_both``: a value names person and account.
    ``names_person``: it is part of a person's name, which people keep.
    Levels marked ``account`` say that two *people* are of one account. Name, domain and address of an account
    go together, so that of several such reasons only the strongest counts.
    """

    name: str
    label: str
    key: str
    levels: tuple[Level, ...]
    names_account: bool = False
    names_both: bool = False
    names_person: bool = False
