"""The table that rate limits are counted in; what is append-only is in ``app.triggers``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.management import call_command
from django.db import migrations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def cache(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:  # noqa: ANN401, ARG001
    """Rate limits are counted in the database, so that every process counts together."""
    call_command("createcachetable", database=schema.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """Runs in one transaction, where the database can."""

    dependencies: ClassVar[Sequence[tuple[str, str]]] = [("plumbline", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(cache, migrations.RunPython.noop)]
