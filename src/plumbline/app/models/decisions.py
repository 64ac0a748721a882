"""Decisions and what people did about them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from plumbline.app.models.base import KEY_LENGTH, new_key
from plumbline.app.querysets import ReviewQuery


class Policy(models.Model):
    """A version of the policy that was published, with the scorecard it decides with. Rows, never edits."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    text = models.TextField()
    card = models.TextField()
    digest = models.CharField(max_length=64)
    #: How received cells are read, as ``qualify.bundle.cells_json`` writes it.
    cells = models.JSONField(default=dict)
    published_at = models.DateTimeField()
    proposed_by = models.ForeignKey("User", models.PROTECT, related_name="+")
    approved_by = models.ForeignKey("User", models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    #: The version that went live by stepping back to this one's content, if any.
    back_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Proposal(models.Model):
    """A policy somebody would like to see live, and what would come of it."""

    class State(models.TextChoices):
        """From first words to an answer."""

        DRAFT = "draft"
        PROPOSED = "proposed"
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    base = models.ForeignKey(Policy, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    why = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    created_by = models.ForeignKey("User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    #: What it would move, as ``services.proposals.preview`` found it, for the text whose hash stands beside.
    preview = models.JSONField(null=True)
    preview_of = models.CharField(max_length=64, blank=True)
    decided_by = models.ForeignKey("User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)


class Run(models.Model):
    """A pass over many leads: an import or a rescoring. Its scores and reasons are in its folder."""

    class State(models.TextChoices):
        """A worker that dies leaves it running; another takes it up where the ledger ends."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    as_of = models.DateTimeField()
    started_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    #: Which leads: ``{"import": key}``, ``{"changed": true}``, or all.
    scope = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    #: Leads decided so far, and leads whose decision stands in the tables.
    done = models.PositiveIntegerField(default=0)
    loaded = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    #: Name of its folder under the runs of the data folder.
    folder = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            # Two runs at once would decide the same leads twice.
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(state="running"), name="one_run_of_a_kind_at_a_time"
            )
        ]


class Decision(models.Model):
    """What was decided for a lead at a moment. Added, never changed; the newest one stands.

    The whole record is in one place: the ledger's body of entry ``seq``, or row ``row`` of part ``part`` of
    ``run``. Here stands only what lists and counts read.
    """

    lead = models.ForeignKey("Lead", models.CASCADE, related_name="decisions")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seq = models.BigIntegerField(null=True)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="decisions")
    part = models.PositiveIntegerField(null=True)
    row = models.PositiveIntegerField(null=True)
    route = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=1, blank=True)
    points = models.IntegerField(null=True)
    action = models.CharField(max_length=20)
    owner = models.CharField(max_length=60)
    decided_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=40)
    because = models.CharField(max_length=300)
    proposes = models.CharField(max_length=20, blank=True)
    autonomy = models.CharField(max_length=10)
    confidence = models.PositiveSmallIntegerField(default=0)
    band_change = models.PositiveSmallIntegerField(default=0)
    #: Streams drawn, such as ``["audit"]``.
    drawn = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["lead", "-id"], name="decisions_of_a_lead")]


class Review(models.Model):
    """A question the system put to a person."""

    class Kind(models.TextChoices):
        """What is asked."""

        UNCERTAIN = "uncertain"
        UNKNOWN = "unknown"
        RULE = "rule"
        DISQUALIFY = "disqualify"
        DUPLICATE = "duplicate"
        DATA_RIGHT = "data_right"
        APPEAL = "appeal"
        AUDIT = "audit"

    class State(models.TextChoices):
        """Open until somebody answers."""

        OPEN = "open"
        DECIDED = "decided"
        GONE = "gone"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    lead = models.ForeignKey("Lead", models.CASCADE, related_name="reviews")
    other = models.ForeignKey("Lead", models.CASCADE, null=True, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey("Team", models.PROTECT, related_name="+")
    assigned_to = models.ForeignKey("User", models.SET_NULL, null=True, related_name="+")
    question = models.CharField(max_length=300)
    #: Who caused it, by name; null where the system did. They never answer it.
    proposed_by = models.ForeignKey("User", models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("User", models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReviewQuery.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "state", "due_at", "id"], name="reviews_of_a_team"),
            # For those who see every team's, and for what is overdue.
            models.Index(fields=["due_at", "id"], name="reviews_open", condition=models.Q(state="open")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead", "kind"], condition=models.Q(state="open"), name="one_open_review_of_a_kind"
            )
        ]


class Look(models.Model):
    """That a reviewer opened the evidence of a review, when and for how long."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="looks")
    by = models.ForeignKey("User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)


class Override(models.Model):
    """A person's route instead of the system's, until it expires."""

    lead = models.ForeignKey("Lead", models.CASCADE, related_name="overrides")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    from_route = models.PositiveSmallIntegerField()
    to_route = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40)
    note = models.CharField(max_length=500)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seq = models.BigIntegerField(null=True)


class Appeal(models.Model):
    """Somebody contests a decision. Its review is answered by a person who had no part in it."""

    lead = models.ForeignKey("Lead", models.CASCADE, related_name="appeals")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    review = models.OneToOneField(Review, models.PROTECT, related_name="appeal")
    by = models.ForeignKey("User", models.PROTECT, null=True, related_name="+")
    #: Who contests where it is no user: ``person`` or ``partner``.
    on_behalf = models.CharField(max_length=10, blank=True)
    grounds = models.CharField(max_length=1000)
    at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
