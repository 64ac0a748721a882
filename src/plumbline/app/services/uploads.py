"""Files that people upload: kept as they came, looked at, and mapped to the lead model."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import polars as pl
from django.conf import settings
from django.db import transaction

from plumbline.app.errors import ConflictError, InvalidInputError, NotFoundError
from plumbline.app.models import Import
from plumbline.app.models.base import new_key
from plumbline.app.received import as_kept
from plumbline.app.services.acts import person_of
from plumbline.connectors.excel.source import ExcelSource
from plumbline.connectors.guess import guess
from plumbline.connectors.guess_forms import format_of, style_of
from plumbline.connectors.mapping import parse_mapping
from plumbline.connectors.settings import FileSettings
from plumbline.connectors.settle import Choice
from plumbline.connectors.yaml_text import masked
from plumbline.domain.fields import RECEIVED, is_receivable
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Kind
from plumbline.library.inputs import mapped, opened
from plumbline.store.files import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from plumbline.app.actors import Actor
    from plumbline.connectors.files import Source
    from plumbline.connectors.guess import ColumnGuess, Guess
    from plumbline.library.inputs import FileIntake

#: Bytes of the largest file that is taken.
LARGEST: Final = 4 * 1024**3
_ROWS: Final = 5
_SAMPLE: Final = 100
_ODD: Final = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was kept, and an earlier import of the very same bytes where there is one."""

    upload: Import
    same_as: Import | None


def find(actor: Actor, key: str) -> Import:
    """An import by its key; ``NotFoundError`` when there is none, or it is not for who asks."""
    actor.require(Perm.IMPORT_RUN)
    found = Import.objects.select_related("by", "run").filter(key=key).first()
    if found is None:
        raise NotFoundError("There is no such import.")
    return found


def upload(
    actor: Actor, name: str, pieces: Iterable[bytes], *, now: datetime, largest: int = LARGEST
) -> Uploaded:
    """Keep a file as it comes in, piece by piece.

    Raises:
        InvalidInputError: It is empty or larger than ``largest`` bytes.
        StorageError: The disk refused.
        NotAllowedError: The actor may not import.
    """
    actor.require(Perm.IMPORT_RUN)
    key = new_key()
    # The ending says what kind of file it is; the rest of the name is only for people.
    safe = _ODD.sub("-", name.replace("\\", "/").rpartition("/")[2])[-100:].lstrip(".-") or "leads"
    path = settings.DATA / "uploads" / key / safe
    with storage_errors(path):
        path.parent.mkdir(parents=True)
        digest = _written(path, pieces, largest)
    made = Import.objects.create(
        key=key,
        name=name[:200],
        path=f"{key}/{safe}",
        digest=digest,
        by=person_of(actor),
        created_at=now,
    )
    return Uploaded(made, same_file(made))


def _written(path: Path, pieces: Iterable[bytes], largest: int) -> str:
    digest, size = sha256(), 0
    try:
        with path.open("xb") as out:
            for piece in pieces:
                size += len(piece)
                if size > largest:
                    raise InvalidInputError(f"The file is larger than {largest // 1024**2:,} MB.", "file")
                digest.update(piece)
                out.write(piece)
    finally:
        if not 0 < size <= largest:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
    if not size:
        raise InvalidInputError("The file is empty.", "file")
    return digest.hexdigest()


def same_file(one: Import) -> Import | None:
    """The last import of the very same bytes, where there was one."""
    others = Import.objects.filter(digest=one.digest).exclude(state=Import.State.UPLOADED).exclude(pk=one.pk)
    return others.order_by("-pk").first()


def path_of(one: Import) -> Path:
    """Where the file is."""
    path: Path = settings.DATA / "uploads" / one.path
    return path


