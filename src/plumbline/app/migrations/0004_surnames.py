"""Leads are found by surname: a column that files names as an address book does, and its index."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import migrations, models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migration(migrations.Migration):
    """In plain SQL: on SQLite Django would make the table anew, which the triggers of outcomes refuse."""

    dependencies: ClassVar[Sequence[tuple[str, str]]] = [("plumbline", "0003_routing_and_notices")]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="lead",
                    name="filed_under",
                    field=models.CharField(blank=True, db_default="", max_length=300),
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE plumbline_lead ADD COLUMN filed_under varchar(300) NOT NULL DEFAULT ''",
                    migrations.RunSQL.noop,
                )
            ],
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["filed_under"], name="leads_by_name", opclasses=["varchar_pattern_ops"]
            ),
        ),
    ]
