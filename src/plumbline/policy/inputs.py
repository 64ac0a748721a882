"""What a policy measures: the qualified lead, fields, signals, caps, bands and levels."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from plumbline.domain.signals import Measure
from plumbline.domain.words import Basis, Dimension, Kind, Purpose
from plumbline.policy.scalars import Chance, CutOff, Name, Points, Source, Span, SqlText, Words

MAX_SIGNALS: Final = 300


class Part(BaseModel):
    """A part of the file: nothing undeclared, nothing converted silently."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True
    )


class NegativeNeeds(Part):
    """How hard sales must have tried before silence counts as a no."""

    attempts: int = Field(ge=1, le=100, description="Contact attempts made.")
    over: Span = Field(description="The attempts spread over at least this long.")
    first_touch_within: Span = Field(description="The first attempt came this soon after the lead.")


class QualifiedLead(Part):
    """What a good lead is: the outcome that sales reports, and when it must have come."""

    outcome: Name = Field(description="The outcome that makes a lead a qualified one.")
    within: Span = Field(description="It must come this soon after the lead; earlier nothing is counted.")
    negative_needs: NegativeNeeds | None = Field(default=None, description="What a fair no needs.")


class FieldUse(Part):
    """What a received field may be used for, declared once for all signals made from it."""

    purposes: tuple[Purpose, ...] = Field(min_length=1, description="Uses that are allowed.")
    basis: Basis | None = Field(default=None, description="Lawful basis, UK and EU GDPR Article 6(1).")


class Signal(Part):
    """A declared input. Nothing undeclared is ever used."""

    dimension: Dimension | None = Field(default=None, description="What the signal speaks about.")
    source: Source | None = Field(
        default=None,
        alias="from",
        description=(
            "A field of the lead model, extra.<name>, reading.<field>, event.<kind> or signals.completeness."
        ),
    )
    expr: SqlText | None = Field(
        default=None, description="Made from other signals instead: an SQL expression."
    )
    kind: Kind | None = Field(
        default=None, description="Type of the value; may be left out where the source says it."
    )
    label: Words | None = Field(default=None, description="What people call it.")
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="Uses that are allowed.")
    basis: Basis | None = Field(default=None, description="Lawful basis, UK and EU GDPR Article 6(1).")
    max_age: Span | None = Field(default=None, description="An older value counts as unknown.")
    measure: Measure = Field(default=Measure.VALUE, description="How the value is made from its source.")
    half_life: Span | None = Field(
        default=None, description="For decayed_count: an event counts half after this long."
    )
    window: Span | None = Field(default=None, description="For events: older ones do not count.")
    ask: Words | None = Field(default=None, description="The question that finds it out.")
    min_confidence: Chance | None = Field(
        default=None, description="For readings: a value that is less likely to be right counts as unknown."
    )


class CapPart(Part):
    """Limits of what a group of signals adds together, so that one habit is not counted five times."""

    signals: tuple[Name, ...] = Field(min_length=1, max_length=MAX_SIGNALS, description="The group.")
    max: Points | None = Field(default=None, description="At most these points.")
    min: Points | None = Field(default=None, description="At least these points.")


class BandsPart(Part):
    """Lowest points of each band; everything below C is D."""

    A: CutOff
    B: CutOff
    C: CutOff


class LevelsPart(Part):
    """Lowest points of high and medium; everything below is low."""

    high: CutOff
    medium: CutOff


class GridPart(Part):
    """Levels of the three dimensions, which are never mixed into one number."""

    fit: LevelsPart = LevelsPart(high=20, medium=5)
    intent: LevelsPart = LevelsPart(high=20, medium=5)
    readiness: LevelsPart = LevelsPart(high=20, medium=5)
