"""Files that a run takes: leads through their mapping, the policy, the events."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.doubts import doubtful
from plumbline.connectors.events import orphans, read_events
from plumbline.connectors.files import open_source
from plumbline.connectors.guess import guess
from plumbline.connectors.local_forms import in_plain_form
from plumbline.connectors.mapping import apply_mapping, parse_mapping
from plumbline.connectors.query import Query, open_query
from plumbline.connectors.settings import FileSettings
from plumbline.connectors.unchanged import refuse_changed, stamp_of
from plumbline.domain.errors import InvalidPolicyError, MappingError, UnreadableFileError
from plumbline.domain.issues import Issue, Severity
from plumbline.library.book_source import BookSource, is_book
from plumbline.qualify import CellReading, compile_bundle
from plumbline.qualify.bundle import BLANK_WORDS
from plumbline.signals import event_state
from plumbline.triage.report import joined, no_issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from plumbline.connectors.files import Source
    from plumbline.connectors.mapping import FieldMap
    from plumbline.connectors.unchanged import Stamp
    from plumbline.policy import CompiledPolicy
    from plumbline.qualify import Bundle
    from plumbline.signals import EventState

#: For what decides nothing that is kept: linting needs a key as little as reading does.
NO_KEY: Final = bytes(32)
MAPPING: Final = "mapping.yaml"
QUERY: Final = "query.sql"


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
    """One batch as the engine takes it. ``noted``: lines about rows that stay, and about the whole file."""

    received: pl.DataFrame
    rejected: pl.DataFrame
    noted: pl.DataFrame = field(default_factory=no_issues)


@dataclass(frozen=True)
class FileIntake:
    """A file of leads seen through a mapping, as it was at ``stamp``. ``documents`` are kept beside a run."""

    source: Source
    mapping: FieldMap
    documents: Mapping[str, bytes] = field(default_factory=dict)
    stamp: Stamp = ()

    @property
    def name(self) -> str:
        """The file's name, without the folders a run should not tell."""
        return self.source.path.name

    @property
    def mapping_text(self) -> str:
        """The mapping as it is written."""
        return self.documents.get(MAPPING, b"").decode()

    @property
    def cells(self) -> CellReading:
        """How this mapping wants cells to be read."""
        words = self.mapping.blank_words
        return CellReading(BLANK_WORDS if words is None else words, self.mapping.plain_dates)

    def sha256(self) -> str:
        """Hash of the file together with the mapping: another reading of a file is another input."""
        digest = hashlib.sha256(self.source.sha256().encode())
        for name in sorted(self.documents):
            digest.update(self.documents[name])
        return digest.hexdigest()

    def batches(self, size: int) -> Iterator[MappedRows]:
        """The rows of the file in order, local forms that the mapping declares in plain form."""
        told = self.mapping.numbers, self.mapping.named_dates, self.cells.blank_words
        for batch in self.as_received(size):
            yield MappedRows(in_plain_form(batch.received, *told), batch.rejected, batch.noted)

    def as_received(self, size: int) -> Iterator[MappedRows]:
        """The rows in order, every cell as it stands there. ``ChangedFileError`` for a file that changes."""
        for batch in self.source.batches(size):
            mapped = apply_mapping(self.mapping, batch, self.cells.blank_words)
            noted = joined([batch.noted, *doubtful(mapped.frame)])
            yield MappedRows(mapped.frame, mapped.rejected, noted)
        refuse_changed(self.source, self.stamp)

    def is_empty(self) -> bool:
        """Whether there is a header and nothing below it."""
        return next(self.source.batches(), None) is None


def intake_from(leads: Path | Query, mapping: Path | None) -> FileIntake:
    """Open leads with their mapping, or a guessed one: a file, a folder, a query. A book brings its own."""
    documents = {QUERY: leads.document().encode()} if isinstance(leads, Query) else {}
    if isinstance(leads, Path) and is_book(leads):
        if mapping is not None:
            raise MappingError(f"{leads} is a book of leads: it holds the mappings its leads came through.")
        book = BookSource.of(leads)
        return mapped(book, book.mapping())
    if mapping is None:
        source = opened(leads)
        return mapped(source, guess(source).to_yaml(), documents)
    text = read_text(mapping)
    return mapped(opened(leads, parse_mapping(text).settings), text, documents)


def mapped(source: Source, mapping: str, documents: Mapping[str, bytes] | None = None) -> FileIntake:
    """A source seen through the text of a mapping."""
    kept = {MAPPING: mapping.encode(), **(documents or {})}
    return FileIntake(source, parse_mapping(mapping, source.columns), kept, stamp_of(source))


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
    source = opened(path)
    events = read_events(source)
    leads = events.frame.group_by("lead.id", maintain_order=True).agg(pl.col("row").first())
    state = event_state(events.frame.select("lead.id", "kind", "at"), policy.signals, as_of=as_of)
    return EventIntake(state, source.sha256(), events.rejected, leads)


def opened(leads: Path | Query, settings: FileSettings | None = None) -> Source:
    """Open leads; whatever is wrong with a file, the message says which file it is."""
    if isinstance(leads, Query):
        return open_query(leads, settings or FileSettings())
    try:
        return open_source(leads, settings)
    except UnreadableFileError as error:
        raise type(error)(_about(leads, str(error))) from error


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
