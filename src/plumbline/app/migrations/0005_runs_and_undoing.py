"""What a run covers and how far it was loaded, and what an undoing took back."""

# ruff: noqa: D101, RUF012 - written by Django

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plumbline", "0004_surnames"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="kept",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="import",
            name="taken_back",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="loaded",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="scope",
            field=models.JSONField(default=dict),
        ),
    ]
