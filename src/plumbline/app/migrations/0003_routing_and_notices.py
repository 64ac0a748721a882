"""Turns that are owed, who had a lead in which queue, and quick counts of unread notices."""

# ruff: noqa: D101, RUF012 - written by Django

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plumbline", "0002_append_only"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="membership",
            name="credit",
        ),
        migrations.RemoveField(
            model_name="team",
            name="turn",
        ),
        migrations.AddField(
            model_name="assignment",
            name="queue",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="assignment",
            name="turn",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="membership",
            name="owed",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="team",
            name="spread",
            field=models.CharField(
                choices=[("turn", "Turn"), ("load", "Load")], default="turn", max_length=4
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["user", "at"], name="assignments_of_a_person"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)),
                fields=["user", "-id"],
                name="unread_of_a_person",
            ),
        ),
    ]
