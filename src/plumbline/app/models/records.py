"""The ledger, the outbox, and who saw what. ``app.triggers`` makes them append-only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from plumbline.app.models.base import KEY_LENGTH, new_key


class LedgerEntry(models.Model):
    """A chained header, as the exact bytes that were hashed."""

    seq = models.BigIntegerField(primary_key=True)
    header = models.TextField()
    hash = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=128)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "ref"], name="recorded_once")]
        indexes: ClassVar = [models.Index(fields=["ref"], name="entries_by_ref")]


class LedgerBody(models.Model):
    """The erasable half of an entry."""

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, primary_key=True, related_name="body")
    subject = models.CharField(max_length=64, blank=True, db_index=True)
    salt = models.BinaryField(max_length=32)
    content = models.BinaryField()


class Tombstone(models.Model):
    """A reference whose body was erased, and the entry that says so."""

    ref = models.CharField(max_length=128, primary_key=True)
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="+")


class LedgerHead(models.Model):
    """One row, locked by every append, so that two writers never continue the same entry."""

    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)


class Outbox(models.Model):
    """Slow or outside work that an act has caused: written with the act, carried out afterwards.

    At least once: a worker takes a lease, and marks it done after success. Handlers go by ``key``.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    topic = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["not_before", "id"],
                name="outbox_waiting",
                condition=models.Q(done_at__isnull=True, given_up_at__isnull=True),
            )
        ]


class Webhook(models.Model):
    """An address that wants to hear of events."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    url = models.CharField(max_length=500)
    topics = models.JSONField(default=list)
    secret = models.CharField(max_length=80)
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey("User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()


class Delivery(models.Model):
    """One attempt to tell a webhook something."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=KEY_LENGTH)
    topic = models.CharField(max_length=40)
    at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)


class Access(models.Model):
    """Who saw what: one row per page, answer or file that shows something of a person."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=120)
    role = models.CharField(max_length=12)
    purpose = models.CharField(max_length=20)
    what = models.CharField(max_length=80)
    #: Keys of the leads, at most a page of them; ``count`` is how many there were.
    leads = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=0)
    masked = models.BooleanField(default=False)


class Import(models.Model):
    """An uploaded file and what became of its rows."""

    class State(models.TextChoices):
        """From the upload to the end, or back."""

        UPLOADED = "uploaded"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDONE = "undone"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    mapping = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.UPLOADED)
    by = models.ForeignKey("User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0)
    #: Of the leads it had added or changed, how many an undoing took back, and how many it left to people.
    taken_back = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    run = models.ForeignKey("Run", models.SET_NULL, null=True, related_name="+")


class Switch(models.Model):
    """A kill switch: while it is off, the system does nothing by itself. The safe side is off."""

    name = models.CharField(max_length=40, primary_key=True)
    on = models.BooleanField(default=False)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    why = models.CharField(max_length=300)


class Notice(models.Model):
    """Something a person should know, in the application and in their digest."""

    user = models.ForeignKey("User", models.CASCADE, related_name="notices")
    at = models.DateTimeField()
    kind = models.CharField(max_length=24)
    text = models.CharField(max_length=300)
    path = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["user", "-id"], name="unread_of_a_person", condition=models.Q(read_at__isnull=True)
            )
        ]


class SavedView(models.Model):
    """A queue with filters, under a name."""

    user = models.ForeignKey("User", models.CASCADE, related_name="views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="one_view_of_a_name")]


class Idempotency(models.Model):
    """The answer to a request that carried an idempotency key: asked again, it is given again."""

    actor = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["actor", "key"], name="answered_once")]
