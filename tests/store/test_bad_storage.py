"""Full disks, read-only files and damaged files: real ones. Nothing is lost or half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl
import pytest

from helpers_ledger import NOON, decisions, email, review
from plumbline.domain.errors import LedgerError, StorageError, UnreadableFileError
from plumbline.ledger.entry import Event
from plumbline.store.files import write_atomically
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.run_folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A process that may write no file larger than 200 kB: to it the disk is full, and the system refuses.
LIMITED = """
import resource, sys
from pathlib import Path
from helpers_ledger import NOON, decisions, review
from plumbline.domain.errors import StorageError
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.run_folder import RunFolder
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
home, appended = Path(sys.argv[1]), 0
try:
    with LedgerFile(home / "ledger.sqlite") as ledger:
        while True:
            ledger.append([review(n) for n in range(appended, appended + 10)], now=NOON)
            appended += 10
except StorageError as error:
    print(appended, error)
folder = RunFolder(home / "run")
folder.create()
folder.write_part(0, decisions(10))
try:
    folder.write_part(0, decisions(20_000))
except StorageError as error:
    print(error)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte; only who may mount has one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting needs root")
    yield disk
    subprocess.run(["umount", disk], check=True)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.name.startswith(".")]


def test_where_no_more_can_be_written_nothing_is_half_written(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path], capture_output=True, text=True, check=True, env=environment
    )
    ledger_said, part_said = done.stdout.splitlines()
    appended, said = ledger_said.split(" ", maxsplit=1)
    assert "was not changed" in said
    assert "cannot be written" in part_said
    with LedgerFile(tmp_path / "ledger.sqlite", create=False) as ledger:
        assert ledger.verify().intact
        assert ledger.head().seq == int(appended) > 0
        assert ledger.append([review(-1 % 2**32)], now=NOON)
    assert RunFolder(tmp_path / "run").read_part(0).height == 10, "the part that was there is still there"
    assert leftovers(tmp_path) == []


def test_a_full_disk_loses_nothing_and_can_be_used_again(small_disk: Path) -> None:
    folder = RunFolder(small_disk / "run")
    folder.create()
    folder.write_part(0, decisions(10))
    with LedgerFile(small_disk / "ledger.sqlite") as ledger:
        appended = ledger.append(map(review, range(10)), now=NOON)
        fill(small_disk)
        with pytest.raises(StorageError, match="the disk is full"):
            ledger.append([review(n, {"note": "x" * 5000}) for n in range(10, 300)], now=NOON)
        with pytest.raises(StorageError, match="cannot be written"):
            folder.write_part(0, decisions(5000))
        with pytest.raises(StorageError, match="No space left"):
            folder.write_document("policy.yaml", b"x" * 500_000)
        assert list(ledger.entries()) == appended
        assert ledger.verify().intact
        assert folder.read_part(0).height == 10
        assert leftovers(small_disk) == []
        (small_disk / "filler").unlink()
        assert ledger.append([review(77)], now=NOON)[0].header.seq == 11


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_an_erasure_that_finds_no_room_to_rewrite_the_file_says_so_and_is_done_again(
    small_disk: Path,
) -> None:
    path = small_disk / "ledger.sqlite"
    with LedgerFile(path) as ledger:
        ledger.append([review(n, {"note": "x" * 900, "email": email(n)}) for n in range(150)], now=NOON)
        ledger.scrub()
        fill(small_disk)
        with (small_disk / "filler").open("r+b") as filler:
            filler.truncate(filler.seek(0, 2) - 100_000)
        with pytest.raises(StorageError, match="traces remain until this is done again"):
            ledger.erase(["L7"], actor="dpo", basis="request", now=NOON)
        assert ledger.verify().erased == 1
        (small_disk / "filler").unlink()
        assert ledger.erase(["L7"], actor="dpo", basis="request", now=NOON) == []
        assert ledger.verify().intact
    assert email(7).encode() not in path.read_bytes()
    assert email(8).encode() in path.read_bytes()


