"""The key of the draws: made once, kept from others, never half-written."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from plumbline.domain.errors import StorageError, UnreadableFileError
from plumbline.store import files
from plumbline.store.draw_key import draw_key, stored_draw_key

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    key = draw_key(ledger)
    assert len(key) == 32
    assert draw_key(ledger) == stored_draw_key(ledger) == key
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.key"]
    assert stat.S_IMODE((tmp_path / "ledger.key").stat().st_mode) == 0o600


def test_two_ledgers_have_two_keys(tmp_path: Path) -> None:
    assert draw_key(tmp_path / "a.sqlite") != draw_key(tmp_path / "b.sqlite")


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from plumbline.store.draw_key import draw_key; "
        "print(draw_key(pathlib.Path(sys.argv[1])).hex())"
    )
    command = [sys.executable, "-c", script, tmp_path / "ledger.sqlite"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    assert len({process.communicate()[0] for process in started}) == 1


def test_a_process_that_dies_while_it_makes_the_key_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def dies(_: Path) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(files, "_sync", dies)
        with pytest.raises(KilledError):
            draw_key(tmp_path / "ledger.sqlite")
    assert not (tmp_path / "ledger.key").exists()
    assert len(draw_key(tmp_path / "ledger.sqlite")) == 32


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_what_is_no_key_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ledger.key").write_bytes(content)
    with pytest.raises(UnreadableFileError, match="is no draw key"):
        draw_key(tmp_path / "ledger.sqlite")
    assert (tmp_path / "ledger.key").read_bytes() == content


def test_who_comes_second_finds_the_key_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"
    assert files.create_once(path, b"first")
    assert not files.create_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        stored_draw_key(tmp_path / "ledger.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_no_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        draw_key(tmp_path / "none" / "ledger.sqlite")
