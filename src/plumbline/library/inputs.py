"""Files that a run takes: leads through their mapping, the policy, the events."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.events import orphans, read_events
from plumbline.connectors.files import open_source
from plumbline.connectors.guess import guess
from plumbline.connectors.mapping import apply_mapping, parse_mapping
from plumbline.domain.errors import InvalidPolicyError, UnreadableFileError
from plumbline.domain.issues import Issue, Severity
from plumbline.qualify import CellReading, compile_bundle
from plumbline.qualify.bundle import BLANK_WORDS
from plumbline.signals import event_state
from plumbline.triage.report import no_issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from plumbline.connectors.files import Source
    from plumbline.connectors.mapping import FieldMap
    from plumbline.connectors.settings import FileSettings
    from plumbline.policy import CompiledPolicy
    from plumbline.qualify import Bundle
    from plumbline.signals import EventState

#: For what decides nothing that is kept: linting needs a key as little as reading does.
NO_KEY: Final = bytes(32)
MAPPING: Final = "mapping.yaml"


@dataclass(frozen=True, slots=True)
class EventIntake:
    """Behaviour, folded; ``hash`` is that of the file, empty without one.

    ``rejected``: rows that could not be read. ``leads``: every lead that has events, with its first row.
    """

    state: EventState | None = None
    hash: str = ""
    rejected: pl.DataFrame = field(default_factory=no_issues)
    leads: pl.DataFrame = field(default_factory=pl.DataFrame)

    def issues(self, known: pl.Series) -> pl.DataFrame:
        """What is wrong with the events, seen beside the ids of the leads: one line per row or lost lead.

        ``event`` is the row in the file of events; beside it ``column``, ``value``, ``rule`` and ``code``.
        """
        lost = orphans(self.leads, known) if self.leads.height else no_issues()
        return pl.concat([self.rejected, lost]).sort("row").rename({"row": "event"})


@dataclass(frozen=True, slots=True)
class MappedRows:
    """One batch as the engine takes it."""

    received: pl.DataFrame
    rejected: pl.DataFrame


@dataclass(frozen=True)
class FileIntake:
    """A file of leads seen through a mapping. ``documents`` are kept beside a run."""

    source: Source
    mapping: FieldMap
    documents: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name, without the folders a run should not tell."""
        return self.source.path.name

    @property
    def cells(self) -> CellReading:
        """How this mapping wants cells to be read."""
        words = self.mapping.blank_words
        return CellReading(BLANK_WORDS if words is None else words, self.mapping.date_formats)

    def sha256(self) -> str:
        """Hash of the file together with the mapping: another reading of a file is another input."""
        digest = hashlib.sha256(self.source.sha256().encode())
        for name in sorted(self.documents):
            digest.update(self.documents[name])
        return digest.hexdigest()

    def batches(self, size: int) -> Iterator[MappedRows]:
        """The rows of the file in order."""
        for batch in self.source.batches(size):
            mapped = apply_mapping(self.mapping, batch, self.cells.blank_words)
            yield MappedRows(mapped.frame, mapped.rejected)

    def is_empty(self) -> bool:
        """Whether there is a header and nothing below it."""
        return next(self.source.batches(), None) is None


def intake_from(leads: Path, mapping: Path | None) -> FileIntake:
    """Open a file of leads with its mapping, or with a guessed one."""
    if mapping is None:
        source = _opened(leads)
        return mapped(source, guess(source).to_yaml())
    text = read_text(mapping)
    return mapped(_opened(leads, parse_mapping(text).settings), text)


def mapped(source: Source, mapping: str) -> FileIntake:
    """A source seen through the text of a mapping."""
    return FileIntake(source, parse_mapping(mapping, source.columns), {MAPPING: mapping.encode()})


def policy_from(
    text: str, *, draw_key: bytes = NO_KEY, cells: CellReading | None = None
) -> tuple[Bundle, list[Issue]]:
    """Compile a policy that is fit for use; ``InvalidPolicyError`` holds every problem of one that is not."""
    bundle, issues = compile_bundle(text, draw_key=draw_key, cells=cells)
    if bundle is None:
        raise InvalidPolicyError([issue for issue in issues if issue.severity is Severity.ERROR])
    return bundle, issues


def events_from(path: Path | None, policy: CompiledPolicy, as_of: datetime) -> EventIntake:
    """Read a file of events and fold it into one row per lead."""
    if path is None:
        return EventIntake()
    source = _opened(path)
    events = read_events(source)
    leads = events.frame.group_by("lead.id", maintain_order=True).agg(pl.col("row").first())
    state = event_state(events.frame.select("lead.id", "kind", "at"), policy.signals, as_of=as_of)
    return EventIntake(state, source.sha256(), events.rejected, leads)


def _opened(path: Path, settings: FileSettings | None = None) -> Source:
    """Open a file; whatever is wrong with it, the message says which file it is."""
    try:
        return open_source(path, settings)
    except UnreadableFileError as error:
        raise type(error)(_about(path, str(error))) from error


def _about(path: Path, message: str) -> str:
    text = message if str(path) in message else f"{path}: {message}"
    return text if text.endswith(".") else f"{text}."


def read_text(path: Path) -> str:
    """The text of a file a person wrote; a clear error for a missing or binary one."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"{path} is not text in UTF-8 (byte {error.start}).") from error
