"""The registry of scorecards: only added to, one truth for two writers, whole after a kill at any moment."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.domain.errors import ModelError, StorageError
from plumbline.domain.words import Dimension, Kind
from plumbline.ledger import Event
from plumbline.scorecard import Provenance, Scorecard, SignalBins, Term
from plumbline.store import LedgerFile
from plumbline.store.model_acts import WRITTEN, Act, Deed, standing_of
from plumbline.store.models import ModelRegistry

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PASSED = {"against": 0, "rows": 100, "good": 30, "window": ["", ""], "figures": {}, "code": None}


def card(number: int = 0, **manifest) -> Scorecard:
    bins = SignalBins("demo", Kind.FLAG, "Demo", ("no", "yes"))
    term = Term("demo", "Demo", Dimension.INTENT, ("demo",), (0, -7, 7, 0))
    about = {"label_chances": "given", "seed": number, **manifest}
    return Scorecard("test", (bins,), (term,), provenance=Provenance.LEARNED, manifest=about)


def register(registry: ModelRegistry, number: int = 1, by: str = "Ann") -> int:
    return registry.register(card(number), None, by=by, now=NOW, retrain_by=None)


def candidate(registry: ModelRegistry, number: int) -> None:
    passed = {**PASSED, "against": registry.standing().live}
    registry.judged(number, Act.CANDIDATE, passed, by="Ann", now=NOW)


def go_live(registry: ModelRegistry, number: int) -> None:
    candidate(registry, register(registry, number))
    registry.promote(number, by="Bo", now=NOW)


@pytest.fixture
def registry(tmp_path):
    with ModelRegistry(tmp_path / "models.sqlite", create=True) as opened:
        yield opened


def test_one_step_back_and_no_second_one_before_another_promotion(registry) -> None:
    go_live(registry, 1)
    go_live(registry, 2)
    assert registry.standing().live == 2
    assert registry.roll_back(by="Bo", now=NOW, why="worse").version == 1
    with pytest.raises(ModelError, match="no step back"):
        registry.roll_back(by="Bo", now=NOW, why="worse")
    go_live(registry, 3)
    assert registry.roll_back(by="Bo", now=NOW, why="worse").version == 1


def test_a_candidacy_ends_when_something_else_goes_live(registry) -> None:
    for number in (1, 2):
        candidate(registry, register(registry, number))
    assert registry.standing().candidate == 2
    registry.promote(2, by="Bo", now=NOW)
    with pytest.raises(ModelError, match="another went live since"):
        registry.promote(1, by="Bo", now=NOW)
    with pytest.raises(ModelError, match="judge it against that one"):
        registry.judged(1, Act.CANDIDATE, PASSED, by="Ann", now=NOW)


def test_what_was_taken_back_is_no_candidate_any_more(registry) -> None:
    go_live(registry, 1)
    registry.roll_back(by="Bo", now=NOW, why="worse")
    with pytest.raises(ModelError, match="not the candidate"):
        registry.promote(1, by="Bo", now=NOW)


def test_cards_without_label_chances_and_written_ones_have_no_place(registry) -> None:
    with pytest.raises(ModelError, match="stand for"):
        registry.register(card(label_chances="absent"), None, by="Ann", now=NOW, retrain_by=None)
    written = replace(card(), provenance=Provenance.WRITTEN)
    with pytest.raises(ModelError, match="learned scorecard"):
        registry.register(written, None, by="Ann", now=NOW, retrain_by=None)


def test_the_database_itself_refuses_to_change_or_drop_anything(registry) -> None:
    register(registry)
    with sqlite3.connect(registry.path) as db:
        for statement in (
            "UPDATE version SET learned_by = 'Bo'",
            "DELETE FROM version",
            "UPDATE act SET kind = 'candidate'",
            "DELETE FROM act",
            "INSERT OR REPLACE INTO version SELECT * FROM version",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(statement)
    db.close()


def test_a_ledger_is_no_registry(tmp_path) -> None:
    with LedgerFile(tmp_path / "ledger.sqlite"):
        pass
    with pytest.raises(ModelError, match="no registry"):
        ModelRegistry(tmp_path / "ledger.sqlite")
    with pytest.raises((ModelError, StorageError)):
        ModelRegistry(tmp_path / "nothing.sqlite")


def test_the_ledger_is_told_once_and_what_a_crash_left_out_is_told_by_the_next(registry, tmp_path) -> None:
    go_live(registry, 1)  # a crash: nobody told the ledger
    with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        for _ in range(2):
            registry.tell(ledger, now=NOW)
        kinds = [entry.header.kind for entry in ledger.entries()]
        facts = [entry.header.facts for entry in ledger.entries(Event.MODEL_PROMOTED)]
        assert kinds == [Event.MODEL_REGISTERED, Event.MODEL_PROMOTED]
        assert facts == [{"version": 1, "before": 0, "scorecard": card(1).hash}]
        assert ledger.verify().broken is None


WRITER = """
import sys
sys.path.insert(0, {tests!r})
from test_models import NOW, Act, PASSED, ModelRegistry, card
who, first = sys.argv[2], int(sys.argv[3])
with ModelRegistry(sys.argv[1], create=True) as registry:
    print("ready", flush=True)
    for number in range(first, first + 400):
        mine = registry.register(card(number), None, by=who, now=NOW, retrain_by=None)
        try:
            against = registry.standing().live
            registry.judged(mine, Act.CANDIDATE, {{**PASSED, "against": against}}, by=who, now=NOW)
            registry.promote(mine, by="somebody else", now=NOW)
        except Exception as error:
            if type(error).__name__ != "ModelError":
                raise
