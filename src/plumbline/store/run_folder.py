"""A run on disk: documents that say what decided, and parts that hold what was decided.

::

    run.json             the manifest: what was read, with which bundle, as of when
    bundle.json policy.yaml scorecard.json …    documents, hashed in the ledger
    decisions/part-00000.parquet                received and decision columns, one row a lead
    rejected/ issues/ …                         the same numbering, not committed to row by row
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.errors import UnreadableFileError
from plumbline.ledger import merkle
from plumbline.ledger.canonical import canonical
from plumbline.ledger.packed import kinds_of
from plumbline.ledger.parts import LEAD, ROW_SALT_BYTES, SALT, PartFact, committed, leaves, seal_part
from plumbline.store.files import storage_errors, write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.ledger.merkle import Proof

MANIFEST: Final = "run.json"
DECISIONS: Final = "decisions"


@dataclass(frozen=True, slots=True)
class Found:
    """One recorded decision with what proves it. ``row`` counts from 1 within its part.

    ``values`` and ``kinds`` are those of its columns: what the bytes under its leaf are made of.
    """

    part: int
    row: int
    salt: bytes
    values: dict[str, object]
    kinds: dict[str, str]
    proof: Proof


class RunFolder:
    """A folder that holds one run. Whoever writes holds its ``FolderLock`` (``RunRecorder`` does)."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def create(self) -> None:
        """Make the folder if it is not there."""
        with storage_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)

    def write_document(self, name: str, content: bytes) -> str:
        """Write a file such as ``policy.yaml`` and give its SHA-256 for the ledger."""
        write_atomically(self.path / name, content)
        return sha256(content).hexdigest()

    def read_document(self, name: str) -> bytes:
        """The bytes of a document; ``UnreadableFileError`` when it is not there."""
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise UnreadableFileError(f"{self.path / name} cannot be read: {error.strerror}.") from error

    def write_manifest(self, manifest: Mapping[str, object]) -> str:
        """Write ``run.json`` and give its SHA-256."""
        return self.write_document(MANIFEST, canonical(manifest))

    def manifest(self) -> dict[str, object]:
        """What ``run.json`` says."""
        try:
            manifest = json.loads(self.read_document(MANIFEST))
        except ValueError as error:
            raise UnreadableFileError(f"{self.path / MANIFEST} is truncated or edited: {error}.") from error
        if not isinstance(manifest, dict):
            raise UnreadableFileError(f"{self.path / MANIFEST} holds no manifest.")
        return manifest

    def write_part(self, index: int, frame: pl.DataFrame) -> PartFact:
        """Write one batch of decisions under fresh salts.

        ``frame`` has ``lead.id`` and any columns of text, whole numbers, booleans or lists of these; by habit
        received columns come as ``in.<field>``. Rewriting a part is allowed until the ledger holds its root.
        """
        sealed, fact = seal_part(index, frame, _salts(frame.height))
        self.replace_part(DECISIONS, index, sealed)
        return replace(fact, file=self.part_hash(index))

    def part_hash(self, index: int, kind: str = DECISIONS) -> str:
        """SHA-256 of the file of a part as it is on disk."""
        with self._file(kind, index).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def write_beside(self, kind: str, index: int, frame: pl.DataFrame) -> None:
        """Write what goes beside a part: ``rejected`` rows or row ``issues``. No file for no rows."""
        if frame.height:
            self.replace_part(kind, index, frame)

    def replace_part(self, kind: str, index: int, frame: pl.DataFrame) -> None:
        """Write a part file as it is: the old one is there until the new one is whole."""
        file = self._file(kind, index)
        with storage_errors(file):
            file.parent.mkdir(exist_ok=True)
        write_atomically(file, lambda tmp: _write_parquet(frame, tmp))

    def read_part(
        self, index: int, kind: str = DECISIONS, *, columns: list[str] | None = None
    ) -> pl.DataFrame:
        """A part as stored, with its ``ledger.*`` columns; ``UnreadableFileError`` when it is damaged."""
        file = self._file(kind, index)
        try:
            return pl.read_parquet(file, columns=columns, glob=False)
        # Some damage makes the reader panic, which is no ordinary exception.
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise UnreadableFileError(f"{file} is missing, truncated or no Parquet file: {error}.") from error

    def read_row(self, index: int, row: int) -> pl.DataFrame:
        """One row of a part, counted from 1, without reading the others; none where there is no such row."""
        file = self._file(DECISIONS, index)
        try:
            return pl.scan_parquet(file, glob=False).slice(row - 1, 1).collect()
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise UnreadableFileError(f"{file} is missing, truncated or no Parquet file: {error}.") from error

    def parts(self, kind: str = DECISIONS) -> list[int]:
        """The numbers of the parts that are on disk."""
        return sorted(
            int(file.stem.removeprefix("part-")) for file in self.path.glob(f"{kind}/part-*.parquet")
        )

    def kinds(self) -> list[str]:
        """The kinds of files that stand beside the decisions: ``rejected``, ``issues`` and whatever else."""
        return sorted({file.parent.name for file in self.path.glob("*/part-*.parquet")} - {DECISIONS})

    def scan(self, kind: str = DECISIONS) -> pl.LazyFrame:
        """All parts as one lazy frame, in order. Erased rows are null but for their leaf."""
        files = [self._file(kind, index) for index in self.parts(kind)]
        if not files:
            raise UnreadableFileError(f"{self.path} holds no {kind}.")
        return pl.scan_parquet(files, glob=False)

    def find(self, lead: str) -> list[Found]:
        """Every decision recorded for a lead id, with its body and its proof. Usually one, or none."""
        return [found for index in self.parts() for found in self._find_in(index, lead)]

    def _find_in(self, index: int, lead: str) -> list[Found]:
        ids = self.read_part(index, columns=[LEAD]).get_column(LEAD)
        rows = (ids == lead).arg_true().to_list()
        if not rows:
            return []
        part = self.read_part(index)
        tree = leaves(part)
        return [_found(part, index, row, merkle.proof(tree, row)) for row in rows]

    def _file(self, kind: str, index: int) -> Path:
        return self.path / kind / f"part-{index:05d}.parquet"


def _found(part: pl.DataFrame, index: int, row: int, proof: Proof) -> Found:
    one = part.slice(row, 1)
    body = committed(one)
    return Found(index, row + 1, one.item(0, SALT), body.row(0, named=True), kinds_of(body.schema), proof)


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """A full disk comes out of Polars as an error of its own."""
    try:
        # Measured: statistics nobody prunes by and tighter packing cost a third of the writing time.
        frame.write_parquet(path, compression_level=1, statistics=False)
    except pl.exceptions.PolarsError as error:
        raise OSError(str(error)) from error


def _salts(count: int) -> pl.Series:
    """Fresh random bytes, drawn once and cut."""
    drawn, size = secrets.token_bytes(ROW_SALT_BYTES * count), ROW_SALT_BYTES
    return pl.Series("salt", [drawn[i : i + size] for i in range(0, len(drawn), size)], dtype=pl.Binary)
