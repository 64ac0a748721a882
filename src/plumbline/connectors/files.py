"""Open a file of leads, whatever its format, as batches of text rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from plumbline.connectors.csv_file import open_csv
from plumbline.connectors.json_lines import open_json_lines
from plumbline.connectors.parquet_file import open_parquet
from plumbline.connectors.settings import FileSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbline.connectors.batch import Batch


class Source(Protocol):
    """A file of rows. ``batches`` may be called again: every call reads from the start."""

    @property
    def path(self) -> Path:
        """Where the file is."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the file."""

    def sha256(self) -> str:
        """Hash of the bytes of the file."""

    def batches(self, size: int = ...) -> Iterator[Batch]:
        """Rows in the order of the file, at most ``size`` in a batch."""


def open_source(path: Path, settings: FileSettings | None = None) -> Source:
    """Open a file by what its name says: ``.parquet``, ``.jsonl`` or ``.ndjson`` or ``.json``, else CSV.

    CSV and JSON lines may be packed with gzip (``.csv.gz``). Raises a class of ``connectors.errors`` when no
    row could ever be read; single bad rows are reported by the batches instead.
    """
    wanted = settings or FileSettings()
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] in ([".parquet"], [".pq"]):
        return open_parquet(path, wanted)
    if any(suffix in {".jsonl", ".ndjson", ".json"} for suffix in suffixes[-2:]):
        return open_json_lines(path, wanted)
    return open_csv(path, wanted)
