"""Files that are whole or not there, and folders that one process works on at a time."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Self

from plumbline.domain.errors import RunInProgressError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

_TMP: Final = ".tmp"


def write_atomically(path: Path, content: bytes | Callable[[Path], object]) -> None:
    """Write a file so that a reader, or a crash, sees the old one or the new one and nothing between.

    ``content`` is bytes, or a function that writes a file at the path it is given.

    Raises:
        StorageError: The disk refused; the old file, if any, is untouched and nothing else is left.
    """
    tmp = path.with_name(f".{path.name}.{os.getpid()}{_TMP}")
    with storage_errors(path):
        try:
            content(tmp) if callable(content) else tmp.write_bytes(content)
            _sync(tmp)
            tmp.replace(path)
        finally:
            with suppress(OSError):
                tmp.unlink()
        _sync(path.parent)


def create_once(path: Path, content: bytes) -> bool:
    """Write a file for its owner's eyes only, unless it is there; whether this call made it.

    Of several processes one makes it, and all of them find it whole.
    """
    tmp = path.with_name(f".{path.name}.{os.getpid()}{_TMP}")
    with storage_errors(path):
        try:
            tmp.touch(mode=0o600)
            tmp.write_bytes(content)
            _sync(tmp)
            path.hardlink_to(tmp)
        except FileExistsError:
            return False
        finally:
            tmp.unlink(missing_ok=True)
        _sync(path.parent)
    return True


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed writer left half-written. Only for who holds the folder's lock."""
    with storage_errors(folder):
        for tmp in folder.rglob(f".*{_TMP}"):
            tmp.unlink(missing_ok=True)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Say what the operating system refused as a ``StorageError``."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"{path} cannot be written: {reason}. Nothing half-written was left.") from error


class FolderLock:
    """Held while a process writes a folder; the system drops it when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".lock"
        self._file = -1

    def __enter__(self) -> Self:
        with storage_errors(self._path):
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 20).decode(errors="replace").strip() or "unknown"
            os.close(file)
            raise RunInProgressError(f"Process {holder} is working on {self._path.parent}.") from error
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
