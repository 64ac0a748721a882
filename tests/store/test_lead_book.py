"""The book of leads: imports add up, history is kept, and nothing is half-written however an import ends."""

from __future__ import annotations

import random
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.domain.errors import LeadBookError, StorageError, UnknownLeadError
from plumbline.store import LeadBook, LedgerFile
from plumbline.store.lead_content import contents, read_content

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def rows(leads: dict[str, str | None], **more: str) -> pl.DataFrame:
    """A received frame: lead id to company name."""
    frame = pl.DataFrame(
        {
            "row": range(1, len(leads) + 1),
            "lead.id": list(leads),
            "account.name": pl.Series(list(leads.values()), dtype=pl.String),
        }
    )
    return frame.with_columns(pl.lit(value).alias(name.replace("_", ".")) for name, value in more.items())


def add(book: LeadBook, frame: pl.DataFrame, file_hash: str = "", *, day: int = 0, **more):
    known = {"system": "crm", "file": "leads.csv", "at": NOON + timedelta(days=day)} | more
    return book.add(
        [(frame, 0)], file_hash=file_hash or sha256(str(frame.rows()).encode()).hexdigest(), **known
    )


@pytest.fixture
def book(tmp_path: Path):
    with LeadBook(tmp_path / "leads.book") as opened:
        yield opened


def everything(book: LeadBook) -> bytes:
    return repr(
        [book._db.execute(f"SELECT * FROM {t}").fetchall() for t in ("import", "lead", "version")]
    ).encode()


def test_the_same_file_twice_changes_nothing(book):
    first = add(book, rows({"a": "Acme", "b": None}))
    before = everything(book)
    again = add(book, rows({"a": "Acme", "b": None}), day=1)
    assert (first.counts.new, first.was_known) == (2, False)
    assert (again.counts.unchanged, again.counts.new, again.was_known) == (2, 0, True)
    assert everything(book) == before


def test_a_changed_row_changes_one_lead_and_keeps_what_it_said_before(book):
    add(book, rows({"a": "Acme", "b": "Bolt", "c": "Core"}))
    counts = add(book, rows({"a": "Acme", "b": "Bolt AG", "c": "Core"}), day=1).counts
    assert (counts.new, counts.changed, counts.unchanged, counts.vanished) == (0, 1, 2, 0)
    old, new = book.versions("b")
    assert (old.content, new.content) == ({"account.name": "Bolt"}, {"account.name": "Bolt AG"})
    assert (old.at, new.at) == (NOON, NOON + timedelta(days=1))
    assert (new.number, new.row, new.file) == (2, 2, "leads.csv")
    assert len(book.versions("a")) == 1


def test_a_lead_that_an_export_no_longer_has_is_kept_and_counted_and_may_return(book):
    add(book, rows({"a": "Acme", "b": "Bolt"}))
    assert add(book, rows({"a": "Acme"})).counts.vanished == 1
    assert dict(next(book.leads()).select("lead.id", "absent").rows()) == {"a": False, "b": True}
    assert add(book, rows({"a": "Acme", "b": "Bolt"}), "again").counts.unchanged == 2
    assert not next(book.leads())["absent"].any()


def test_a_value_that_goes_back_is_a_version_of_its_own(book):
    for day, name in enumerate(["Acme", "Acme Ltd", "Acme"]):
        add(book, rows({"a": name}), day=day)
    assert [one.content["account.name"] for one in book.versions("a")] == ["Acme", "Acme Ltd", "Acme"]


def test_a_column_without_values_that_joins_an_export_changes_no_lead(book):
    add(book, rows({"a": "Acme"}))
    joined = rows({"a": "Acme"}).with_columns(pl.lit(None, dtype=pl.String).alias("contact.phone"))
    assert add(book, joined, "wider").counts.unchanged == 1
    assert add(book, rows({"a": "Acme"}, contact_phone="1"), "filled").counts.changed == 1


def test_rows_of_one_lead_are_counted_once_and_contradictions_are_rejected(book):
    frame = pl.DataFrame(
        {"row": [1, 2, 3, 4], "lead.id": ["a", "a", "b", " a "], "account.name": ["X", "X", "Y", "Z"]}
    )
    added = book.add([(frame, 3)], system="crm", file="f", file_hash="h", at=NOON)
    counts = added.counts
    assert (counts.read, counts.rejected, counts.repeated, counts.new) == (7, 4, 1, 2)
    assert added.rejected.select("row", "value", "code").rows() == [(4, "a", "repeated_id")]


def test_a_lead_without_an_id_is_called_by_what_it_says_and_equal_ones_stay_apart(book):
    frame = rows({"row-1": "Acme", "row-2": "Acme", "row-3": "Bolt"})
    assert add(book, frame, named=False).counts.new == 3
    shifted = rows({"row-1": "New", "row-2": "Acme", "row-3": "Acme", "row-4": "Bolt"})
    counts = add(book, shifted, named=False).counts
    assert (counts.new, counts.changed, counts.unchanged) == (1, 0, 3)


