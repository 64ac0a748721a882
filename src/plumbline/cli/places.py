"""Where commands find a run, its ledger and its moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import UnreadableFileError
from plumbline.engines.recorded import RecordedRun
from plumbline.library.inputs import NO_KEY
from plumbline.store import RunFolder
from plumbline.store.draw_key import stored_draw_key
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

LEDGER: Final = "ledger.sqlite"


def ledger_of(place: Path, given: Path | None) -> Path:
    """The ledger a command is about: the one asked for, the file itself, or the one in a run's folder."""
    if given is not None:
        return given
    return place if place.is_file() else place / LEDGER


def folder_of(run: Path) -> RunFolder:
    """The folder of a run that is there."""
    if not (run / MANIFEST).is_file():
        raise UnreadableFileError(f"{run} is no folder of a run: there is no {MANIFEST} in it.")
    return RunFolder(run)


def recorded(run: Path) -> RecordedRun:
    """A run to look back at. Reading it needs no secret, so an auditor gets by without the draw key."""
    return RecordedRun(folder_of(run), NO_KEY)


def repeatable(run: Path, ledger: Path | None) -> RecordedRun:
    """A run to decide again: its lots are drawn with the key it was recorded with."""
    return RecordedRun(folder_of(run), stored_draw_key(ledger_of(run, ledger)))


def moment(folder: RunFolder, given: datetime | None) -> datetime:
    """As of when: the moment asked for, that of the run already in the folder, or now."""
    if given is not None:
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    if (folder.path / MANIFEST).exists():
        return datetime.fromisoformat(str(folder.manifest()["as_of"]))
    return datetime.now(UTC).replace(microsecond=0)
