"""The shape of a policy file. Only shapes and ranges stand here; meaning is checked by the linter.

The same models give the JSON Schema that editors complete from, so every key carries its description.
"""

from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import Field

from plumbline.domain.words import Autonomy, Band, Purpose
from plumbline.policy.inputs import (
    MAX_SIGNALS,
    BandsPart,
    CapPart,
    FieldUse,
    GridPart,
    Part,
    QualifiedLead,
    Signal,
)
from plumbline.policy.scalars import (
    PER,
    Chance,
    Kept,
    Name,
    Owner,
    Points,
    Slug,
    Source,
    SqlText,
    Words,
)

MAX_BINS: Final = 500
MAX_RULES: Final = 500
MAX_EXAMPLES: Final = 1_000


def _chance(default: int, about: str) -> Any:  # noqa: ANN401 - a field
    """A chance whose default stands in the JSON Schema as people write it."""
    return Field(default=default, description=about, json_schema_extra={"default": default / PER})


def _kept(default: int, about: str) -> Any:  # noqa: ANN401 - a field
    return Field(default=default, description=about, json_schema_extra={"default": f"{default // 30} months"})


class RouteWord(StrEnum):
    """Where a lead goes, most human attention first."""

    REVIEW = "review"
    FAST_TRACK = "fast_track"
    QUEUE = "queue"
    NURTURE = "nurture"


class IfUnknown(StrEnum):
    """What happens when a rule cannot be answered and would have mattered."""

    REVIEW = "review"
    ASK = "ask"
    MISS = "miss"


class RuleAction(StrEnum):
    """Next actions a rule can name."""

    PARTNER = "partner"
    MEETING = "meeting"
    CALL = "call"


class RoutesPart(Part):
    """Where each band goes."""

    A: RouteWord | None = None
    B: RouteWord | None = None
    C: RouteWord | None = None
    D: RouteWord | None = None


class OwnersPart(Part):
    """Who owns the leads of a route: a person, a team or a queue."""

    review: Owner | None = None
    fast_track: Owner | None = None
    queue: Owner | None = None
    nurture: Owner | None = None
    objection: Owner | None = Field(default=None, description="Leads of people who objected to profiling.")


class UnknownsPart(Part):
    """What happens when missing fields may well change the band."""

    material: Chance = _chance(2_500, "Chance of another band from which on it matters.")
    then: Literal["ask", "review"] = Field(
        default="ask", description="Ask the question that moves most, or a person looks."
    )


class RulePart(Part):
    """A condition with what it does and the words a person would say."""

    id: Slug = Field(description="Stable across versions; traces and reports use it.")
    when: SqlText = Field(description="SQL condition over signals and results.")
    route: RouteWord | None = Field(default=None, description="At least this route; a rule never lowers one.")
    owner: Owner | None = Field(default=None, description="Who gets the lead instead of the route's owner.")
    action: RuleAction | None = Field(default=None, description="The next action to suggest.")
    propose: Literal["disqualify"] | None = Field(
        default=None, description="A proposal that only a person can accept."
    )
    because: Words | None = Field(default=None, description="What a person would say.")
    if_unknown: IfUnknown = Field(
        default=IfUnknown.REVIEW, description="When a missing field leaves the rule open."
    )


class ActionPart(Part):
    """When an action is suggested, and to whom."""

    bands: tuple[Band, ...] | None = Field(default=None, min_length=1, description="Only these bands.")
    when: SqlText | None = Field(default=None, description="Only where this holds; unknown counts as no.")
    owner: Owner | None = Field(default=None, description="Who acts, unless a rule names somebody.")


class AskPart(Part):
    """Which questions may be put."""

    needs: tuple[Name, ...] = Field(
        default=(), max_length=50, description="Signals worth asking for, first the best."
    )


class NurturePart(Part):
    """Which bands are meant to be nurtured: the linter compares this with the routes."""

    bands: tuple[Band, ...] = Field(default=(Band.D,), min_length=1, description="Bands that are nurtured.")


class ActionsPart(Part):
    """Next actions. Calling is the default of the queue and the fast track."""

    ask: AskPart = Field(default_factory=AskPart)
    partner: ActionPart | None = None
    meeting: ActionPart | None = None
    nurture: NurturePart = Field(default_factory=NurturePart)