def discard(actor: Actor, one: Import) -> None:
    """Take back an upload that was never started, with its file."""
    actor.require(Perm.IMPORT_RUN)
    with transaction.atomic():
        if not Import.objects.filter(pk=one.pk, state=Import.State.UPLOADED).delete()[0]:
            raise ConflictError("It was started already; an import that is done can be undone.")
    shutil.rmtree(path_of(one).parent, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person said of a file: its sheet, how its dates and numbers are written, and per column a field.

    ``fields``: column to field, empty for a column that is left out. A column that is not named is guessed.
    """

    sheet: str | None = None
    choice: Choice = field(default_factory=Choice)
    fields: Mapping[str, str] = field(default_factory=dict)


def look(actor: Actor, one: Import, wishes: Wishes) -> Guess:
    """What the columns of a file seem to be, with what a person said of them.

    Raises:
        UnreadableFileError: No row of the file could ever be read.
        InvalidInputError: A column is mapped to what is no field, or two columns to one.
    """
    actor.require(Perm.IMPORT_RUN)
    guessed = guess(_opened(one, wishes.sheet), wishes.choice)
    return as_said(guessed, wishes.fields)


def sheets(one: Import, chosen: str | None) -> tuple[str, ...]:
    """The sheets of a workbook that has several; none of any other file."""
    source = _opened(one, chosen)
    several = isinstance(source, ExcelSource) and len(source.book.sheets) > 1
    return (
        tuple(sheet.name for sheet in source.book.sheets)
        if several and isinstance(source, ExcelSource)
        else ()
    )


def preview(actor: Actor, one: Import, guessed: Guess) -> pl.DataFrame:
    """The first rows as they would be kept. What is personal is masked for who may not see it."""
    actor.require(Perm.IMPORT_RUN)
    intake = mapped(_opened(one, guessed.sheet), guessed.to_yaml())
    first = next(iter(intake.batches(_SAMPLE)), None)
    if first is None:
        return pl.DataFrame()
    rows = as_kept(first.received, intake.mapping, intake.cells.blank_words).head(_ROWS).drop("row")
    hidden = [name for name in rows.columns if actor.masked and _is_personal(name, guessed)]
    return rows.with_columns(
        pl.Series(name, [value and masked(value) for value in rows.get_column(name)], pl.String)
        for name in hidden
    )


def _is_personal(name: str, guessed: Guess) -> bool:
    entry = guessed.by_field.get(name)
    known = RECEIVED.get(name)
    return name == "lead.id" or (known.personal if known else entry is not None and entry.personal)


def _opened(one: Import, sheet: str | None) -> Source:
    return opened(path_of(one), FileSettings(sheet=sheet or None))


def as_said(guessed: Guess, said: Mapping[str, str]) -> Guess:
    """A guess with what a person said of single columns; ``InvalidInputError`` where that cannot be."""
    fed: dict[str, str] = {}
    for column, name in said.items():
        if name and not is_receivable(name):
            raise InvalidInputError(f"{name!r} is no field of a lead.", column)
        if name and name in fed:
            raise InvalidInputError(f"{fed[name]!r} and {column!r} both feed {name}; choose one.", column)
        fed[name] = column
    guesses = tuple(
        _chosen(entry, said[entry.column]) if entry.column in said else entry for entry in guessed.guesses
    )
    taken = {entry.field for entry in guesses}
    joined = {name: columns for name, columns in guessed.joined.items() if name not in taken}
    return replace(guessed, guesses=guesses, joined=joined)


def _chosen(entry: ColumnGuess, name: str) -> ColumnGuess:
    """A column as a person mapped it; what it declares of dates and numbers follows from the field."""
    if (entry.field or "") == name:
        return entry
    known = RECEIVED.get(name)
    kind = known.kind if known else entry.look.kind
    return replace(
        entry,
        field=name or None,
        sure=100,
        why="chosen by a person" if name else "left out by a person",
        date_format=format_of(entry.look) if kind is Kind.DATE else None,
        number_style=style_of(entry.look) if kind is Kind.NUMBER else None,
    )


def seen_through(one: Import) -> FileIntake:
    """The file through the mapping that it was started with.

    Raises:
        InvalidMappingError: The mapping does not fit the file.
        UnreadableFileError: The file cannot be read.
    """
    source = opened(path_of(one), parse_mapping(one.mapping).settings)
    return mapped(source, one.mapping)
