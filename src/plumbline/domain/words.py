"""The fixed vocabularies. Keep each in the order a person would read it."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Route(IntEnum):
    """Where a lead goes. The route with more human attention wins, so combine routes with ``max``."""

    NURTURE = 1
    QUEUE = 2
    FAST_TRACK = 3
    REVIEW = 4

    @property
    def word(self) -> str:
        """The name used in files: ``fast_track``."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Route:
        """The route with this name; ``KeyError`` when there is none."""
        return cls[word.upper()]


class Dimension(StrEnum):
    """What a signal speaks about. Kept apart everywhere; their sum is only an ordering."""

    FIT = "fit"
    INTENT = "intent"
    READINESS = "readiness"


class Band(StrEnum):
    """Best first."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Level(StrEnum):
    """One dimension of the grid, in words."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(StrEnum):
    """The type of a signal's value."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    DATE = "date"


class Autonomy(StrEnum):
    """How far the system may go by itself, per action. Ascending."""

    OBSERVE = "observe"
    RECOMMEND = "recommend"
    APPROVE = "approve"
    ACT = "act"


class Stream(StrEnum):
    """The lotteries. A decision logs the chance of each before its outcome can be known."""

    AUDIT = "audit"
    EXPLORE = "explore"
    HOLDOUT = "holdout"
    BLIND = "blind"
    PROBE = "probe"


class RuleOutcome(StrEnum):
    """What a rule said of a lead. The value is the letter kept in a decision's rule trace."""

    HIT = "h"
    MISS = "-"
    UNKNOWN = "?"
    ERROR = "!"

    @property
    def word(self) -> str:
        """``hit``, ``miss``, ``unknown`` or ``error``."""
        return self.name.lower()


class Purpose(StrEnum):
    """What a field may be used for. A use not declared is refused."""

    PRIORITISE = "prioritise"
    ROUTE = "route"
    TRAIN = "train"
    AUDIT = "audit"
    CONTACT = "contact"


class Basis(StrEnum):
    """Lawful bases of UK and EU GDPR, Article 6(1)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    LEGITIMATE_INTERESTS = "legitimate-interests"
    NOT_PERSONAL = "not-personal"
