"""A ledger as JSON lines that anybody can verify without Plumbline (``check_export.py``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plumbline.store.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbline.ledger.entry import Head
    from plumbline.ledger.verify import Record
    from plumbline.store.ledger import Ledger


def export_ledger(ledger: Ledger, path: Path, *, bodies: bool = True) -> Head:
    """Write every entry as one line, then the head. Header and body stand as the text that was hashed.

    A broken ledger can be exported as well, and stays broken. Without ``bodies`` the chain alone is written
    and the last line says so: for who may see that everything is there, and not what it is.
    Returns the head: keep it apart from the file, since a file can be cut and its last line with it.
    """
    head = ledger.head()
    write_atomically(path, lambda tmp: _write(tmp, _lines(ledger, head, bodies)))
    return head


def _write(path: Path, lines: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="ascii", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")


def _lines(ledger: Ledger, head: Head, bodies: bool) -> Iterator[dict[str, str]]:
    for seq, record in enumerate(ledger.records(), start=1):
        if seq <= head.seq:  # another process may have appended meanwhile
            yield _line(record if bodies else (*record[:2], None, None))
    yield {"head": str(head)} | ({} if bodies else {"bodies": "left out"})


def _line(record: Record) -> dict[str, str]:
    raw, digest, salt, content = record
    line = {"header": raw.decode(errors="replace"), "hash": digest.hex()}
    if salt is not None and content is not None:
        line |= {"salt": salt.hex(), "body": content.decode(errors="replace")}
    return line
