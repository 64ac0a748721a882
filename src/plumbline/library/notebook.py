"""The names of ``import plumbline``: a policy, leads through it, and why."""

from __future__ import annotations

import html
import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import Console

from plumbline.connectors.files import open_source
from plumbline.connectors.frame import FrameSource
from plumbline.connectors.guess import guess
from plumbline.domain.errors import UnknownLeadError, UnreadableFileError
from plumbline.domain.fields import is_receivable
from plumbline.domain.words import Stream
from plumbline.engines.memory import run_in_memory
from plumbline.engines.recorded import RecordedRun, readable, told
from plumbline.library.inputs import NO_KEY, events_from, intake_from, mapped, policy_from, read_text
from plumbline.qualify.evidence import packet
from plumbline.qualify.examples import run_examples
from plumbline.qualify.record import decisions_of
from plumbline.report import packet_html, print_packet
from plumbline.store import RunFolder
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.domain.issues import Issue
    from plumbline.engines.memory import Kept
    from plumbline.library.inputs import FileIntake
    from plumbline.qualify import Bundle
    from plumbline.qualify.examples import ExampleResult
    from plumbline.qualify.packet import Packet

_NO_LOTS = MappingProxyType(dict.fromkeys(Stream, 0))
_WIDTH = 100


@dataclass(frozen=True)
class Policy:
    """A policy that is fit for use. ``warnings`` are worth a look and block nothing."""

    text: str
    warnings: tuple[Issue, ...]
    bundle: Bundle

    @property
    def name(self) -> str:
        """The name it keeps over all versions."""
        return self.bundle.policy.name

    @property
    def version(self) -> str:
        """Hash of its meaning: comments and layout do not count."""
        return self.bundle.policy.hash

    def examples(self) -> tuple[ExampleResult, ...]:
        """Carry out its own examples."""
        return run_examples(self.bundle)

    def __repr__(self) -> str:
        return f"<Policy {self.name}, version {self.version[:12]}>"


@dataclass(frozen=True)
class Explanation:
    """The evidence of one decision: text when printed, a page in a notebook, data as ``packet``."""

    packet: Packet

    @property
    def html(self) -> str:
        """A page of its own, without scripts."""
        return packet_html(self.packet)

    def __str__(self) -> str:
        out = io.StringIO()
        print_packet(self.packet, Console(file=out, width=_WIDTH, highlight=False))
        return out.getvalue()

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{html.escape(self.html)}" style="width:100%;height:60em;border:0"></iframe>'


@dataclass(frozen=True)
class Result:
    """Leads that were qualified in memory; nothing of it is recorded."""

    kept: Kept
    as_of: datetime

    @property
    def decisions(self) -> pl.DataFrame:
        """One row per lead: the reference page *Columns of a decision* says what they mean."""
        return decisions_of(self.kept.records)

    @property
    def rejected(self) -> pl.DataFrame:
        """Rows that cannot be leads: row, column, value, rule, code."""
        return self.kept.rejected

    @property
    def issues(self) -> pl.DataFrame:
        """Cells to look at; their leads are decided."""
        return self.kept.issues

    @property
    def duplicates(self) -> pl.DataFrame:
        """Repeats of an earlier row, which is decided."""
        return self.kept.duplicates

    @property
    def blanks(self) -> pl.DataFrame:
        """Words that stand for nothing, and how often each does."""
        return self.kept.blanks

    def explain(self, lead: str) -> Explanation:
        """Why a lead was decided as it was. ``UnknownLeadError`` when it was not."""
        found = self.kept.records.filter(pl.col("lead.id") == lead)
        if not found.height:
            raise UnknownLeadError(f"There is no decision about {lead!r}.")
        lines = self.issues.filter(pl.col("row") == found.item(0, "in.row")).iter_rows(named=True)
        made = packet(
            found.head(1),
            bundle=self.kept.bundle,
            as_of=self.as_of,
            issues=tuple(map(told, lines)),
            plumbline=version("plumbline"),
        )
        return Explanation(made)

    def __repr__(self) -> str:
        decided, repeats = self.kept.records.height, self.kept.duplicates.height
        return f"<Result: {decided:,} decided, {repeats:,} repeats, {self.kept.rejected.height:,} rejected>"


