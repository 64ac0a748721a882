"""What the commands share about runs: where the ledger and its draw key are, the moment, the pages."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from plumbline.domain.errors import StorageError, UnreadableFileError
from plumbline.engines.summary import first_of_queue, summarise
from plumbline.qualify.summary import LedgerHead
from plumbline.report import packet_html, run_html
from plumbline.store import write_atomically
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.summary import RunSummary
    from plumbline.store import LedgerFile, RunFolder

LEDGER: Final = "ledger.sqlite"
_KEY_BYTES: Final = 32
_LEADS: Final = "leads"


def ledger_path(folder: RunFolder, given: Path | None) -> Path:
    """The ledger of a run: the one asked for, or the one in its folder."""
    return given or folder.path / LEDGER


def draw_key(ledger: Path) -> bytes:
    """The secret that draws are made with, beside the ledger and readable by its owner only."""
    path = ledger.with_suffix(".key")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _existing_key(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(handle, "wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    return key


def _existing_key(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise UnreadableFileError(f"{path} is no draw key: {len(key)} bytes instead of {_KEY_BYTES}.")
    return key


def moment(folder: RunFolder, given: datetime | None) -> datetime:
    """As of when: the moment asked for, that of the run already in the folder, or now."""
    if given is not None:
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    if (folder.path / MANIFEST).exists():
        return as_of(folder)
    return datetime.now(UTC).replace(microsecond=0)


def as_of(folder: RunFolder) -> datetime:
    """The moment of a recorded run."""
    return datetime.fromisoformat(str(folder.manifest()["as_of"]))


def write_pages(folder: RunFolder, bundle: Bundle, book: LedgerFile, pages: int) -> RunSummary:
    """Write the run's page and the evidence pages of the leads to work first."""
    packets = {lead: f"{_LEADS}/{quote(lead, safe='')}.html" for lead in first_of_queue(folder, pages)}
    for lead, address in packets.items():
        write_page(folder.path / address, packet_html(packet_of(folder, bundle, lead)))
    head = book.head()
    summary = summarise(
        folder,
        bundle.policy,
        plumbline=version("plumbline"),
        ledger=LedgerHead(head.entries, head.hash, f"plumbline ledger verify {folder.path}"),
        packets=packets,
    )
    write_page(folder.path / "index.html", run_html(summary))
    return summary


def write_page(path: Path, html: str) -> None:
    """Write a page whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, html.encode())
