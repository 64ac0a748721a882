"""Recording a run so that it can be killed at any moment and simply started again.

The order is the whole trick: a part is on disk before the ledger speaks of it, and what the ledger speaks of
is never written again. So after a crash a part without an entry is rewritten, a part with one is skipped,
and every lead is there exactly once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self

from plumbline.domain.errors import RunConflictError, TamperedError
from plumbline.ledger.entry import Draft, Event
from plumbline.ledger.parts import PartFact
from plumbline.store.files import FolderLock, remove_leftovers
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from types import TracebackType

    import polars as pl

    from plumbline.ledger.entry import Fact, Header
    from plumbline.store.ledger import Ledger
    from plumbline.store.run_folder import RunFolder

_FORMAT: Final = 1
_NOTHING: Final[Mapping[str, pl.DataFrame]] = {}


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run is about, known before its first row is read.

    ``id`` comes from ``ledger.runs.run_id``. ``part_rows`` is how the input is cut; a resumed run keeps
    its own. ``about`` goes into ``run.json``; ``documents`` (name to bytes) become files, hashed there.
    """

    id: str
    part_rows: int
    documents: Mapping[str, bytes] = field(default_factory=dict)
    about: Mapping[str, object] = field(default_factory=dict)


class RunRecorder:
    """Holds a run folder's lock while a run is recorded in it. Use as a context manager.

    ``run`` names the run in the ledger: the plan's id and a random part that belongs to this folder, so that
    repeating a run in another folder is another run.

    Raises:
        RunInProgressError: Another process records into the folder.
        RunConflictError: The folder holds a run of other input, another bundle or another moment.
    """

    def __init__(self, folder: RunFolder, ledger: Ledger, *, actor: str) -> None:
        self._folder, self._ledger, self._actor = folder, ledger, actor
        folder.create()
        self._lock = FolderLock(folder.path)
        self.run, self.part_rows = "", 0
        self.recorded: dict[int, PartFact] = {}

    def __enter__(self) -> Self:
        self._lock.__enter__()
        remove_leftovers(self._folder.path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.__exit__(kind, error, trace)

    def start(self, plan: RunPlan, *, now: datetime) -> None:
        """Begin, or take up again: afterwards ``recorded`` holds the parts that need no more work."""
        if not (self._folder.path / MANIFEST).exists():
            self._write_documents(plan)
        manifest = self._folder.manifest()
        if manifest.get("id") != plan.id:
            raise RunConflictError(f"{self._folder.path} holds another run; choose another folder.")
        self.run, self.part_rows = str(manifest["run"]), int(str(manifest["part_rows"]))
        digest = sha256(self._folder.read_document(MANIFEST)).hexdigest()
        self._append(Event.RUN_STARTED, self.run, {"manifest": digest}, now)
        entries = self._ledger.entries(Event.DECISIONS_RECORDED, under=f"{self.run}/")
        self.recorded = part_facts(self.run, [entry.header for entry in entries])
        self._refuse_lost_parts()

    def record(
        self,
        index: int,
        decisions: pl.DataFrame,
        *,
        now: datetime,
        beside: Mapping[str, pl.DataFrame] = _NOTHING,
    ) -> PartFact:
        """Write a part and what goes ``beside`` it (``rejected``, ``issues``), then its entry. Once only."""
        if index in self.recorded:
            return self.recorded[index]
        for kind, frame in beside.items():
            self._folder.write_beside(kind, index, frame)
        fact = self._folder.write_part(index, decisions)
        self._append(Event.DECISIONS_RECORDED, part_ref(self.run, index), fact.facts(), now)
        self.recorded[index] = fact
        return fact

    def finish(self, *, now: datetime, facts: Mapping[str, Fact] | None = None) -> None:
        """Say in the ledger that the run is whole; ``facts`` adds counts such as ``read``."""
        totals = {"parts": len(self.recorded), "rows": sum(fact.rows for fact in self.recorded.values())}
        self._append(Event.RUN_FINISHED, self.run, {**(facts or {}), **totals}, now)

    @property
    def finished(self) -> bool:
        """Whether this run was finished before."""
        return next(self._ledger.entries(Event.RUN_FINISHED, self.run), None) is not None

    def _append(self, kind: Event, ref: str, facts: Mapping[str, Fact], now: datetime) -> None:
        self._ledger.append([Draft(kind, ref, self._actor, facts)], now=now)

    def _write_documents(self, plan: RunPlan) -> None:
        """The manifest comes last: with it the run exists."""
        hashes = {
            name: self._folder.write_document(name, content) for name, content in plan.documents.items()
        }
        own = {
            "format": _FORMAT,
            "id": plan.id,
            "run": f"{plan.id}.{secrets.token_hex(4)}",
            "part_rows": plan.part_rows,
            "documents": hashes,
        }
        self._folder.write_manifest({**plan.about, **own})

    def _refuse_lost_parts(self) -> None:
        lost = sorted(self.recorded.keys() - set(self._folder.parts()))
        if lost:
            raise TamperedError(
                f"{self.recorded[lost[0]].name} is in the ledger, but not in {self._folder.path}."
            )


def part_ref(run: str, index: int) -> str:
    """The reference of a part's entry."""
    return f"{run}/{index}"


def part_facts(run: str, headers: Iterable[Header]) -> dict[int, PartFact]:
    """What ``decisions:recorded`` headers say of a run's parts, by number."""
    facts = [PartFact.of(header.facts) for header in headers if header.ref.startswith(f"{run}/")]
    return {fact.index: fact for fact in facts}
