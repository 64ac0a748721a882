"""Which of the fields that policies name are worked out on request, without loading what works them out."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Names of the columns of ``triage.derive``.
DERIVABLE: Final = frozenset(
    {
        "triage.company",
        "triage.country",
        "triage.domain",
        "triage.flags",
        "triage.function",
        "triage.industry",
        "triage.phone",
        "triage.region",
        "triage.seniority",
        "triage.size_band",
        "triage.suspicious",
    }
)


def derivable(names: Iterable[str]) -> frozenset[str]:
    """Those of the names that ``check`` works out on request."""
    return DERIVABLE.intersection(names)


@lru_cache(maxsize=1)
def lists_hash() -> str:
    """What the shipped lists hold, as one hash: another edition of a list can change decisions."""
    folder = resources.files("plumbline.triage").joinpath("lists")
    entries = sorted((entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.is_file())
    whole = sha256()
    for name, content in entries:
        whole.update(f"{name}:{len(content)}:".encode() + content)
    return whole.hexdigest()