@dataclass(frozen=True)
class Run:
    """A run that ``plumbline qualify`` recorded."""

    recorded: RecordedRun

    @property
    def decisions(self) -> pl.DataFrame:
        """One row per lead that was not erased."""
        with readable(self.recorded.folder):
            live = self.recorded.folder.scan().filter(pl.col("lead.id").is_not_null()).collect()
        return decisions_of(live)

    def explain(self, lead: str) -> Explanation:
        """Why a lead was decided as it was."""
        return Explanation(self.recorded.packet(lead, plumbline=version("plumbline")))

    def __repr__(self) -> str:
        return f"<Run {self.recorded.folder.path}, as of {self.recorded.as_of:%Y-%m-%d %H:%M} UTC>"


def load_policy(policy: str | Path) -> Policy:
    """Read a policy file, or the text of one.

    Raises:
        InvalidPolicyError: It has problems that block its use; ``issues`` holds all of them.
        UnreadableFileError: There is no such file.
    """
    text = policy if isinstance(policy, str) and "\n" in policy else read_text(Path(policy))
    bundle, issues = policy_from(text)
    return Policy(text, tuple(issues), bundle)


def qualify_leads(
    leads: object,
    policy: Policy | str | Path,
    *,
    mapping: Mapping[str, str] | str | Path | None = None,
    events: str | Path | None = None,
    as_of: datetime | None = None,
) -> Result:
    """Qualify a frame or a file of leads in memory, without lots: nobody is drawn, nothing is recorded.

    Args:
        leads: a path, or a frame: Polars, or anything Polars can make a frame of (Arrow, pandas).
        policy: a loaded policy, or where it is.
        mapping: column to field, or a mapping file. Without one, columns that are called like fields of the
            lead model are taken as they are; where none is, the mapping is guessed.
        events: a CSV of behaviour: lead id, kind, time.
        as_of: the moment of the decisions; now when left out, UTC when it has no zone.

    Raises:
        PlumblineError: Something a person can act on; ``code`` says what.
    """
    loaded = policy if isinstance(policy, Policy) else load_policy(policy)
    intake = _intake(leads, mapping)
    bundle, _ = policy_from(loaded.text, cells=intake.cells)
    unlucky = replace(bundle, policy=replace(bundle.policy, draws=_NO_LOTS))
    moment = _moment(as_of)
    state = events_from(Path(events) if events else None, bundle.policy, moment).state
    kept = run_in_memory(intake, unlucky, as_of=moment, events=state)
    if kept is None:
        raise UnreadableFileError(f"{intake.name} holds no rows.")
    return Result(kept, moment)


def open_run(folder: str | Path) -> Run:
    """Look back at a run that ``plumbline qualify`` recorded."""
    if not (Path(folder) / MANIFEST).is_file():
        raise UnreadableFileError(f"{folder} is no folder of a run: there is no {MANIFEST} in it.")
    return Run(RecordedRun(RunFolder(folder), NO_KEY))


def _intake(leads: object, mapping: Mapping[str, str] | str | Path | None) -> FileIntake:
    if not isinstance(leads, (str, Path)):
        source = FrameSource(_frame(leads))
        return mapped(source, _mapping_of(source, mapping))
    if mapping is None or isinstance(mapping, (str, Path)):
        return intake_from(Path(leads), None if mapping is None else Path(mapping))
    return mapped(open_source(Path(leads)), _written(mapping))


def _frame(leads: Any) -> pl.DataFrame:  # noqa: ANN401 - whatever Polars takes
    return leads if isinstance(leads, pl.DataFrame) else pl.DataFrame(leads)


def _mapping_of(source: FrameSource, mapping: Mapping[str, str] | str | Path | None) -> str:
    if isinstance(mapping, (str, Path)):
        return read_text(Path(mapping))
    if mapping is not None:
        return _written(mapping)
    same = {name: name for name in source.columns if is_receivable(name)}
    return _written(same) if same else guess(source).to_yaml()


def _written(mapping: Mapping[str, str]) -> str:
    """A mapping file: JSON is YAML."""
    return json.dumps({"mapping": "notebook", "columns": dict(mapping)})


def _moment(given: datetime | None) -> datetime:
    moment = given or datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