def test_a_read_only_ledger_is_verified_and_not_appended_to(small_disk: Path) -> None:
    path = small_disk / "ledger.sqlite"
    with LedgerFile(path) as ledger:
        head = ledger.append(map(review, range(3)), now=NOON)[-1].head
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with LedgerFile(path, create=False) as ledger:
        assert ledger.verify(expected_head=head).intact
        with pytest.raises(StorageError, match="read-only"):
            ledger.append([review(9)], now=NOON)
    with pytest.raises(StorageError, match="Read-only file system"):
        RunFolder(small_disk / "run").create()


@pytest.mark.parametrize("content", [b"not a database" * 300, b"\0" * 8192], ids=["text", "zeros"])
def test_a_file_that_is_no_database_is_said_so_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged or no ledger"):
        LedgerFile(path)
    assert path.read_bytes() == content


def test_damaged_pages_are_an_error_with_a_code_or_a_broken_entry_and_never_pass(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerFile(path) as ledger:
        ledger.append(map(review, range(400)), now=NOON)
        head = ledger.head()
    whole = path.read_bytes()
    holes = [start + offset for start in range(4096, len(whole), 4096) for offset in (0, 3000)]
    damages = [whole[:start] + bytes(500) + whole[start + 500 :] for start in holes]
    damages += [whole[: len(whole) // 2], whole[:5000], whole[:100]]
    outcomes = [outcome(path, content, head) for content in damages]
    assert set(outcomes) <= {"ledger", "broken", "index only"}
    assert {"ledger", "broken"} <= set(outcomes)


def outcome(path: Path, content: bytes, head) -> str:
    path.write_bytes(content)
    try:
        with LedgerFile(path, create=False) as ledger:
            verdict = ledger.verify(expected_head=head)
            entries = [entry.header.seq for entry in ledger.entries()] if verdict.intact else []
    except LedgerError as error:
        return error.code
    return "index only" if entries == list(range(1, 401)) else "broken"


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"no parquet at all", None], ids=["empty", "magic", "text", "cut"]
)
def test_a_truncated_part_is_named(folder: RunFolder, content: bytes | None) -> None:
    folder.write_part(4, decisions(100))
    file = folder.path / "decisions" / "part-00004.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    for read in (lambda: folder.read_part(4), lambda: folder.find("L1")):
        with pytest.raises(
            UnreadableFileError, match=r"part-00004\.parquet is missing, truncated or no Parquet"
        ):
            read()


def test_a_part_or_document_that_is_not_there_is_named(folder: RunFolder) -> None:
    with pytest.raises(UnreadableFileError, match=r"part-00007\.parquet"):
        folder.read_part(7)
    with pytest.raises(UnreadableFileError, match=r"policy\.yaml cannot be read"):
        folder.read_document("policy.yaml")
    with pytest.raises(UnreadableFileError, match="holds no decisions"):
        folder.scan()


@pytest.mark.parametrize("content", [b"", b'{"run": "x', b"[]", b"\xff"])
def test_a_damaged_manifest_is_named(folder: RunFolder, content: bytes) -> None:
    folder.write_document("run.json", content)
    with pytest.raises(UnreadableFileError, match=r"run\.json"):
        folder.manifest()


def test_a_writer_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.json"
    write_atomically(path, b"old")

    def fails(tmp: Path) -> None:
        tmp.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, fails)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_a_busy_ledger_is_said_to_be_busy(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerFile(path) as holder, LedgerFile(path, patience=0.05) as other:
        with holder._writing(), pytest.raises(LedgerError, match="busy"):
            other.append([review(1)], now=NOON)
        assert other.append([review(1)], now=NOON)[0].header.kind is Event.REVIEW_DECIDED


def test_a_batch_with_a_float_is_refused_before_anything_is_written(folder: RunFolder) -> None:
    with pytest.raises(LedgerError, match="'score'"):
        folder.write_part(0, decisions(3).with_columns(score=pl.lit(0.5)))
    assert folder.parts() == []
