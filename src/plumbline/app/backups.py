"""Everything in one file, and back: the database as rows, the run files, uploads and keys as they are."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import zlib
from datetime import datetime
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError, IntegrityError, connection, transaction

from plumbline.app import operations
from plumbline.app.errors import ConfigurationError
from plumbline.app.models import User
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.errors import TamperedError, UnreadableFileError
from plumbline.store.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.models import Model

    from plumbline.ledger.entry import Head

_FORMAT: Final = 1
_ABOUT: Final = "about.json"
_ROWS: Final = "rows.jsonl"
_FILES: Final = "files/"
_KEPT: Final = ("runs", "uploads", "ledger.key", "demo.secret")
#: Made anew by migrations, or worth nothing tomorrow.
_LEFT: Final = frozenset({"contenttypes", "sessions", "admin", "auth"})
_CHUNK: Final = 2_000
_UNREADABLE: Final = (
    tarfile.TarError,
    zlib.error,
    DeserializationError,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    AttributeError,
)


class _Exact(DjangoJSONEncoder):
    """Django's own cuts moments to milliseconds; a decision replays as of the very moment."""

    def default(self, o: Any) -> Any:  # noqa: ANN401 - as it is there
        """Moments in full."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def backup(target: Path) -> int:
    """Write the backup in one moment of the database; the number of the last ledger entry in it.

    Raises:
        StorageError: The disk refused; nothing stands under the target's name.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        head = DatabaseLedger().head()
        write_atomically(target, lambda path: _write(path, head))
    return head.seq


def restore(source: Path) -> int:
    """Bring a backup into an installation that has nobody in it yet; the number of the last ledger entry.

    Raises:
        ConfigurationError: Somebody is in it.
        UnreadableFileError: The file is no backup.
        TamperedError: What came back does not verify; nothing was kept.
    """
    operations.migrate()
    if User.objects.exists():
        raise ConfigurationError("There is something in this installation: restore into an empty one.")
    try:
        with tarfile.open(source, "r:gz") as tar, transaction.atomic():
            about = json.loads(_read(tar, _ABOUT))
            _load(tar)
            verdict = DatabaseLedger().verify()
            if verdict.broken or str(verdict.head) != about["head"]:
                raise TamperedError(f"The backup does not verify: {verdict.broken or 'its head differs'}.")
            tar.extractall(settings.DATA, _files(tar), filter="data")
    except (IntegrityError, DataError) as error:
        raise TamperedError(f"The backup does not verify: {error}.") from error
    except _UNREADABLE as error:
        raise UnreadableFileError(f"{source} is no backup of Plumbline.") from error
    _move_in()
    return verdict.head.seq


def _move_in() -> None:
    """The files were unpacked beside their place, so that a broken backup leaves nothing half there."""
    unpacked = settings.DATA / _FILES
    for moved in unpacked.glob("*"):
        place = settings.DATA / moved.name
        if place.is_dir():
            shutil.rmtree(place)
        moved.replace(place)
    if unpacked.exists():
        unpacked.rmdir()


def _write(path: Path, head: Head) -> None:
    with tarfile.open(path, mode="w:gz") as tar, TemporaryFile(dir=path.parent) as rows:
        _add(tar, _ABOUT, json.dumps({"format": _FORMAT, "head": str(head)}).encode())
        for line in _lines():
            rows.write(line.encode())
        info = tarfile.TarInfo(_ROWS)
        info.size = rows.tell()
        rows.seek(0)
        tar.addfile(info, rows)
        for name in _KEPT:
            if (settings.DATA / name).exists():
                tar.add(settings.DATA / name, _FILES + name)


def _models() -> list[type[Model]]:
    """Every table in the order in which rows can come back, parents first."""
    wanted = [config for config in apps.get_app_configs() if config.label not in _LEFT]
    pairs = [(config, list(config.get_models())) for config in wanted]
    return serializers.sort_dependencies(pairs)


def _lines() -> Iterator[str]:
    for model in _models():
        rows = model._default_manager.order_by("pk")  # noqa: SLF001 - Django's own name for it
        for row in rows.iterator(_CHUNK):
            yield serializers.serialize("jsonl", [row], cls=_Exact)


def _load(tar: tarfile.TarFile) -> None:
    rows: Any = tar.extractfile(_ROWS)
    for row in serializers.deserialize("jsonl", io.TextIOWrapper(rows, "utf-8")):
        row.save()
    for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
        connection.cursor().execute(statement)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    member: Any = tar.extractfile(name)
    content: bytes = member.read()
    return content


def _files(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    return [member for member in tar.getmembers() if member.name.startswith(_FILES)]