def test_systems_have_ids_of_their_own(book):
    add(book, rows({"1": "Acme"}), system="crm")
    counts = add(book, rows({"1": "Bolt"}), system="fair").counts
    assert (counts.new, counts.vanished) == (1, 0)
    assert len(book.versions("1")) == 2
    assert book.lead("1", system="fair").content == {"account.name": "Bolt"}
    with pytest.raises(LeadBookError, match="crm, fair"):
        book.lead("1")


def test_current_leads_come_as_frames_with_the_same_columns(book):
    add(book, rows({f"l{n}": f"n{n}" for n in range(25)}))
    add(book, rows({"x": "y"}, extra_size="5"), system="fair")
    frames = list(book.leads(size=10))
    assert [frame.height for frame in frames] == [10, 10, 6]
    assert {tuple(frame.columns) for frame in frames} == {
        ("system", "lead.id", "version", "absent", "account.name", "extra.size")
    }
    assert next(book.leads(system="fair")).rows() == [("fair", "x", 1, False, "y", "5")]


def test_an_erased_person_is_gone_from_the_file_and_does_not_return(book):
    add(book, rows({"a": "Zebra-Erasmus", "b": "Bolt"}))
    add(book, rows({"a": "Zebra-Erasmus II", "b": "Bolt"}))
    assert book.erase("a") == 2
    assert [one.content for one in book.versions("a")] == [None, None]
    counts = add(book, rows({"a": "Zebra-Erasmus", "b": "Bolt"}), "back").counts
    assert (counts.erased, counts.new, counts.unchanged, counts.vanished) == (1, 0, 1, 0)
    assert [frame["lead.id"].to_list() for frame in book.leads()] == [["b"]]
    book.close()
    assert not any(b"Erasmus" in file.read_bytes() for file in book.path.parent.glob("leads.book*"))


def test_versions_and_imports_are_never_changed_or_deleted(book):
    add(book, rows({"a": "Acme"}))
    for statement in (
        "UPDATE version SET content = '{}'",
        "UPDATE version SET row = 9, content = NULL, hash = NULL",
        "DELETE FROM version",
        "INSERT OR REPLACE INTO version SELECT * FROM version",
        "DELETE FROM lead",
        "UPDATE import SET new = 7, read = 7",
        "DELETE FROM import",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            book._db.execute(statement)


def test_counts_that_do_not_add_up_are_refused_by_the_file_itself(book):
    """Negative control: the law of the counts is not only kept by the code that makes them."""
    add(book, rows({"a": "Acme"}))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        book._db.execute(
            "INSERT INTO import "
            "SELECT 9, system, at, file, file_hash, mapping, 5, 0, 0, 1, 0, 0, 0, 0 FROM import"
        )


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["x", "y", None]), min_size=1), max_size=6
    )
)
def test_every_lead_of_the_book_is_counted_once_whatever_is_imported(tmp_path_factory, exports):
    path = tmp_path_factory.mktemp("book") / "leads.book"
    state: dict[str, str | None] = {}
    with LeadBook(path) as book:
        for day, export in enumerate(exports):
            counts = add(book, rows(export), day=day).counts
            changed = {lead for lead in export if lead in state and state[lead] != export[lead]}
            assert counts.new == len(export.keys() - state.keys())
            assert counts.changed == len(changed)
            assert counts.unchanged == len(export) - counts.new - counts.changed
            assert counts.vanished == len(state.keys() - export.keys())
            state |= export
        frames = list(book.leads())
        found = {lead: name for f in frames for lead, name in zip(f["lead.id"], names_of(f), strict=True)}
    assert found == state


def names_of(frame: pl.DataFrame) -> list[str | None]:
    return frame["account.name"].to_list() if "account.name" in frame.columns else [None] * frame.height


@given(st.dictionaries(st.text(max_size=5), st.text(min_size=1), max_size=5))
def test_contents_are_json_that_reads_back_to_the_same_fields(fields):
    frame = pl.DataFrame({"row": [1], "lead.id": ["x"], **{f"f.{k}": [v] for k, v in fields.items()}})
    [content] = contents(frame)
    assert read_content(content) == {f"f.{k}": v for k, v in fields.items()}
    assert contents(frame.select(reversed(frame.columns))) == [content]


def test_the_book_is_for_its_owner_only(book):
    assert stat.S_IMODE(book.path.stat().st_mode) == 0o600


def test_what_is_no_book_is_said_so(tmp_path):
    with LedgerFile(tmp_path / "ledger.sqlite"):
        pass
    with pytest.raises(LeadBookError, match="no book of leads"):
        LeadBook(tmp_path / "ledger.sqlite")
    (tmp_path / "text").write_text("no database at all " * 300)
    with pytest.raises(LeadBookError, match="damaged or no book"):
        LeadBook(tmp_path / "text")
    with pytest.raises(LeadBookError, match="There is no book"):
        LeadBook(tmp_path / "none", create=False)
    with LeadBook(tmp_path / "b") as empty, pytest.raises(UnknownLeadError):
        empty.lead("a")


