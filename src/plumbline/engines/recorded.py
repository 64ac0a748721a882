"""Looking back at a recorded run: what decided, one lead's record, its evidence, its replay, its proof."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from plumbline.domain.errors import InvalidPolicyError, UnknownLeadError, UnreadableFileError
from plumbline.domain.issues import Severity
from plumbline.engines.local import POLICY, SCORECARD
from plumbline.engines.mix import MIX_ROWS
from plumbline.policy import compile_policy
from plumbline.qualify.bundle import bundle_of, cells_of
from plumbline.qualify.evidence import packet
from plumbline.qualify.path import signals_of
from plumbline.qualify.record import inputs_of
from plumbline.qualify.replay import replay
from plumbline.scorecard import load
from plumbline.store.run_check import verify_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.packet import Packet
    from plumbline.qualify.replay import Replayed
    from plumbline.store import Ledger, RunFolder


@dataclass(frozen=True)
class RecordedRun:
    """A run in its folder, with the key its draws were made with."""

    folder: RunFolder
    draw_key: bytes

    @cached_property
    def bundle(self) -> Bundle:
        """What the run was decided with, from its own documents."""
        policy, issues = compile_policy(self.folder.read_document(POLICY).decode())
        if policy is None:
            raise InvalidPolicyError([issue for issue in issues if issue.severity is Severity.ERROR])
        card = load(self.folder.read_document(SCORECARD))
        cells = cells_of(self.folder.manifest()["cells"])
        return bundle_of(policy, card, draw_key=self.draw_key, cells=cells)

    @property
    def as_of(self) -> datetime:
        """The moment of its decisions."""
        return datetime.fromisoformat(str(self.folder.manifest()["as_of"]))

    def weighed(self, other: Bundle) -> Bundle:
        """Another bundle, with unknown values as likely as the first leads of this run say."""
        profiled = (pl.col("in.row") <= MIX_ROWS) & pl.col("points").is_not_null()
        with readable(self.folder):
            first = self.folder.scan().filter(profiled).collect()
        return other.with_mix_of(signals_of(inputs_of(first), bundle=other, as_of=self.as_of))

    def record(self, lead: str) -> pl.DataFrame:
        """The stored record of one lead, as one row."""
        for index in self.folder.parts():
            found = self.folder.read_part(index).filter(pl.col("lead.id") == lead)
            if found.height:
                return found.head(1)
        raise UnknownLeadError(f"{self.folder.path} holds no decision about {lead!r}.{self._hint(lead)}")

    def packet(self, lead: str, *, plumbline: str) -> Packet:
        """The evidence packet of one recorded decision."""
        record = self.record(lead)
        issues = tuple(self._issues(int(record.item(0, "in.row"))))
        return packet(record, bundle=self.bundle, as_of=self.as_of, issues=issues, plumbline=plumbline)

    def replay(self, lead: str, ledger: Ledger, bundle: Bundle | None = None) -> Replayed:
        """Decide a recorded lead again, with another bundle if one is given."""
        versions = self.folder.manifest()["versions"]
        return replay(
            self.record(lead),
            bundle=bundle or self.bundle,
            as_of=self.as_of,
            versions=versions if isinstance(versions, dict) else {},
            intact=verify_run(self.folder, ledger).intact,
        )

    def proofs(self, lead: str) -> list[dict[str, Any]]:
        """What proves the recorded decisions about a lead: row, salt and the way to the part's root."""
        found = self.folder.find(lead)
        if not found:
            raise UnknownLeadError(f"{self.folder.path} holds no decision about {lead!r}.{self._hint(lead)}")
        return [
            {
                "part": one.part,
                "row": one.row,
                "values": one.values,
                "kinds": one.kinds,
                "salt": one.salt.hex(),
                "index": one.proof.index,
                "size": one.proof.size,
                "path": [step.hex() for step in one.proof.path],
            }
            for one in found
        ]

    def _hint(self, lead: str) -> str:
        """A repeat is decided with its first copy: say which that is."""
        for index in self.folder.parts("duplicates"):
            found = self.folder.read_part(index, "duplicates").filter(pl.col("lead.id") == lead)
            if found.height:
                return f" It repeats {self._first_of(found.item(0, 'duplicate_of'))}, which has one."
        return ""

    def _first_of(self, row: str) -> str:
        """What the lead of ``row 12`` is called."""
        number = int(row.removeprefix("row "))
        ids = self.folder.scan().filter(pl.col("in.row") == number).select("lead.id").collect()
        return repr(ids.item()) if ids.height else row

    def _issues(self, row: int) -> Iterator[str]:
        for index in self.folder.parts("issues"):
            lines = self.folder.read_part(index, "issues").filter(pl.col("row") == row)
            yield from (told(line) for line in lines.iter_rows(named=True))


@contextmanager
def readable(folder: RunFolder) -> Iterator[None]:
    """Say that a part is damaged where reading all of them at once stumbles over one."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        message = f"{folder.path} holds a damaged part; plumbline ledger verify {folder.path} says which."
        raise UnreadableFileError(message) from error


def told(line: Mapping[str, Any]) -> str:
    """A row issue in words."""
    where = f"{line['column']}: " if line["column"] else ""
    value = f" ({line['value']})" if line["value"] else ""
    return f"{where}{line['rule']}{value}"
