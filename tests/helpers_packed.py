"""The bytes of a row, written out value by value as docs/reference/ledger-format.md says."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def packed(values: Mapping[str, object], kinds: Mapping[str, str]) -> bytes:
    names = sorted(kinds)
    layout = sha256(_json([[name, kinds[name]] for name in names])).digest()
    texts = {name: _text(values[name]) for name in names}
    numbers = [_number(values[name], texts[name]) for name in names]
    return b"".join([layout, *numbers, *texts.values()])


def _text(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return _json(value) if isinstance(value, list) else b""


def _number(value: object, text: bytes) -> bytes:
    number = (
        len(text) if isinstance(value, str | list) else -(2**63) if value is None else int(str(int(value)))
    )
    return number.to_bytes(8, "big", signed=True)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
