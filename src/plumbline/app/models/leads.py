"""Leads as they came in, and where each one stands now."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from plumbline.app.models.base import KEY_LENGTH, new_key
from plumbline.app.querysets import LeadQuery, StandingQuery
from plumbline.domain.words import Band, Route


class Account(models.Model):
    """An organisation."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    #: The name or domain that leads of one organisation share, folded.
    match = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=300)
    domain = models.CharField(max_length=255, blank=True)
    tier = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Lead(models.Model):
    """A person or organisation that may buy: its fields as received, in the words of the lead model."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    external_id = models.CharField(max_length=200, unique=True)
    #: What people call it: name and company, else the address, else its id. Personal.
    title = models.CharField(max_length=300)
    email = models.CharField(max_length=320, blank=True, db_index=True)
    #: The name as an address book files it, last word first, in small letters; "" without one. Personal.
    filed_under = models.CharField(max_length=300, blank=True, db_default="")
    source = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=120, blank=True)
    received = models.JSONField()
    #: SHA-256 of ``received``: the same row again changes nothing.
    digest = models.CharField(max_length=64)
    arrived_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="leads")
    batch = models.ForeignKey("Import", models.SET_NULL, null=True, related_name="leads")
    #: First copy of the same lead, where this is a repeat.
    same_as = models.ForeignKey("self", models.SET_NULL, null=True, related_name="repeats")
    objected_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects = LeadQuery.as_manager()

    class Meta:
        indexes: ClassVar = [
            # Searched by its beginning: PostgreSQL needs the pattern class for that, SQLite ignores it.
            models.Index(fields=["filed_under"], name="leads_by_name", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.key


class Past(models.Model):
    """A lead as it was before a change: the fields, until when they held, and who changed them."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="pasts")
    received = models.JSONField()
    until = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    batch = models.ForeignKey("Import", models.SET_NULL, null=True, related_name="+")


class Message(models.Model):
    """Text received or noted."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="messages")
    external_id = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=20)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]


class Behaviour(models.Model):
    """An event of a lead, such as a visit to the price page."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="behaviour")
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()


class Outcome(models.Model):
    """What sales reported of a lead. Reports are added, never changed."""

    class Kind(models.TextChoices):
        """In the order in which they happen."""

        CONTACTED = "contacted"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        MEETING_HELD = "meeting_held"
        NO_SHOW = "no_show"
        OPPORTUNITY_CREATED = "opportunity_created"
        OPPORTUNITY_ACCEPTED = "opportunity_accepted"
        WON = "won"
        LOST = "lost"

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    at = models.DateTimeField()
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    ref = models.CharField(max_length=64, unique=True, default=new_key)


class Standing(models.Model):
    """Where a lead stands now: its current decision, who has it, and what they made of it.

    One narrow row per lead, so that a queue page reads little. ``place`` orders the queue, highest first.
    """

    class State(models.TextChoices):
        """What the people made of it."""

        OPEN = "open"
        ACCEPTED = "accepted"
        LATER = "later"
        WRONG = "wrong"
        CLOSED = "closed"

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="standing")
    team = models.ForeignKey("Team", models.PROTECT, related_name="+")
    owner = models.ForeignKey("User", models.SET_NULL, null=True, related_name="+")
    queue = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decision = models.ForeignKey("Decision", models.PROTECT, null=True, related_name="+")
    route = models.PositiveSmallIntegerField(choices=[(route.value, route.word) for route in Route])
    band = models.CharField(max_length=1, blank=True, choices=[(band.value, band.value) for band in Band])
    points = models.IntegerField(null=True)
    place = models.BigIntegerField()
    fit = models.CharField(max_length=6, blank=True)
    intent = models.CharField(max_length=6, blank=True)
    readiness = models.CharField(max_length=6, blank=True)
    action = models.CharField(max_length=20)
    because = models.CharField(max_length=300)
    #: The first person to look judges before the score shows.
    blind = models.BooleanField(default=False)
    overridden = models.BooleanField(default=False)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    later_until = models.DateTimeField(null=True)
    #: Raised by one with every change, so that two people never overwrite each other unseen.
    version = models.PositiveIntegerField(default=1)

    objects = StandingQuery.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "state", "-place", "-lead"], name="queue_of_a_team"),
            models.Index(
                fields=["owner", "state", "-place", "-lead"],
                name="queue_of_a_person",
                condition=models.Q(owner__isnull=False),
            ),
            models.Index(
                fields=["due_at"], name="due", condition=models.Q(state="open", due_at__isnull=False)
            ),
        ]


class Assignment(models.Model):
    """Why a lead went to whom: what was tried, in order, and what decided."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="assignments")
    team = models.ForeignKey("Team", models.PROTECT, related_name="+")
    user = models.ForeignKey("User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300)
    steps = models.JSONField(default=list)
    #: The queue the lead stood in; while it stays there, who has it keeps it.
    queue = models.CharField(max_length=60, blank=True)
    #: Whether it took the person's turn, and whether the turn was given back because the lead was wrong.
    turn = models.BooleanField(default=False)
    credited = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "at"], name="assignments_of_a_person")]


class Response(models.Model):
    """What a person said of a lead in the queue; with ``blind`` before the score was shown."""

    class Kind(models.TextChoices):
        """The three answers."""

        ACCEPT = "accept"
        LATER = "later"
        WRONG = "wrong"

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="responses")
    decision = models.ForeignKey("Decision", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    blind = models.BooleanField(default=False)
