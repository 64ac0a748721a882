"""The words of this room: what sales can report of a lead, and what a lead's outcome can be known as."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

#: What sales can report, each step holding the ones before it: who won was an accepted opportunity too.
LADDER: Final = (
    "accepted",
    "contacted",
    "no_show",
    "meeting_held",
    "opportunity_created",
    "opportunity_accepted",
    "won",
)
#: Reports that close a lead.
REFUSALS: Final = ("rejected", "lost")
#: Steps that show that somebody spoke with the lead.
SPOKEN: Final = ("contacted", "meeting_held", "opportunity_created", "opportunity_accepted", "won", "lost")
#: Reasons that say that nobody spoke with them.
SILENT: Final = ("no_response", "no response", "not reached", "unreachable", "bad_contact_data")


class State(StrEnum):
    """What is known of a lead's outcome."""

    UNWORKED = "unworked"
    WORKING = "working"
    GOOD = "matured+"
    BAD = "matured-"
    CENSORED = "censored"


STATES: Final[dict[State, str]] = {
    State.UNWORKED: "Nobody tried hard enough to know.",
    State.WORKING: "Sales has begun, and there is still time to try harder.",
    State.GOOD: "It became what the definition asks for, in time.",
    State.BAD: "Somebody spoke with them or tried hard enough, and it did not.",
    State.CENSORED: "Enough was done; it is too early to tell.",
}


class OutcomeCode(StrEnum):
    """What can be wrong with a reported outcome. Add one here, explain it in ``OUTCOME_EXPLANATIONS``."""

    ORPHAN = "orphan_outcome"
    TOO_EARLY = "outcome_before_lead"
    FUTURE = "outcome_in_future"
    UNKNOWN_WORD = "unknown_outcome"
    NO_TIME = "outcome_without_time"
    CONTRADICTION = "contradictory_outcomes"
    REPEATED = "repeated_outcome"
    SKIPPED = "skipped_step"
    LATE = "late_outcome"
    DEFINITIONS = "mixed_definitions"


OUTCOME_EXPLANATIONS: Final[dict[OutcomeCode, str]] = {
    OutcomeCode.ORPHAN: "The outcome names a lead that is not in the history.",
    OutcomeCode.TOO_EARLY: "The outcome is dated before its lead came in.",
    OutcomeCode.FUTURE: "The outcome is dated after the day of this report.",
    OutcomeCode.UNKNOWN_WORD: "The outcome is none of the words that reports use.",
    OutcomeCode.NO_TIME: "The outcome has no time that can be read.",
    OutcomeCode.CONTRADICTION: "The lead is reported as good and as refused; it is left out of learning.",
    OutcomeCode.REPEATED: "The same outcome was reported again; the first one counts.",
    OutcomeCode.SKIPPED: "A later step was reported and the defining one was not; the later one counts.",
    OutcomeCode.LATE: "It became good, and later than the definition allows.",
    OutcomeCode.DEFINITIONS: "The outcome belongs to another definition of a qualified lead; it is not used.",
}
