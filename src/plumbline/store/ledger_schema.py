"""The tables of a ledger file. What may never change is refused by the database itself."""

from __future__ import annotations

from typing import Final

#: Raised by one with every change of the tables.
VERSION: Final = 1
#: "PLMB": marks the file as a ledger of Plumbline.
APPLICATION: Final = 0x504C4D42

# ``kind`` and ``ref`` are read out of the header, so that they cannot differ from what was hashed. The insert
# triggers also stop INSERT OR REPLACE, which deletes without firing a delete trigger.
TABLES: Final = """
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  header TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  kind TEXT NOT NULL GENERATED ALWAYS AS (json_extract(header, '$.kind')) VIRTUAL,
  ref TEXT NOT NULL GENERATED ALWAYS AS (json_extract(header, '$.ref')) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX entry_once ON entry (kind, ref);
CREATE INDEX entry_ref ON entry (ref);

CREATE TABLE body (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),
  subject TEXT,
  salt BLOB NOT NULL CHECK (length(salt) >= 16),
  content BLOB NOT NULL
) STRICT;
CREATE INDEX body_subject ON body (subject) WHERE subject IS NOT NULL;

CREATE TABLE tombstone (
  ref TEXT PRIMARY KEY,
  seq INTEGER NOT NULL REFERENCES entry (seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_only_at_the_end BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
  OR EXISTS (
    SELECT 1 FROM entry
    WHERE kind = json_extract(NEW.header, '$.kind') AND ref = json_extract(NEW.header, '$.ref'))
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER body_only_with_its_entry BEFORE INSERT ON body
WHEN NEW.seq IS NOT (SELECT max(seq) FROM entry) OR EXISTS (SELECT 1 FROM body WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'a body comes with its entry or never'); END;
CREATE TRIGGER body_no_update BEFORE UPDATE ON body
BEGIN SELECT raise(ABORT, 'a body is never changed'); END;
CREATE TRIGGER body_delete_needs_tombstone BEFORE DELETE ON body
WHEN NOT EXISTS (SELECT 1 FROM tombstone JOIN entry USING (ref) WHERE entry.seq = OLD.seq)
BEGIN SELECT raise(ABORT, 'only a tombstone allows a body to go'); END;

CREATE TRIGGER tombstone_needs_entry BEFORE INSERT ON tombstone
WHEN NOT EXISTS (
    SELECT 1 FROM entry, json_each(entry.header, '$.facts.refs') AS named
    WHERE entry.seq = NEW.seq AND entry.kind = 'erasure:performed' AND named.value = NEW.ref)
  OR EXISTS (SELECT 1 FROM tombstone WHERE ref = NEW.ref)
BEGIN SELECT raise(ABORT, 'a tombstone is written in the chain first'); END;
CREATE TRIGGER tombstone_no_update BEFORE UPDATE ON tombstone
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER tombstone_no_delete BEFORE DELETE ON tombstone
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
"""
