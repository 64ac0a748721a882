"""Names that conditions can use besides signals, and names that no signal may take."""

from __future__ import annotations

from typing import Final

from plumbline.domain.words import Kind

#: What the scorecard gives, as conditions call it.
RESULTS: Final[dict[str, Kind]] = {
    "band": Kind.TEXT,
    "points": Kind.NUMBER,
    "fit": Kind.NUMBER,
    "intent": Kind.NUMBER,
    "readiness": Kind.NUMBER,
    "fit_level": Kind.TEXT,
    "intent_level": Kind.TEXT,
    "readiness_level": Kind.TEXT,
}
#: How sentences call the results.
RESULT_LABELS: Final[dict[str, str]] = {
    "band": "Band",
    "points": "Score",
    "fit": "Fit points",
    "intent": "Intent points",
    "readiness": "Readiness points",
    "fit_level": "Fit",
    "intent_level": "Intent",
    "readiness_level": "Readiness",
}
#: Columns of the frames that stand beside the signals.
_COLUMNS: Final = frozenset(
    {"account", "arm", "band_change", "confidence", "missing", "objected", "owner", "points_max",
     "points_min", "probability", "question", "questions", "reason", "route", "row", "rules", "unreadable"}
)  # fmt: skip
#: Words of SQL that a name would hide.
_SQL: Final = frozenset(
    {"and", "as", "between", "case", "cast", "date", "else", "end", "escape", "exists", "false", "from",
     "ilike", "in", "interval", "is", "like", "not", "null", "or", "select", "then", "true", "unknown",
     "when", "where"}
)  # fmt: skip


def is_reserved(name: str) -> bool:
    """Whether a signal may not be called so. SQL words and results count in any case."""
    return name in _COLUMNS or name.lower() in _SQL or name.lower() in RESULTS
