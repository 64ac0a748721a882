"""What is recorded stays: the database itself refuses to change or delete it, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.management import call_command
from django.db import migrations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

#: Rows of these tables are added and never touched again.
ADDED_ONLY: Final = ("plumbline_ledgerentry", "plumbline_tombstone", "plumbline_access", "plumbline_outcome")

_SQLITE: Final = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT raise(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
{unless}BEGIN SELECT raise(ABORT, '{table} is append-only'); END;
"""
# A person who is erased takes the log of who saw them and their outcomes along; the ledger says so.
_ERASABLE: Final = {
    "plumbline_outcome": (
        "WHEN EXISTS (SELECT 1 FROM plumbline_lead WHERE id = OLD.lead_id AND erased_at IS NULL)\n"
    ),
    "plumbline_access": "WHEN OLD.at > datetime('now', '-23 months')\n",
}
_SQLITE_LEDGER: Final = """
CREATE TRIGGER plumbline_ledgerentry_in_turn BEFORE INSERT ON plumbline_ledgerentry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM plumbline_ledgerentry)
  OR NEW.kind IS NOT json_extract(NEW.header, '$.kind') OR NEW.ref IS NOT json_extract(NEW.header, '$.ref')
BEGIN SELECT raise(ABORT, 'an entry continues the last one and is filed under what it says'); END;
CREATE TRIGGER plumbline_ledgerbody_no_update BEFORE UPDATE ON plumbline_ledgerbody
BEGIN SELECT raise(ABORT, 'a body is never changed'); END;
CREATE TRIGGER plumbline_ledgerbody_needs_tombstone BEFORE DELETE ON plumbline_ledgerbody
WHEN NOT EXISTS (
  SELECT 1 FROM plumbline_tombstone AS t JOIN plumbline_ledgerentry AS e ON e.ref = t.ref
  WHERE e.seq = OLD.entry_id)
BEGIN SELECT raise(ABORT, 'only a tombstone allows a body to go'); END;
"""

_POSTGRES: Final = """
CREATE FUNCTION plumbline_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE FUNCTION plumbline_outcome_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM plumbline_lead WHERE id = OLD.lead_id AND erased_at IS NULL) THEN
    RAISE EXCEPTION 'plumbline_outcome is append-only';
  END IF;
  RETURN OLD;
END $$;
CREATE FUNCTION plumbline_access_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.at > now() - interval '23 months' THEN RAISE EXCEPTION 'plumbline_access is append-only'; END IF;
  RETURN OLD;
END $$;
CREATE FUNCTION plumbline_entry_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM plumbline_ledgerentry)
     OR NEW.kind IS DISTINCT FROM NEW.header::json ->> 'kind'
     OR NEW.ref IS DISTINCT FROM NEW.header::json ->> 'ref' THEN
    RAISE EXCEPTION 'an entry continues the last one and is filed under what it says';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION plumbline_body_needs_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM plumbline_tombstone AS t JOIN plumbline_ledgerentry AS e ON e.ref = t.ref
    WHERE e.seq = OLD.entry_id) THEN
    RAISE EXCEPTION 'only a tombstone allows a body to go';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER plumbline_ledgerentry_in_turn BEFORE INSERT ON plumbline_ledgerentry
FOR EACH ROW EXECUTE FUNCTION plumbline_entry_in_turn();
CREATE TRIGGER plumbline_ledgerbody_no_update BEFORE UPDATE ON plumbline_ledgerbody
FOR EACH ROW EXECUTE FUNCTION plumbline_append_only();
CREATE TRIGGER plumbline_ledgerbody_needs_tombstone BEFORE DELETE ON plumbline_ledgerbody
FOR EACH ROW EXECUTE FUNCTION plumbline_body_needs_tombstone();
CREATE TRIGGER plumbline_ledgerbody_no_truncate BEFORE TRUNCATE ON plumbline_ledgerbody
EXECUTE FUNCTION plumbline_append_only();
"""
_POSTGRES_TABLE: Final = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION plumbline_append_only();
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {delete}();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
EXECUTE FUNCTION plumbline_append_only();
"""
_DELETES: Final = {
    "plumbline_outcome": "plumbline_outcome_stays",
    "plumbline_access": "plumbline_access_stays",
}


def add(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:  # noqa: ANN401, ARG001
    """The triggers of the database at hand."""
    if schema.connection.vendor == "postgresql":
        schema.execute(_POSTGRES)
        for table in ADDED_ONLY:
            delete = _DELETES.get(table, "plumbline_append_only")
            schema.execute(_POSTGRES_TABLE.format(table=table, delete=delete))
        return
    script = _SQLITE_LEDGER + "".join(
        _SQLITE.format(table=table, unless=_ERASABLE.get(table, "")) for table in ADDED_ONLY
    )
    for statement in _statements(script):
        schema.execute(statement)


def _statements(script: str) -> list[str]:
    return [f"{part.strip()} END" for part in script.split("END;") if part.strip()]


def cache(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:  # noqa: ANN401, ARG001
    """Rate limits are counted in the database, so that every process counts together."""
    call_command("createcachetable", database=schema.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """Runs in one transaction, where the database can."""

    dependencies: ClassVar[Sequence[tuple[str, str]]] = [("plumbline", "0001_initial")]
    operations: ClassVar = [
        migrations.RunPython(add, migrations.RunPython.noop),
        migrations.RunPython(cache, migrations.RunPython.noop),
    ]
