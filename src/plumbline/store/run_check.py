"""Verifying a run folder against the ledger: every document, every part, every row."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from plumbline.domain.errors import UnreadableFileError
from plumbline.ledger.entry import Event
from plumbline.ledger.parts import check_part
from plumbline.ledger.verify import Broken, Flaw
from plumbline.store.recorder import recorded_parts
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.ledger.parts import PartFact
    from plumbline.store.ledger_file import LedgerFile
    from plumbline.store.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """What a run holds, and the first thing in it that is not as recorded."""

    run: str
    parts: int
    rows: int
    erased: int
    finished: bool
    broken: Broken | None = None

    @property
    def intact(self) -> bool:
        """Whether everything holds."""
        return self.broken is None


def verify_run(folder: RunFolder, ledger: LedgerFile) -> RunVerdict:
    """Recompute the roots of all parts and compare them with the ledger, which is verified first.

    Rows are counted from 1 within their part. An unfinished run is verified as far as it goes: a part
    that was written but not yet recorded is then no fault.
    """
    run = str(folder.manifest().get("run"))
    facts, erased = recorded_parts(ledger, run), erased_rows(ledger, run)
    finished = next(ledger.entries(Event.RUN_FINISHED, run), None) is not None
    return RunVerdict(
        run,
        parts=len(facts),
        rows=sum(fact.rows for fact in facts.values()),
        erased=sum(map(len, erased.values())),
        finished=finished,
        broken=next(_problems(folder, ledger, run, finished=finished), None),
    )


def erased_rows(ledger: LedgerFile, run: str) -> dict[int, set[int]]:
    """The rows of a run that tombstones name, by part."""
    rows: dict[int, set[int]] = {}
    for ref in ledger.tombstones():
        name, _, place = ref.partition("/")
        if name == run:
            part, _, row = place.partition("#")
            rows.setdefault(int(part), set()).add(int(row))
    return rows


def _problems(folder: RunFolder, ledger: LedgerFile, run: str, *, finished: bool) -> Iterator[Broken]:
    broken = ledger.verify().broken
    if broken:
        yield broken
    yield from _documents(folder, ledger, run)
    facts, erased = recorded_parts(ledger, run), erased_rows(ledger, run)
    for index, fact in sorted(facts.items()):
        yield from _part(folder, fact, erased.get(index, set()))
    for index in folder.parts():
        if finished and index not in facts:
            yield Broken(0, Flaw.UNKNOWN_PART, f"Part {index} of {folder.path} is not in the ledger.")


def _documents(folder: RunFolder, ledger: LedgerFile, run: str) -> Iterator[Broken]:
    start = next(ledger.entries(Event.RUN_STARTED, run), None)
    if start is None:
        yield Broken(0, Flaw.DOCUMENT, f"The ledger knows no run {run}, which {folder.path} says it holds.")
        return
    documents = folder.manifest().get("documents")
    hashes = {
        MANIFEST: start.header.facts.get("manifest"),
        **(documents if isinstance(documents, dict) else {}),
    }
    for name, digest in hashes.items():
        yield from _document(folder, name, digest)


def _document(folder: RunFolder, name: str, digest: object) -> Iterator[Broken]:
    try:
        found = sha256(folder.read_document(name)).hexdigest()
    except UnreadableFileError as error:
        yield Broken(0, Flaw.DOCUMENT, str(error))
        return
    if found != digest:
        yield Broken(0, Flaw.DOCUMENT, f"{folder.path / name} was changed after the run started.")


def _part(folder: RunFolder, fact: PartFact, erased: set[int]) -> Iterator[Broken]:
    if fact.index not in folder.parts():
        yield Broken(0, Flaw.MISSING_PART, f"{fact.name} is in the ledger, but not in {folder.path}.")
        return
    try:
        broken = check_part(folder.read_part(fact.index), fact, erased)
    except UnreadableFileError as error:
        broken = Broken(0, Flaw.UNREADABLE_PART, str(error))
    if broken:
        yield broken
