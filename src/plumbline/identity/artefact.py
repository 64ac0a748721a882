"""A match model as a file: canonical JSON, read strictly. Never pickle."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.errors import PlumblineError
from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.model import SCHEMA_VERSION, Chances, CutOffs, MatchModel, Rarity, slugs_are_distinct
from plumbline.identity.vocabulary import Vocabulary

if TYPE_CHECKING:
    from typing import NoReturn

#: Largest file read. A model of a million leads takes some 4 MB.
MAX_BYTES: Final = 64_000_000
_KEYS: Final = frozenset(
    {"schema_version", "name", "columns", "prior", "cut_offs", "comparisons", "rarities", "vocabularies",
     "provenance", "hash"}
)  # fmt: skip


class InvalidMatchModelError(PlumblineError):
    """A match model's file does not hold what its schema or its hash says."""

    code = "invalid_match_model"


def dump(model: MatchModel) -> bytes:
    """The canonical bytes of a model: sorted keys, a hash over the content, one newline at the end."""
    content = _plain(model)
    return _canonical({**content, "hash": _digest(content)})


def load(data: bytes) -> MatchModel:
    """Read a model. ``InvalidMatchModelError`` where anything is not as it should be."""
    raw = _parse(data)
    said = raw.pop("hash", None)
    if said != _digest(raw):
        _refuse("it was edited: its content does not match its hash")
    try:
        model = _model(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidMatchModelError(f"This match model cannot be used: {error!s:.200}") from error
    if dump(model) != data:
        _refuse("another program rewrote it, or its weights were changed")
    return model


def model_hash(model: MatchModel) -> str:
    """What a link says it was made with."""
    return _digest(_plain(model))


def _plain(model: MatchModel) -> dict[str, Any]:
    return {
        "schema_version": model.schema_version,
        "name": model.name,
        "columns": [{"name": one.name, "type": one.type.value} for one in model.columns],
        "prior": model.prior,
        "cut_offs": {"link": model.cut_offs.link, "ask": model.cut_offs.ask},
        "comparisons": [
            {
                "name": one.name,
                "label": one.label,
                "levels": [
                    {"label": level.label, "m": m, "u": u, "weight": weight}
                    for level, m, u, weight in zip(
                        one.levels,
                        model.chances[one.name].m,
                        model.chances[one.name].u,
                        model.weights[one.name],
                        strict=True,
                    )
                ],
            }
            for one in model.comparisons
        ],
        "rarities": {
            part: {"rows": one.rows, "counts": dict(one.counts)} for part, one in model.rarities.items()
        },
        "vocabularies": {
            name: {"rows": one.rows, "counts": dict(one.counts)} for name, one in model.vocabularies.items()
        },
        "provenance": dict(model.provenance),
    }


def _model(raw: dict[str, Any]) -> MatchModel:
    columns = tuple(Column(one["name"], ColumnType(one["type"])) for one in raw["columns"])
    if not slugs_are_distinct(columns):
        raise ValueError("two columns have the same short name")
    chances = {
        one["name"]: Chances(
            tuple(float(level["m"]) for level in one["levels"]),
            tuple(float(level["u"]) for level in one["levels"]),
        )
        for one in raw["comparisons"]
    }
    return MatchModel(
        name=raw["name"],
        columns=columns,
        chances=chances,
        rarities={part: Rarity(one["rows"], one["counts"]) for part, one in raw["rarities"].items()},
        vocabularies={
            name: Vocabulary(one["rows"], one["counts"]) for name, one in raw["vocabularies"].items()
        },
        prior=raw["prior"],
        cut_offs=CutOffs(raw["cut_offs"]["link"], raw["cut_offs"]["ask"]),
        provenance=raw["provenance"],
    )


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        _refuse(f"it is larger than {MAX_BYTES:,} bytes")
    try:
        raw = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidMatchModelError(f"This match model is not UTF-8 JSON: {error!s:.200}") from error
    if not isinstance(raw, dict) or set(raw) != _KEYS:
        _refuse(f"it must hold exactly these keys: {', '.join(sorted(_KEYS))}")
    if raw["schema_version"] != SCHEMA_VERSION:
        _refuse(f"it follows another version of the format than {SCHEMA_VERSION}")
    return raw


def _canonical(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (text + "\n").encode()


def _digest(content: dict[str, Any]) -> str:
    return sha256(_canonical(content)).hexdigest()


def _refuse(why: str) -> NoReturn:
    raise InvalidMatchModelError(f"This match model cannot be used: {why}.")