"""


def writer(path, who: str, first: int) -> subprocess.Popen[str]:
    script = WRITER.format(tests=str(__file__).rsplit("/", 1)[0])
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path), who, str(first)], stdout=subprocess.PIPE, text=True
    )


def test_two_writers_killed_at_any_moment_leave_one_truth(tmp_path) -> None:
    path = tmp_path / "models.sqlite"
    for turn in range(3):
        writers = [writer(path, f"writer {at}", 10_000 * at + 1_000 * turn + 1) for at in range(2)]
        for one in writers:
            assert one.stdout.readline() == "ready\n"
        time.sleep(0.15 + 0.2 * turn)
        for one in writers:
            one.send_signal(signal.SIGKILL)
            one.wait()
            one.stdout.close()
    with ModelRegistry(path) as registry, LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        versions, deeds = registry.versions(), registry.deeds()
        assert len(versions) > 4
        assert [one.number for one in versions] == list(range(1, len(versions) + 1))
        changes = [one for one in deeds if one.act is Act.PROMOTED]
        assert len(changes) > 2
        # Every promotion continues from the one before: nobody went live on what another writer had replaced.
        assert all(later.before == earlier.version for earlier, later in pairwise(changes))
        assert {one.version for one in deeds if one.act is Act.REGISTERED} == {v.number for v in versions}
        registry.tell(ledger, now=NOW)
        assert len(list(ledger.entries(Event.MODEL_PROMOTED))) == len(changes)
        assert register(registry, 999_999) == len(versions) + 1


deeds = st.lists(st.tuples(st.sampled_from(list(Act)), st.integers(1, 4)), max_size=12)


@given(deeds)
def test_what_is_live_and_what_runs_in_shadow_are_never_the_same(said) -> None:
    acts = [Deed(str(at), act, version, 0, NOW, "x", "", None) for at, (act, version) in enumerate(said)]
    standing = standing_of(acts)
    assert standing.shadow != standing.live or standing.shadow is None
    assert standing.candidate in {None, standing.shadow}
    assert standing.live in {WRITTEN, *(deed.version for deed in acts)}
