"""Reason codes that are not a rule's or a scorecard term's own: why a decision is what it is."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    """Stored with a decision. Add one here, explain it in ``EXPLANATIONS`` and in the reference page."""

    BAND_ROUTE = "BAND_ROUTE"
    RULE_HIT = "RULE_HIT"
    RULE_UNKNOWN = "RULE_UNKNOWN"
    RULE_ERROR = "RULE_ERROR"
    DEPENDS_ON_UNKNOWN = "DEPENDS_ON_UNKNOWN"
    DISQUALIFY_PROPOSED = "DISQUALIFY_PROPOSED"
    EXPLORED = "EXPLORED"
    OBJECTION = "OBJECTION"


EXPLANATIONS: dict[ReasonCode, str] = {
    ReasonCode.BAND_ROUTE: "The policy sends this band there.",
    ReasonCode.RULE_HIT: "A rule of the policy fired.",
    ReasonCode.RULE_UNKNOWN: "A rule that would have mattered could not be answered: a field is missing.",
    ReasonCode.RULE_ERROR: "A rule reads a value that was received but cannot be read.",
    ReasonCode.DEPENDS_ON_UNKNOWN: "Missing fields could well change the band, so somebody should ask.",
    ReasonCode.DISQUALIFY_PROPOSED: "A rule proposes to disqualify; only a person can.",
    ReasonCode.EXPLORED: "Drawn by lot to be worked despite a low score, so that we learn what we miss.",
    ReasonCode.OBJECTION: "The person objected to profiling: no score is made, and a person handles it.",
}
