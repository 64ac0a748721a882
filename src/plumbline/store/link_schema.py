"""Tables of the link store. Everything is append-only; what holds now is a view over what was said."""

from __future__ import annotations

from typing import Final

from plumbline.domain.errors import StorageError
from plumbline.store.ledger_database import Form

_TABLES: Final = """
CREATE TABLE act (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('found', 'merge', 'split', 'answer')),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    model TEXT
);
CREATE TABLE cluster (
    id TEXT PRIMARY KEY,
    born INTEGER NOT NULL REFERENCES act (number)
);
CREATE TABLE member (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL,
    cluster TEXT NOT NULL REFERENCES cluster (id),
    act INTEGER NOT NULL REFERENCES act (number)
);
CREATE INDEX member_record ON member (record, number);
CREATE INDEX member_cluster ON member (cluster);
CREATE TABLE succession (
    younger TEXT NOT NULL REFERENCES cluster (id),
    older TEXT NOT NULL REFERENCES cluster (id),
    act INTEGER NOT NULL REFERENCES act (number)
);
CREATE TABLE answer (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    one TEXT NOT NULL,
    two TEXT NOT NULL,
    same INTEGER NOT NULL CHECK (same IN (0, 1)),
    weight INTEGER,
    act INTEGER NOT NULL REFERENCES act (number),
    CHECK (one < two)
);
CREATE INDEX answer_pair ON answer (one, two, number);
CREATE TRIGGER act_stays BEFORE UPDATE ON act BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER act_kept BEFORE DELETE ON act BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER cluster_stays BEFORE UPDATE ON cluster BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER cluster_kept BEFORE DELETE ON cluster BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER member_stays BEFORE UPDATE ON member BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER member_kept BEFORE DELETE ON member BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER answer_stays BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER answer_kept BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER succession_stays BEFORE UPDATE ON succession BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER succession_kept BEFORE DELETE ON succession BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""
#: "PLLK" marks the file as a store of links.
LINKS: Final = Form("link store", 0x504C4C4B, 1, _TABLES, StorageError)
