"""Open reviews, the one that is due first before the others."""

# ruff: noqa: D101, RUF012 - written by Django

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plumbline", "0005_runs_and_undoing"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_at", "id"], name="reviews_open"
            ),
        ),
    ]
