"""What a mapping may say about the data file itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Largest cell by default, in bytes.
CELL_LIMIT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class FileSettings:
    """``None`` is found out from the file. ``sheet`` and ``header``, the header's row, are of workbooks."""

    delimiter: str | None = None
    encoding: str | None = None
    cell_limit: int = CELL_LIMIT
    sheet: str | None = None
    header: int | None = None
