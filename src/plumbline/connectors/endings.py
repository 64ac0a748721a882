"""What the names of files of leads end in."""

from __future__ import annotations

from typing import Final

EXCEL: Final = (".xlsx", ".xlsm")
PARQUET: Final = (".parquet", ".pq")
JSON_LINES: Final = (".jsonl", ".ndjson", ".json")
TEXT: Final = (".csv", ".tsv", ".tab", ".txt")
PACKED: Final = (".gz", ".zip")


def is_table(name: str) -> bool:
    """Whether a file of this name in a folder is taken for a table."""
    packed = name.lower().endswith(PACKED)
    inner = name.lower().removesuffix(".gz")
    return inner.endswith((*TEXT, *JSON_LINES, ".zip", *(() if packed else (*EXCEL, *PARQUET))))
