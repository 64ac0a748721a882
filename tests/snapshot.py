"""Snapshots: what a person sees, kept as a file beside the test and compared byte for byte.

Nothing is normalised: a test passes in times, names and widths so that its output is always the same.
``pytest --snapshot-update`` writes what the tests produce; the difference is then reviewed in the commit.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The stored outputs of one test file."""

    folder: Path
    update: bool

    def check(self, name: str, text: str) -> None:
        """Compare with the stored file, or write it when asked to update."""
        path = self.folder / name
        if self.update:
            self.folder.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
            return
        assert path.exists(), f"{path.name} is not stored yet; run pytest --snapshot-update and review it"
        stored = path.read_bytes().decode()
        assert text == stored, difference(stored, text, name)


def difference(stored: str, found: str, name: str) -> str:
    """What changed, line by line, invisible characters shown."""
    before, after = ([repr(line)[1:-1] for line in text.split("\n")] for text in (stored, found))
    lines = difflib.unified_diff(before, after, f"{name} (stored)", f"{name} (now)", lineterm="", n=1)
    return "\n".join(["the output differs from its snapshot:", *lines])