# --- however an import ends ---------------------------------------------------------------------------------

IMPORT = """
import sys
from datetime import UTC, datetime
import polars as pl
from plumbline.domain.errors import PlumblineError
from plumbline.store import LeadBook
path, start, stop, tag, limit, steps = sys.argv[1], *map(int, sys.argv[2:4]), *sys.argv[4:]
if int(limit):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
frame = pl.DataFrame({"row": range(1, stop - start + 1), "lead.id": [f"L{n}" for n in range(start, stop)],
                      "account.name": [f"{tag}{n}" * 20 for n in range(start, stop)]})
last = None

def tell(statement):
    global last
    said = " ".join(statement.split()[:3])
    if said != last and not said.startswith("--"):
        print("step", said, flush=True)
    last = said

try:
    with LeadBook(path) as book:
        if steps == "told":
            book._db.set_trace_callback(tell)
        c = book.add([(frame, 0)], system="crm", file="f", file_hash=tag, at=datetime.now(UTC)).counts
        print(c.new, c.changed, c.unchanged, c.vanished, flush=True)
except PlumblineError as error:
    print(error.code, error, flush=True)
"""


def importing(
    path: Path, start: int, stop: int, tag: str, limit: int = 0, steps: str = "silent"
) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IMPORT, *map(str, (path, start, stop, tag, limit, steps))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_imports_at_the_same_time_wait_for_each_other_and_all_count(tmp_path):
    path = tmp_path / "leads.book"  # not there yet: they also race to create it
    work = [importing(path, n * 500, n * 500 + 1000, f"t{n}-") for n in range(4)]
    told = [one.communicate() for one in work]
    assert [errors for _, errors in told] == [""] * 4
    with LeadBook(path, create=False) as book:
        imports = book.imports()
        assert len(imports) == 4
        assert sum(one.new for one in imports) == 2500
        assert sum(frame.height for frame in book.leads()) == 2500
        known = 0
        for one in imports:
            assert one.new + one.changed + one.unchanged == 1000
            known += one.new
            assert one.new + one.changed + one.unchanged + one.vanished == known


def test_a_full_disk_leaves_the_book_as_it_was_and_usable(tmp_path):
    path = tmp_path / "leads.book"
    with LeadBook(path) as book:
        add(book, rows({"a": "Acme"}))
        before = everything(book)
    said, errors = importing(path, 0, 20_000, "big", 300_000).communicate()
    assert errors == ""
    assert "storage" in said
    assert "was not changed" in said
    with LeadBook(path) as book:
        assert everything(book) == before
        assert add(book, rows({"a": "Acme", "b": "Bolt"})).counts.new == 1


def test_where_the_book_cannot_be_made_it_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError):
        LeadBook(tmp_path / "no folder" / "leads.book")


@pytest.mark.slow
def test_an_import_killed_at_any_moment_happened_as_a_whole_or_not_at_all(tmp_path):
    path = tmp_path / "leads.book"
    seed = random.Random(3)
    with LeadBook(path) as book:
        add(book, rows({f"L{n}": "old" for n in range(3000)}), "old")
    outcomes = set()
    for attempt, step in enumerate(
        ("BEGIN IMMEDIATE", "INSERT INTO version", "INSERT INTO lead", "UPDATE lead", "COMMIT", "")
    ):
        work = importing(path, 0, 3000, f"try{attempt}-", steps="told")
        # Each statement is said before it is carried out; the last time nobody kills before the end.
        while (line := work.stdout.readline()) and not (step and step in line):
            pass
        time.sleep(seed.uniform(0, 0.003))
        work.kill()
        work.communicate()
        with LeadBook(path, create=False) as book:
            assert book._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            [frame] = book.leads()
            tags = frame["account.name"].str.extract(r"^(old|try\d+-)").unique().to_list()
            assert len(tags) == 1, "half an import was written"
            last = book.imports()[-1]
            assert last.file_hash == tags[0]
            assert last.read == 3000
            outcomes.add(last.file_hash == f"try{attempt}-")
    assert outcomes == {False, True}, "every kill came at the same side of the moment that matters"


def test_a_stop_between_the_statements_would_be_seen(book, monkeypatch):
    """Negative control: without the transaction around them a crash leaves versions without their leads."""
    from contextlib import contextmanager

    from plumbline.store import lead_book

    @contextmanager
    def none(*_):
        yield

    monkeypatch.setattr(lead_book, "transaction", none)
    monkeypatch.setattr(lead_book, "MERGE", (*lead_book.MERGE[:1], "SELECT broken", *lead_book.MERGE[1:]))
    with pytest.raises(LeadBookError):
        add(book, rows({"a": "Acme"}))
    assert book._db.execute("SELECT count(*) FROM version").fetchone() == (1,)
    assert book._db.execute("SELECT count(*) FROM lead").fetchone() == (0,)
