"""Verifying a run folder against the ledger: every document, every part, every row."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import UnreadableFileError
from plumbline.ledger.entry import Event, erased_refs
from plumbline.ledger.parts import check_part, rows_by_part
from plumbline.ledger.verify import Broken, Flaw
from plumbline.store.recorder import part_facts
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbline.ledger.entry import Fact, Header
    from plumbline.ledger.parts import PartFact
    from plumbline.ledger.verify import Verdict
    from plumbline.store.ledger import Ledger
    from plumbline.store.run_folder import RunFolder

#: The kinds of entries that a run is verified by.
ABOUT_RUNS: Final = (
    Event.DECISIONS_RECORDED,
    Event.ERASURE_PERFORMED,
    Event.RUN_FINISHED,
    Event.RUN_STARTED,
)


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


def verify_run(folder: RunFolder, ledger: Ledger, *, verdict: Verdict | None = None) -> RunVerdict:
    """Recompute the roots of all parts and compare them with the ledger, which is verified first.

    ``verdict`` saves reading the ledger again: it was made with ``ledger.verify(keep=ABOUT_RUNS)``.
    Rows are counted from 1 within their part. An unfinished run is verified as far as it goes: a part
    that was written but not yet recorded is then no fault.
    """
    run = str(folder.manifest().get("run"))
    verdict = verdict or ledger.verify(keep=ABOUT_RUNS)
    record = _Record.of(run, verdict.kept)
    return RunVerdict(
        run,
        parts=len(record.parts),
        rows=sum(fact.rows for fact in record.parts.values()),
        erased=sum(map(len, record.erased.values())),
        finished=record.finished,
        broken=verdict.broken or next(_problems(folder, record), None),
    )


@dataclass(frozen=True, slots=True)
class _Record:
    """What the verified chain says of one run: its manifest, its parts, the rows that tombstones name."""

    run: str
    manifest: Fact | None
    parts: dict[int, PartFact]
    erased: dict[int, set[int]]
    finished: bool

    @classmethod
    def of(cls, run: str, headers: Iterable[Header]) -> _Record:
        """Sort out the headers that speak of the run."""
        of_kind: dict[Event, list[Header]] = {kind: [] for kind in ABOUT_RUNS}
        for header in headers:
            of_kind[header.kind].append(header)
        started = [header for header in of_kind[Event.RUN_STARTED] if header.ref == run]
        refs = [ref for header in of_kind[Event.ERASURE_PERFORMED] for ref in erased_refs(header)]
        return cls(
            run,
            manifest=started[0].facts.get("manifest") if started else None,
            parts=part_facts(run, of_kind[Event.DECISIONS_RECORDED]),
            erased=rows_by_part(run, refs),
            finished=any(header.ref == run for header in of_kind[Event.RUN_FINISHED]),
        )


def _problems(folder: RunFolder, record: _Record) -> Iterator[Broken]:
    yield from filter(None, _documents(folder, record))
    for index, fact in sorted(record.parts.items()):
        yield from filter(None, [_part(folder, fact, record.erased.get(index, set()))])
    for index in folder.parts():
        if record.finished and index not in record.parts:
            yield Broken(0, Flaw.UNKNOWN_PART, f"Part {index} of {folder.path} is not in the ledger.")


def _documents(folder: RunFolder, record: _Record) -> Iterator[Broken | None]:
    if record.manifest is None:
        if not folder.parts():  # killed between its first file and its first entry: nothing is claimed yet
            return
        message = f"The ledger knows no run {record.run}, which {folder.path} says it holds."
        yield Broken(0, Flaw.DOCUMENT, message)
    yield _document(folder, MANIFEST, record.manifest)
    documents = folder.manifest().get("documents")
    for name, digest in documents.items() if isinstance(documents, dict) else ():
        yield _document(folder, name, digest)


def _document(folder: RunFolder, name: str, digest: object) -> Broken | None:
    try:
        found = sha256(folder.read_document(name)).hexdigest()
    except UnreadableFileError as error:
        return Broken(0, Flaw.DOCUMENT, str(error))
    if found != digest:
        return Broken(0, Flaw.DOCUMENT, f"{folder.path / name} was changed after the run started.")
    return None


def _part(folder: RunFolder, fact: PartFact, erased: set[int]) -> Broken | None:
    if fact.index not in folder.parts():
        return Broken(0, Flaw.MISSING_PART, f"{fact.name} is in the ledger, but not in {folder.path}.")
    if folder.part_hash(fact.index) == fact.file:
        return rows_of_part(folder, fact, erased)
    broken = rows_apart(folder, fact, erased)
    if broken is None and not erased:
        # Bytes that carry no value, such as padding: the decisions read the same, but somebody was there.
        message = f"{fact.name} was changed: every decision in it reads as recorded, its bytes do not."
        return Broken(0, Flaw.FILE, message)
    return broken


def rows_apart(folder: RunFolder, fact: PartFact, erased: set[int]) -> Broken | None:
    """Check the rows in a process of its own: a damaged Parquet file can take its reader down with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(rows_of_part, folder, fact, erased).result()
        except BrokenProcessPool:
            return Broken(0, Flaw.UNREADABLE_PART, f"{fact.name} is damaged and cannot be read.")


def rows_of_part(folder: RunFolder, fact: PartFact, erased: set[int]) -> Broken | None:
    """Hold every row of a part against the root in the ledger."""
    try:
        return check_part(folder.read_part(fact.index), fact, erased)
    except UnreadableFileError as error:
        return Broken(0, Flaw.UNREADABLE_PART, str(error))
