"""What can be set about the simulated market, its forms, its sales team and its faults."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Raised whenever the same seed would give other bytes.
VERSION: Final = 1


_FAULT: Final = re.compile(r"(?P<kind>[a-z_]+)@(?P<week>\d{1,4})(?::(?P<strength>[01]?\.?\d{1,6}))?")
#: Above this the uninterested would leave out more than everything.
_MOST_MISSING: Final = 0.6


class FaultKind(StrEnum):
    """Something that goes wrong from a week on. ``faults.EXPLANATIONS`` says what each does."""

    FIELD_RELABELLED = "field_relabelled"
    ENRICHMENT_WRONG = "enrichment_wrong"
    CHANNEL_SHIFT = "channel_shift"
    DEFINITION_CHANGE = "definition_change"
    DUPLICATE_STORM = "duplicate_storm"
    FEEDBACK_LOOP = "feedback_loop"
    LAZY_REPS = "lazy_reps"
    ADVERSARIAL_FORMS = "adversarial_forms"
    TRACKING_LOST = "tracking_lost"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: it starts with ``week`` (counted from 0); ``strength`` runs from 0, nothing, to 1."""

    kind: FaultKind
    week: int
    strength: float = 0.5

    @classmethod
    def parse(cls, text: str) -> Fault:
        """A fault as typed: ``lazy_reps@26`` or ``lazy_reps@26:0.8``; ``ValueError`` says what is wrong."""
        match = _FAULT.fullmatch(text.strip())
        if match is None or match["kind"] not in tuple(FaultKind):
            raise ValueError(
                f"{text!r} is no fault; write one of {', '.join(FaultKind)} with its week: lazy_reps@26"
            )
        return cls(FaultKind(match["kind"]), int(match["week"]), float(match["strength"] or 0.5))

    def __post_init__(self) -> None:
        if self.week < 0 or not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"{self.kind}: the week must be 0 or later and the strength between 0 and 1")


def _missing() -> dict[str, float]:
    return {
        "Phone": 0.45, "Job Title": 0.18, "Company": 0.04, "Website": 0.35, "Industry": 0.15,
        "Employees": 0.22, "Annual Revenue": 0.55, "Country": 0.05, "State/Region": 0.40, "City": 0.25,
        "Timeframe": 0.45, "Budget": 0.55, "Field Crew Size": 0.50, "Current Tool": 0.50,
        "How Did You Hear": 0.60,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forms:
    """Shares of cells that a real form or enrichment leaves empty or spoils.

    ``missing`` holds the share per column; ``missing_slope`` says how much more often the uninterested leave
    a field out (0: at random). The other shares are of the cells that are filled;
    ``enriched`` is the share of missing company facts that a data provider adds within days.
    """

    missing: dict[str, float] = field(default_factory=_missing)
    missing_slope: float = 0.45
    blank_words: float = 0.35
    casing: float = 0.06
    spaces: float = 0.03
    ranges: float = 0.06
    unreadable: float = 0.015
    typos: float = 0.01
    wrong_column: float = 0.005
    written_country: float = 0.12
    bad_email: float = 0.01
    enriched: float = 0.3

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.missing) - set(_missing())):
            raise ValueError(f"no form leaves out {', '.join(unknown)}")
        if not all(0 <= share <= _MOST_MISSING for share in self.missing.values()):
            raise ValueError(f"a share of missing cells lies between 0 and {_MOST_MISSING}")


@dataclass(frozen=True, slots=True)
class Team:
    """The people who work the leads.

    With ``coverage`` 1 they keep up in all but the busiest weeks, with 0.5 about half of the leads stay
    unworked. ``reps`` 0 means: as many as that needs. Rates are per lead; ``fills_in`` is the chance that a
    rep writes an answer that was missing into the CRM after a meeting.
    """

    coverage: float = 1.0
    reps: int = 0
    touches_per_day: int = 40
    cherry_picking: float = 0.5
    laziness: float = 0.1
    skill_spread: float = 0.12
    judgement_noise: float = 0.9
    wrong_labels: float = 0.08
    rescue: float = 0.02
    gives_up_after_days: int = 45
    fills_in: float = 0.5


@dataclass(frozen=True, slots=True)
class Response:
    """How outcomes answer to effort.

    A lead loses half of what it can lose every ``half_life_days`` until the first attempt; ``floor`` is
    what remains of its chance in the end. Medians are days from first talk to opportunity, and to close.
    """

    half_life_days: float = 4.0
    floor: float = 0.35
    opportunity_days: float = 30.0
    close_days: float = 60.0


@dataclass(frozen=True, slots=True)
class Readers:
    """How people judge leads put before them: error rates, days, and how often they never answer."""

    sensitivity: float = 0.90
    specificity: float = 0.985
    mean_days: float = 3.0
    silent_on_good: float = 0.02
    silent_on_bad: float = 0.02


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole simulation. ``good_share`` is the mean true chance of a lead to qualify if worked well."""

    leads: int = 10_000
    weeks: int = 52
    start: date = date(2025, 1, 6)
    good_share: float = 0.12
    leads_per_account: float = 1.7
    duplicates: float = 0.08
    not_buyers: float = 0.12
    objections: float = 0.01
    data_rights: float = 0.006
    injections: float = 0.004
    season: float = 0.15
    qualified_within_days: int = 90
    forms: Forms = field(default_factory=Forms)
    team: Team = field(default_factory=Team)
    response: Response = field(default_factory=Response)
    readers: Readers = field(default_factory=Readers)
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        if self.leads < 1 or self.weeks < 1:
            raise ValueError("a simulation needs at least one lead and one week")
        if self.start.weekday() != 0:
            raise ValueError("a simulation starts on a Monday")
        shares = (
            self.duplicates,
            self.not_buyers,
            self.objections,
            self.data_rights,
            self.injections,
            self.season,
        )
        if not all(0.0 <= share <= 0.5 for share in shares):
            raise ValueError("shares lie between 0 and 0.5")
        if not 0.005 <= self.good_share <= 0.5:
            raise ValueError("good_share lies between 0.005 and 0.5")

    @property
    def epoch(self) -> datetime:
        """Midnight UTC of the first day; all times inside count seconds from here."""
        return datetime.combine(self.start, time(), UTC)

    def moment(self, week: int) -> datetime:
        """The beginning of a week."""
        return self.epoch + timedelta(weeks=week)

    def fault(self, kind: FaultKind, week: int) -> float:
        """The strength of a fault in this week; 0 when it is off."""
        return max(
            (fault.strength for fault in self.faults if fault.kind is kind and fault.week <= week),
            default=0.0,
        )

    def strengths(self, kind: FaultKind, week: NDArray[np.int64]) -> NDArray[np.float64]:
        """The strength of a fault in each of these weeks."""
        by_week = np.array([self.fault(kind, number) for number in range(int(week.max(initial=0)) + 1)])
        return by_week[week]

    def as_dict(self) -> dict[str, Any]:
        """Everything set, ready for JSON."""
        return asdict(self) | {"start": self.start.isoformat()}
