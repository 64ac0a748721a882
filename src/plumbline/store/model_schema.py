"""Tables of the registry of learned scorecards. Everything is only added; what is live follows from acts."""

from __future__ import annotations

from typing import Final

from plumbline.domain.errors import ModelError
from plumbline.store.ledger_database import Form
from plumbline.store.small_file import only_added

_TOLD: Final = "versions and acts are only added"
_VERSIONS: Final = """
CREATE TABLE version (
  seq INTEGER PRIMARY KEY,
  card BLOB NOT NULL,
  coarse BLOB,
  hash TEXT NOT NULL UNIQUE,
  learned_by TEXT NOT NULL CHECK (length(trim(learned_by)) > 0),
  at TEXT NOT NULL,
  retrain_by TEXT
) STRICT;
CREATE TABLE act (
  seq INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL
    CHECK (kind IN ('registered', 'waits', 'candidate', 'refused', 'promoted', 'rolled_back')),
  version INTEGER NOT NULL,
  before INTEGER NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL CHECK (length(trim(by)) > 0),
  why TEXT NOT NULL,
  judgement TEXT
) STRICT;
CREATE TRIGGER act_of_a_version BEFORE INSERT ON act
WHEN NEW.version <> 0 AND NOT EXISTS (SELECT 1 FROM version WHERE seq = NEW.version)
BEGIN SELECT raise(ABORT, 'an act is about a version that is there'); END;
"""
_TABLES: Final = _VERSIONS + only_added("version", _TOLD) + only_added("act", _TOLD)
#: "PLMM" marks the file as a registry of models.
MODELS: Final = Form("registry of scorecards", 0x504C4D4D, 1, _TABLES, ModelError)
