"""Links are kept: ids that stay, merges that can be taken back, answers and history that are never lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.domain.errors import StorageError
from plumbline.store.links import LinkError, LinkStore, Said

SAID = Said("ann", "2026-01-01T00:00:00+00:00", "because")


@pytest.fixture
def store(tmp_path):
    with LinkStore(tmp_path / "links.db") as opened:
        yield opened


def picture(store: LinkStore) -> bytes:
    """All clusters with all their records, as bytes."""
    return repr(store.clusters()).encode()


def test_a_cluster_keeps_its_id_when_records_join_it(store):
    (first,) = store.record([["a", "b"]], SAID)
    (again,) = store.record([["b", "c"]], SAID)
    assert again == first == store.cluster_of("c")
    assert store.members(first) == ["a", "b", "c"]


def test_writing_the_same_down_twice_changes_nothing(store):
    store.record([["a", "b"]], SAID)
    before = picture(store)
    store.record([["a", "b"]], SAID)
    assert picture(store) == before
    assert len(store.history("a")) == 1


def test_a_merge_keeps_the_older_id(store):
    older, younger = store.record([["c", "d"], ["a", "b"]], SAID)
    assert store.merge("a", "d", SAID) == older or older > younger
    first = store.record([["x", "y"]], SAID)[0]
    second = store.record([["p", "q"]], SAID)[0]
    assert store.merge("p", "y", SAID) == first
    assert store.members(second) == []


def test_merge_then_split_gives_back_the_same_bytes(store):
    one, two = store.record([["a", "b", "c"], ["d", "e"]], SAID)
    before = picture(store)
    kept = store.merge("a", "d", SAID)
    gone = {one, two} - {kept}
    assert picture(store) != before
    left = ["d", "e"] if kept == one else ["a", "b", "c"]
    assert {store.split(kept, left, SAID)} == gone
    assert picture(store) == before


def test_the_comparison_of_bytes_notices_a_child_that_went_elsewhere(store):
    store.record([["a", "b", "c"], ["d", "e"]], SAID)
    before = picture(store)
    kept = store.merge("a", "d", SAID)
    store.split(kept, ["d"], SAID)
    assert picture(store) != before


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=2, max_size=4), min_size=2, max_size=3),
    st.data(),
)
def test_any_merge_can_be_taken_back(tmp_path_factory, groups, data):
    path = tmp_path_factory.mktemp("links") / "links.db"
    with LinkStore(path) as store:
        for group in groups:
            store.record([sorted(group)], SAID)
        clusters = store.clusters()
        if len(clusters) < 2:
            return
        one, two = data.draw(st.permutations(sorted(clusters)))[:2]
        before = picture(store)
        kept = store.merge(clusters[one][0], clusters[two][0], SAID)
        gone = one if kept == two else two
        assert store.members(kept) == sorted(clusters[one] + clusters[two])
        assert store.split(kept, clusters[gone], SAID) == gone
        assert picture(store) == before


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_row_of_merges_can_be_taken_back_step_by_step(tmp_path_factory, data):
    """Merges of merges too: every step back gives the bytes that were there, with all children."""
    with LinkStore(tmp_path_factory.mktemp("links") / "links.db") as store:
        store.record([["a", "b"], ["c", "d", "e"]], SAID, seen="abcdefgh")
        steps = []
        for _ in range(data.draw(st.integers(1, 5))):
            clusters = store.clusters()
            if len(clusters) < 2:
                break
            one, two = data.draw(st.permutations(sorted(clusters)))[:2]
            before = picture(store)
            kept = store.merge(clusters[one][0], clusters[two][-1], SAID)
            steps.append((kept, clusters[two if kept == one else one], before))
        for kept, children, before in reversed(steps):
            assert picture(store) != before
            store.split(kept, children, SAID)
            assert picture(store) == before


def test_a_step_back_in_another_order_is_noticed(store):
    """Negative control: what came with a later merge goes to no cluster that it was never whole in."""
    store.record([["a"], ["b"], ["c"]], SAID)
    before = picture(store)
    kept = store.merge("a", "b", SAID)
    assert store.merge("a", "c", SAID) == kept
    store.split(kept, ["b", "c"], SAID)
    assert picture(store) != before


def test_a_record_that_was_looked_at_has_an_id_before_anything_joins_it(store):
    store.record([["a", "b"]], SAID, seen=["a", "c"])
    alone = store.cluster_of("c")
    assert alone is not None
    assert store.members(alone) == ["c"]
    store.record([["c", "d"]], SAID, seen=["d"])
    assert store.cluster_of("d") == alone
    assert store.last_model() is None


def test_records_that_leave_without_a_former_cluster_get_one_of_their_own(store):
    (cluster,) = store.record([["a", "b", "c"]], SAID)
    new = store.split(cluster, ["c"], SAID)
    assert new != cluster
    assert store.members(new) == ["c"]
    assert store.members(cluster) == ["a", "b"]


@pytest.mark.parametrize("records", [[], ["a", "b"], ["z"], ["a", "z"]])
def test_a_split_that_makes_no_sense_is_refused(store, records):
    (cluster,) = store.record([["a", "b"]], SAID)
    with pytest.raises(LinkError):
        store.split(cluster, records, SAID)


def test_what_is_together_cannot_be_merged(store):
    store.record([["a", "b"]], SAID)
    for pair in (("a", "b"), ("z", "z")):
        with pytest.raises(LinkError):
            store.merge(*pair, SAID)


def test_the_last_answer_counts_and_all_are_kept(store):
    store.answer("b", "a", same=True, said=SAID, weight=120)
    store.answer("a", "b", same=False, said=Said("bob", "2026-02-01T00:00:00+00:00", "two sisters"))
    (answer,) = store.answers()
    assert (answer.one, answer.two, answer.same, answer.said.who) == ("a", "b", False, "bob")
    with sqlite3.connect(store.path) as db:
        assert db.execute("SELECT count(*) FROM answer").fetchone() == (2,)
    db.close()


@pytest.mark.parametrize("table", ["act", "cluster", "member", "answer", "succession"])
def test_history_cannot_be_changed_or_deleted(store, table):
    store.record([["a", "b"]], SAID)
    store.record([["c", "d"]], SAID)
    store.merge("a", "c", SAID)
    store.answer("a", "c", same=True, said=SAID)
    with sqlite3.connect(store.path) as db:
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(sql)
    db.close()


def test_the_history_of_a_record_says_who_moved_it_and_why(store):
    store.record([["a", "b"]], Said("plumbline", "2026-01-01T00:00:00+00:00", "found", "abc"))
    store.record([["c", "d"]], SAID)
    store.merge("b", "c", Said("ann", "2026-01-02T00:00:00+00:00", "the same desk"))
    assert [line[:4] for line in store.history("c")] == [
        ("found", SAID.at, "ann", "because"),
        ("merge", "2026-01-02T00:00:00+00:00", "ann", "the same desk"),
    ]


def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE x (y)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="no link store of Plumbline"):
        LinkStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_not_called_a_ledger(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StorageError, match="damaged or no link store"):
        LinkStore(path)


#: A process that writes: its name, how many acts, and a line once the first is there.
_WRITER = """
import sys
from itertools import count, islice
from plumbline.store.links import LinkStore, Said

