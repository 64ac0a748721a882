"""Whether a file is still the one that was opened: what is read of one that grows is of no single moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.connectors.errors import ChangedFileError
from plumbline.connectors.folder import FolderSource
from plumbline.connectors.frame import FrameSource
from plumbline.connectors.query import QuerySource

if TYPE_CHECKING:
    from pathlib import Path

    from plumbline.connectors.files import Source

#: Path, bytes and time of the last change of every file.
Stamp = tuple[tuple["Path", int, int], ...]


def stamp_of(source: Source) -> Stamp:
    """How the files behind a source look now; empty where there are none."""
    if isinstance(source, (FrameSource, QuerySource)):
        return ()
    paths = [part.path for part in source.parts] if isinstance(source, FolderSource) else [source.path]
    return tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in paths)


def refuse_changed(source: Source, stamp: Stamp) -> None:
    """Raise ``ChangedFileError`` when a file looks otherwise than when it was opened."""
    for before, now in zip(stamp, stamp_of(source) if stamp else (), strict=True):
        path, size, _ = before
        if before != now:
            grew = f"from {size:,} to {now[1]:,} bytes" if size != now[1] else "without a change of its size"
            raise ChangedFileError(
                f"{path} changed while it was read ({grew}). Wait until nothing writes to it and start anew; "
                "a run needs another folder."
            )
