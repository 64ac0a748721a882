"""A file of facts: only added, each once, and what was known about somebody can be destroyed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from plumbline.domain.errors import InvalidCorrectionError, StorageError
from plumbline.store.facts import FactFile
from plumbline.triage.facts import Fact

NOW = datetime(2026, 1, 5, tzinfo=UTC)
FACT = Fact("account.country", "GB", "registry", "looked up", date(2025, 1, 1), "CC0", 365)
OTHER = replace(FACT, value="FR", as_of=None, good_for=None)


def test_facts_come_back_as_they_were_told_and_in_order(tmp_path) -> None:
    with FactFile(tmp_path / "facts.sqlite") as file:
        assert file.add({"L1": [FACT, OTHER], "L2": [OTHER]}, now=NOW) == 3
    with FactFile(tmp_path / "facts.sqlite", create=False) as file:
        assert file.facts() == {"L1": (FACT, OTHER), "L2": (OTHER,)}


def test_the_same_fact_twice_is_kept_once_and_one_that_differs_beside_it(tmp_path) -> None:
    with FactFile(tmp_path / "facts.sqlite") as file:
        file.add({"L1": [FACT, FACT]}, now=NOW)
        assert file.add({"L1": [FACT]}, now=NOW) == 0
        assert file.add({"L1": [replace(FACT, as_of=date(2025, 6, 1))]}, now=NOW) == 1
        assert file.count() == 2


def test_what_was_known_about_a_lead_is_destroyed_and_the_count_stays(tmp_path) -> None:
    secret = replace(FACT, value="Zanzibarworth")
    path = tmp_path / "facts.sqlite"
    with FactFile(path) as file:
        file.add({"Lead-to-forget": [secret], "L2": [FACT]}, now=NOW)
        # Negative control of the search below.
        assert b"Zanzibarworth" in path.read_bytes()
        assert file.erase(["Lead-to-forget"], by="dpo", basis="request", now=NOW) == 1
        assert file.facts() == {"L2": (FACT,)}
        assert file.count() == 2
    assert b"Zanzibarworth" not in path.read_bytes()
    assert b"Lead-to-forget" not in path.read_bytes()


def test_an_erasure_says_who_and_why(tmp_path) -> None:
    with FactFile(tmp_path / "facts.sqlite") as file, pytest.raises(InvalidCorrectionError):
        file.erase(["L1"], by="dpo", basis=" ", now=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET source = 'x'",
        "DELETE FROM fact",
        "UPDATE body SET value = 'x'",
        "DELETE FROM body",
        "INSERT INTO body VALUES (1, 'L1', 'x')",
        "INSERT OR REPLACE INTO fact VALUES (1, 'x', 'x', 'x', 'x', NULL, 'x', NULL)",
    ],
)
def test_the_file_itself_refuses_to_change_a_fact(tmp_path, statement) -> None:
    with FactFile(tmp_path / "facts.sqlite") as file:
        file.add({"L1": [FACT]}, now=NOW)
    db = sqlite3.connect(tmp_path / "facts.sqlite")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)
    db.close()


def test_a_file_of_another_kind_is_refused(tmp_path) -> None:
    db = sqlite3.connect(tmp_path / "other.sqlite")
    db.execute("CREATE TABLE t (x)")
    db.commit()
    db.close()
    with pytest.raises(StorageError, match="no file of facts"):
        FactFile(tmp_path / "other.sqlite")
