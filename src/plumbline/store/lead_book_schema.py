"""The tables of a book of leads. A version is written once; only erasing a person empties it."""

from __future__ import annotations

from typing import Final

from plumbline.domain.errors import LeadBookError
from plumbline.store.ledger_database import Form

# ``content`` is canonical JSON of the fields as received, ``hash`` its SHA-256; both are null once the person
# was erased. ``absent_since`` names the first import that no longer had the lead: it is kept all the same.
_TABLES: Final = """
CREATE TABLE import (
  id INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  at TEXT NOT NULL,
  file TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  mapping TEXT NOT NULL,
  read INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  repeated INTEGER NOT NULL,
  new INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  erased INTEGER NOT NULL,
  vanished INTEGER NOT NULL,
  CHECK (read = rejected + repeated + new + changed + unchanged + erased)
) STRICT;
CREATE INDEX import_system ON import (system, id);

CREATE TABLE lead (
  system TEXT NOT NULL,
  lead_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash BLOB,
  absent_since INTEGER REFERENCES import (id),
  PRIMARY KEY (system, lead_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
  system TEXT NOT NULL,
  lead_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  import INTEGER NOT NULL REFERENCES import (id),
  row INTEGER NOT NULL,
  hash BLOB CHECK (length(hash) = 32),
  content TEXT,
  PRIMARY KEY (system, lead_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE field (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TRIGGER version_is_written_once BEFORE UPDATE ON version
  WHEN NEW.content IS NOT NULL OR NEW.hash IS NOT NULL OR NEW.import <> OLD.import OR NEW.row <> OLD.row
    OR NEW.system <> OLD.system OR NEW.lead_id <> OLD.lead_id OR NEW.version <> OLD.version
  BEGIN SELECT RAISE(ABORT, 'a version of a lead is never changed'); END;
CREATE TRIGGER version_stays BEFORE DELETE ON version
  BEGIN SELECT RAISE(ABORT, 'a version of a lead is never deleted'); END;
CREATE TRIGGER version_is_no_replacement BEFORE INSERT ON version
  WHEN EXISTS (SELECT 1 FROM version AS v
               WHERE v.system = NEW.system AND v.lead_id = NEW.lead_id AND v.version = NEW.version)
  BEGIN SELECT RAISE(ABORT, 'a version of a lead is never replaced'); END;
CREATE TRIGGER lead_stays BEFORE DELETE ON lead
  BEGIN SELECT RAISE(ABORT, 'a lead is never deleted'); END;
CREATE TRIGGER import_is_written_once BEFORE UPDATE ON import
  BEGIN SELECT RAISE(ABORT, 'an import is never changed'); END;
CREATE TRIGGER import_stays BEFORE DELETE ON import
  BEGIN SELECT RAISE(ABORT, 'an import is never deleted'); END;
"""
#: "PLBK" marks the file as a book of leads.
BOOK: Final = Form("book of leads", 0x504C424B, 1, _TABLES, LeadBookError)

# Rows of a file wait here, in a table of this connection only, until all of them are there.
STAGED: Final = """
CREATE TEMP TABLE staged (row INTEGER PRIMARY KEY, lead_id TEXT, hash BLOB NOT NULL, content TEXT NOT NULL)
"""
#: A lead without an id of its own is called by its content; equal ones are told apart by their order.
NAMED: Final = """
UPDATE staged SET lead_id = 'c-' || lower(substr(hex(hash), 1, 24)) || CASE n WHEN 1 THEN '' ELSE '-' || n END
FROM (SELECT row AS at, row_number() OVER (PARTITION BY hash ORDER BY row) AS n FROM staged) WHERE row = at
"""
STAGED_INDEX: Final = "CREATE INDEX temp.staged_lead ON staged (lead_id, row)"
#: Rows whose lead stands in an earlier row of the same file, and whether they say the same.
AGAIN: Final = """
SELECT later.row, later.lead_id, later.hash = first.hash
FROM (SELECT lead_id, min(row) AS row FROM staged GROUP BY lead_id HAVING count(*) > 1) AS named
JOIN staged AS first ON first.row = named.row
JOIN staged AS later ON later.lead_id = named.lead_id AND later.row > named.row
ORDER BY later.row
"""
#: What the staged rows are to the book: new, changed, erased or unchanged.
COUNTS: Final = """
SELECT count(*) FILTER (WHERE lead.lead_id IS NULL),
       count(*) FILTER (WHERE lead.hash <> staged.hash),
       count(*) FILTER (WHERE lead.lead_id IS NOT NULL AND lead.hash IS NULL),
       count(*) FILTER (WHERE lead.hash = staged.hash)
FROM staged LEFT JOIN lead ON lead.system = :system AND lead.lead_id = staged.lead_id
"""
VANISHED: Final = """
SELECT count(*) FROM lead WHERE system = :system AND hash IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.lead_id = lead.lead_id)
"""
#: In this order: versions see the leads as they were before.
MERGE: Final = (
    """
INSERT INTO version
SELECT :system, staged.lead_id, ifnull(lead.version, 0) + 1, :import, staged.row, staged.hash, staged.content
FROM staged LEFT JOIN lead ON lead.system = :system AND lead.lead_id = staged.lead_id
WHERE lead.lead_id IS NULL OR lead.hash <> staged.hash
ORDER BY staged.lead_id
""",
    """
INSERT INTO lead SELECT :system, staged.lead_id, 1, staged.hash, NULL
FROM staged WHERE true ORDER BY staged.lead_id
ON CONFLICT DO UPDATE
SET version = version + (hash <> excluded.hash), hash = excluded.hash, absent_since = NULL
WHERE hash IS NOT NULL AND (hash <> excluded.hash OR absent_since IS NOT NULL)
""",
    """
UPDATE lead SET absent_since = :import WHERE system = :system AND absent_since IS NULL AND hash IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.lead_id = lead.lead_id)
""",
)