class AutonomyPart(Part):
    """How far the system may go by itself."""

    order_queue: Autonomy = Autonomy.RECOMMEND
    route: Autonomy = Autonomy.RECOMMEND
    ask: Autonomy = Autonomy.RECOMMEND
    partner: Autonomy = Autonomy.RECOMMEND
    meeting: Autonomy = Autonomy.RECOMMEND
    nurture: Autonomy = Autonomy.RECOMMEND
    disqualify: Autonomy = Field(
        default=Autonomy.APPROVE, description="Never 'act': only a person disqualifies."
    )


class DrawsPart(Part):
    """Chances of the lotteries that keep the system honest."""

    audit: Chance = _chance(1_500, "Not-pursued leads judged blind, to know what is missed.")
    explore: Chance = _chance(500, "Low-scored leads worked anyway.")
    holdout: Chance = _chance(1_000, "Accounts worked in the baseline order.")
    blind: Chance = _chance(2_000, "Judged before the score is shown.")
    probe: Chance = _chance(100, "Known cases planted to see whether reviewers look.")


class RetentionPart(Part):
    """How long data is kept after the last contact."""

    lead: Kept = _kept(720, "Leads and the evidence of their decisions.")
    message: Kept = _kept(360, "What people wrote.")


Scalar = str | int | float | bool | None


class ExpectPart(Part):
    """What must come out. Only what is written is compared."""

    route: RouteWord | None = None
    band: Band | None = None
    action: str | None = Field(default=None, description="The suggested next action.")
    owner: Owner | None = None
    proposes: Literal["disqualify"] | None = None
    rules: tuple[Slug, ...] | None = Field(default=None, description="Rules that must fire.")


class ExamplePart(Part):
    """A case everybody can agree on; no policy is published without some."""

    why: Words = Field(description="What the example shows.")
    lead: dict[Name, Scalar] = Field(description="Values of signals; those left out are unknown.")
    expect: ExpectPart


class PolicyFile(Part):
    """A Plumbline policy: what a good lead is, how leads are ranked and routed, and who decides."""

    policy: Slug = Field(description="The name of the policy; it stays the same over versions.")
    about: Words | None = Field(default=None, description="Who it is for, in one sentence.")
    purpose: Purpose = Field(description="What the workflow is for; every signal used must allow it.")
    qualified_lead: QualifiedLead
    fields: dict[Source, FieldUse] = Field(
        default_factory=dict,
        max_length=MAX_SIGNALS,
        description="Purposes of received fields under derived ones.",
    )
    signals: dict[Name, Signal] = Field(min_length=1, max_length=MAX_SIGNALS)
    base_points: Points = Field(default=0, description="Points that every lead starts with.")
    scorecard: dict[Name, dict[str, Points]] = Field(
        default_factory=dict,
        max_length=MAX_SIGNALS,
        description="Signal, bin, points. 20 points double the odds.",
    )
    caps: dict[Name, CapPart] = Field(default_factory=dict, max_length=MAX_SIGNALS)
    bands: BandsPart
    grid: GridPart = Field(default_factory=GridPart)
    routes: RoutesPart
    owners: OwnersPart
    unknowns: UnknownsPart = Field(default_factory=UnknownsPart)
    rules: tuple[RulePart, ...] = Field(default=(), max_length=MAX_RULES)
    actions: ActionsPart = Field(default_factory=ActionsPart)
    autonomy: AutonomyPart = Field(default_factory=AutonomyPart)
    draws: DrawsPart = Field(default_factory=DrawsPart)
    retention: RetentionPart = Field(default_factory=RetentionPart)
    examples: tuple[ExamplePart, ...] = Field(default=(), max_length=MAX_EXAMPLES)


def policy_json_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file, draft 2020-12."""
    schema = PolicyFile.model_json_schema(by_alias=True, mode="validation")
    for part in (schema, *schema["$defs"].values()):
        _close(part.get("properties", {}))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Plumbline policy",
    }


def _close(properties: dict[str, Any]) -> None:
    """Names that do not fit the pattern of names are refused by the schema too."""
    for part in properties.values():
        if "patternProperties" in part:
            part["additionalProperties"] = False
