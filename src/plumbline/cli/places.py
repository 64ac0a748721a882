"""Where commands find a run, its ledger and its moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from plumbline.engines.recorded import RecordedRun
from plumbline.store import RunFolder
from plumbline.store.draw_key import draw_key
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

LEDGER: Final = "ledger.sqlite"


def ledger_of(place: Path, given: Path | None) -> Path:
    """The ledger a command is about: the one asked for, the file itself, or the one in a run's folder."""
    if given is not None:
        return given
    return place if place.is_file() else place / LEDGER


def recorded(run: Path, ledger: Path | None) -> RecordedRun:
    """A run to look back at."""
    return RecordedRun(RunFolder(run), draw_key(ledger_of(run, ledger)))


def moment(folder: RunFolder, given: datetime | None) -> datetime:
    """As of when: the moment asked for, that of the run already in the folder, or now."""
    if given is not None:
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    if (folder.path / MANIFEST).exists():
        return datetime.fromisoformat(str(folder.manifest()["as_of"]))
    return datetime.now(UTC).replace(microsecond=0)
