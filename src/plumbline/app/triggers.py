"""What is recorded stays: the database itself refuses to change or delete it, on SQLite and PostgreSQL.

The triggers are put down before every migration and set up after it: SQLite rebuilds a table to change it,
which would lose them. ``operations.refuse_unready`` starts nothing where they are missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

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
CREATE OR REPLACE FUNCTION plumbline_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE FUNCTION plumbline_outcome_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM plumbline_lead WHERE id = OLD.lead_id AND erased_at IS NULL) THEN
    RAISE EXCEPTION 'plumbline_outcome is append-only';
  END IF;
  RETURN OLD;
END $$;
CREATE OR REPLACE FUNCTION plumbline_access_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.at > now() - interval '23 months' THEN RAISE EXCEPTION 'plumbline_access is append-only'; END IF;
  RETURN OLD;
END $$;
CREATE OR REPLACE FUNCTION plumbline_entry_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM plumbline_ledgerentry)
     OR NEW.kind IS DISTINCT FROM NEW.header::json ->> 'kind'
     OR NEW.ref IS DISTINCT FROM NEW.header::json ->> 'ref' THEN
    RAISE EXCEPTION 'an entry continues the last one and is filed under what it says';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION plumbline_body_needs_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
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


_ON_POSTGRES: Final = (
    "SELECT tgname, tgrelid::regclass::text FROM pg_trigger "
    "WHERE tgname LIKE 'plumbline%' AND NOT tgisinternal"
)
_ON_SQLITE: Final = (
    "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'plumbline%'"
)
_NAMES: Final = (
    "plumbline_ledgerentry_in_turn",
    "plumbline_ledgerbody_no_update",
    "plumbline_ledgerbody_needs_tombstone",
    *(f"{table}_no_{act}" for table in ADDED_ONLY for act in ("update", "delete")),
)


def set_up(using: str = "default", **_: Any) -> None:  # noqa: ANN401 - what the signal sends
    """Make the triggers that are missing."""
    connection = connections[using]
    if "plumbline_ledgerentry" not in connection.introspection.table_names():
        return
    put_down(using)
    with connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def put_down(using: str = "default", **_: Any) -> None:  # noqa: ANN401 - what the signal sends
    """Remove the triggers, for a migration."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in _present(connection):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")


def missing(using: str = "default") -> list[str]:
    """The triggers that should be there and are not."""
    present = {name for name, _ in _present(connections[using])}
    return [name for name in _NAMES if name not in present]


def _present(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    query = _ON_POSTGRES if connection.vendor == "postgresql" else _ON_SQLITE
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [(str(name), str(table)) for name, table in cursor.fetchall()]


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "postgresql":
        deletes = {table: _DELETES.get(table, "plumbline_append_only") for table in ADDED_ONLY}
        tables = [_POSTGRES_TABLE.format(table=table, delete=deletes[table]) for table in ADDED_ONLY]
        return [_POSTGRES, *tables]
    tables = [_SQLITE.format(table=table, unless=_ERASABLE.get(table, "")) for table in ADDED_ONLY]
    script = "".join([_SQLITE_LEDGER, *tables])
    return [f"{part.strip()} END" for part in script.split("END;") if part.strip()]
