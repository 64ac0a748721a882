"""The pages of a run: its summary and the evidence of the leads to work first."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from plumbline.engines.recorded import readable
from plumbline.engines.summary import first_of_queue, summarise
from plumbline.qualify.summary import LedgerHead
from plumbline.report import packet_html, run_html
from plumbline.store import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbline.engines.recorded import RecordedRun
    from plumbline.qualify.summary import RunSummary
    from plumbline.store import Ledger, RunFolder

INDEX: Final = "index.html"


def write_pages(run: RecordedRun, ledger: Ledger, count: int) -> RunSummary:
    """Write the run's page and ``count`` evidence pages; give what the run's page says."""
    with readable(run.folder):
        return _written(run, ledger, count)


def _written(run: RecordedRun, ledger: Ledger, count: int) -> RunSummary:
    packets = {lead: address(lead) for lead in first_of_queue(run.folder, count)}
    for lead, place in packets.items():
        write_page(run.folder.path / place, packet_html(run.packet(lead, plumbline=version("plumbline"))))
    head = ledger.head()
    summary = summarise(
        run.folder,
        run.bundle.policy,
        plumbline=version("plumbline"),
        ledger=LedgerHead(head.seq, head.hash.hex(), f"plumbline ledger verify {run.folder.path}"),
        packets=packets,
    )
    write_page(run.folder.path / INDEX, run_html(summary))
    return summary


def remove_pages_without_leads(folder: RunFolder) -> None:
    """Pages about people who were erased go; the run's page lists leads, so it goes too.

    Which pages these are is read from the leads that are left, so an interrupted erasure ends here as well.
    """
    (folder.path / INDEX).unlink(missing_ok=True)
    kept = {folder.path / address(lead) for lead in _leads(folder)}
    for page in folder.path.glob("leads/*.html"):
        if page not in kept:
            page.unlink(missing_ok=True)


def _leads(folder: RunFolder) -> Iterator[str]:
    for index in folder.parts():
        yield from folder.read_part(index, columns=["lead.id"]).get_column("lead.id").drop_nulls()


def address(lead: str) -> str:
    """The address of a lead's evidence page, relative to the run's."""
    return f"leads/{quote(lead, safe='')}.html"


def write_page(path: Path, html: str) -> None:
    """Write a page whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, html.encode())