path, name, shared, acts = sys.argv[1], sys.argv[2], sys.argv[3] == "shared", int(sys.argv[4])
with LinkStore(path) as store:
    for at in islice(count(), acts or None):
        members = [f"{name}{at}", "shared"] if shared else [f"{name}{at}{one}" for one in "abc"]
        store.record([members], Said("ann", "2026-01-01T00:00:00+00:00", "because"))
        print(at, flush=True)
"""


def writer(path, name: str, kind: str, acts: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(path), name, kind, str(acts)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    path = tmp_path / "links.db"
    LinkStore(path).__exit__()
    writers = [writer(path, name, "shared", 25) for name in "wxyz"]
    ended = [one.communicate(timeout=120) for one in writers]
    assert [one.returncode for one in writers] == [0, 0, 0, 0], ended
    with LinkStore(path) as store:
        (cluster,) = store.clusters().values()
    assert len(cluster) == 101


def test_a_writer_killed_at_any_moment_leaves_whole_acts(tmp_path):
    path = tmp_path / "links.db"
    with writer(path, "a", "alone", 0) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "0\n"
        time.sleep(0.2)
        killed.kill()
    with LinkStore(path) as store:
        clusters = store.clusters()
        assert clusters
        assert {len(members) for members in clusters.values()} == {3}
        store.record([["after", "it"]], SAID)
