"""Open a file of leads, whatever its format, as batches of text rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from plumbline.connectors.csv_file import open_csv
from plumbline.connectors.endings import EXCEL, JSON_LINES, PARQUET
from plumbline.connectors.excel import open_excel
from plumbline.connectors.folder import open_folder
from plumbline.connectors.json_lines import open_json_lines
from plumbline.connectors.opening import inner_name, is_packed
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
    """Open a file by what its name says, or a folder of files.

    ``.xlsx`` and ``.xlsm``, ``.parquet``, ``.jsonl``, ``.ndjson`` or ``.json``, else CSV. CSV and JSON lines
    may be packed: ``.csv.gz``, or a ``.zip`` that holds one of them. Raises a class of ``connectors.errors``
    when no row could ever be read; single bad rows are reported by the batches instead.
    """
    wanted = settings or FileSettings()
    if path.is_dir():
        return open_folder(path, wanted, open_source)
    name = inner_name(path)
    if not is_packed(path) and name.endswith(EXCEL):
        return open_excel(path, wanted)
    if not is_packed(path) and name.endswith(PARQUET):
        return open_parquet(path, wanted)
    return open_json_lines(path, wanted) if name.endswith(JSON_LINES) else open_csv(path, wanted)
