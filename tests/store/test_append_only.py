"""The database itself refuses changes, whoever asks: raw SQL over a connection of its own."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from helpers_ledger import NOON, review
from plumbline.ledger.entry import Draft, Event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.store.ledger_file import LedgerFile

FORGED = "SELECT {seq}, replace(header, 'alice', 'bob'), hash FROM entry WHERE seq = 2"
BY_TRIGGER = [
    "UPDATE entry SET hash = zeroblob(32)",
    "UPDATE entry SET seq = 99 WHERE seq = 3",
    "UPDATE OR REPLACE entry SET seq = 2 WHERE seq = 1",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)",
    "INSERT OR REPLACE INTO entry (seq, header, hash) " + FORGED.format(seq=2),
    "INSERT OR REPLACE INTO entry (seq, header, hash) " + FORGED.format(seq=6),
    "INSERT INTO entry (seq, header, hash) " + FORGED.format(seq=99).replace("alice", "review"),
    "UPDATE body SET content = x'00'",
    "UPDATE body SET subject = 'L9'",
    "DELETE FROM body",
    "DELETE FROM body WHERE seq = 2",
    "INSERT OR REPLACE INTO body SELECT 2, subject, salt, content FROM body WHERE seq = 3",
    "INSERT OR REPLACE INTO body SELECT 1, subject, salt, content FROM body WHERE seq = 3",
    "INSERT INTO tombstone SELECT ref, 4 FROM entry WHERE seq = 2",
    "INSERT INTO tombstone SELECT ref, 5 FROM entry WHERE seq = 2",
    "INSERT OR REPLACE INTO tombstone SELECT ref, 4 FROM tombstone",
    "UPDATE tombstone SET seq = 1",
    "DELETE FROM tombstone",
]
BY_TABLE = [
    "INSERT INTO entry (seq, header, hash) VALUES (6, 'no header', zeroblob(32))",
    "INSERT INTO entry (seq, header, hash) VALUES (6, '{}', zeroblob(32))",
    'INSERT INTO entry (seq, header, hash) VALUES (6, \'{"kind":"k","ref":"r"}\', zeroblob(31))',
    "INSERT INTO body VALUES (5, NULL, x'00', x'00')",
    "INSERT INTO body VALUES (5, NULL, zeroblob(16), 'text')",
]


@pytest.fixture
def raw(ledger: LedgerFile) -> Iterator[sqlite3.Connection]:
    """Four reviews, the first of them erased by entry 5."""
    drafts = [review(n) for n in range(4)]
    ledger.append(drafts, now=NOON)
    ledger.erase(["L0"], actor="dpo", basis="request", now=NOON)
    connection = sqlite3.connect(ledger.path)
    yield connection
    connection.close()


def content(connection: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [connection.execute(f"SELECT * FROM {t}").fetchall() for t in ("entry", "body", "tombstone")]


@pytest.mark.parametrize("attack", BY_TRIGGER + BY_TABLE)
def test_the_database_refuses(raw: sqlite3.Connection, attack: str) -> None:
    before = content(raw)
    with pytest.raises(sqlite3.Error), raw:
        raw.execute(attack)
    assert content(raw) == before


@pytest.mark.parametrize("attack", BY_TRIGGER)
def test_without_its_triggers_it_would_not(raw: sqlite3.Connection, attack: str) -> None:
    """Negative control: each of these attacks changes something once nobody stands in the way."""
    for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    before = content(raw)
    raw.execute(attack)
    assert content(raw) != before


def test_honest_work_is_not_refused(raw: sqlite3.Connection, ledger: LedgerFile) -> None:
    ledger.append([Draft(Event.RUN_STARTED, "r9", "system:qualify"), review(9)], now=NOON)
    ledger.erase(["L1"], actor="dpo", basis="request", now=NOON)
    assert ledger.verify().intact
    assert ledger.verify().erased == 2
