"""Messages and outcomes that belong to the leads of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.messages import inbox_rows, read_messages, read_outcomes
from plumbline.library.inputs import opened
from plumbline.qualify.inbox import Inbox
from plumbline.triage.report import no_issues

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plumbline.connectors.files import Source
    from plumbline.connectors.tables import Table
    from plumbline.library.inputs import FileIntake

_PART: Final = 200_000
_KEYS: Final = ("lead.id", "contact.email")


@dataclass(frozen=True, slots=True)
class TableIntake:
    """A table joined to its leads. ``read = rows of frame + rows of rejected``; ``hash`` is that of the file.

    ``noted``: what the file is beside its cells.
    """

    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejected: pl.DataFrame = field(default_factory=no_issues)
    noted: pl.DataFrame = field(default_factory=no_issues)
    hash: str = ""

    @property
    def read(self) -> int:
        """Rows of the file."""
        return self.frame.height + self.rejected.height


@dataclass(frozen=True, slots=True)
class Tables:
    """What stands beside the leads; a table that was not given is empty."""

    messages: TableIntake = field(default_factory=TableIntake)
    outcomes: TableIntake = field(default_factory=TableIntake)
    inbox: Inbox = field(default_factory=Inbox)


def tables_from(intake: FileIntake, messages: Path | None, outcomes: Path | None) -> Tables:
    """Read the tables that were given, and join them to the leads by id, else by e-mail address.

    Takes one more pass over the leads. ``MissingColumnError`` when a table lacks a column that it needs.
    """
    if messages is None and outcomes is None:
        return Tables()
    leads = known_leads(intake)
    said = _joined(messages, read_messages, leads)
    reported = _joined(outcomes, read_outcomes, leads)
    if said is None:
        return Tables(outcomes=_intake(reported))
    table, _ = said
    return Tables(_intake(said), _intake(reported), Inbox(messages=inbox_rows(table)))


def known_leads(intake: FileIntake) -> pl.DataFrame:
    """Ids and e-mail addresses of all leads: ``lead.id`` and, where it is mapped, ``contact.email``."""
    parts = [
        batch.received.select(name for name in _KEYS if name in batch.received.columns)
        for batch in intake.as_received(_PART)
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(_KEYS, pl.String))


def _joined(
    path: Path | None, reader: Callable[[Source], Table], leads: pl.DataFrame
) -> tuple[Table, str] | None:
    if path is None:
        return None
    source = opened(path)
    return reader(source).of(leads), source.sha256()


def _intake(joined: tuple[Table, str] | None) -> TableIntake:
    if joined is None:
        return TableIntake()
    table, digest = joined
    return TableIntake(table.frame, table.rejected, table.noted, digest)
