"""A small policy as data, batches of scored leads, and a scorer of a few lines for the real one.

The policy room knows nothing of scorecards: these tests need scores with known truth, not the product's.
"""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from plumbline.domain.issues import Issue, Severity
from plumbline.domain.words import Kind
from plumbline.policy import CompiledPolicy, compile_policy

if TYPE_CHECKING:
    from plumbline.domain.signals import SignalSpec

STARTER = Path(__file__).parent / "policy" / "policies" / "new_business.yaml"
KEY = b"0123456789abcdef0123456789abcdef"

_SMALL: dict[str, Any] = {
    "policy": "small",
    "purpose": "prioritise",
    "qualified_lead": {"outcome": "won", "within": "90 days"},
    "fields": {"contact.email": {"purposes": ["prioritise"], "basis": "consent"}},
    "signals": {
        "size": {
            "dimension": "fit",
            "from": "account.employees",
            "purposes": ["prioritise"],
            "ask": "How many?",
        },
        "tier": {"dimension": "fit", "from": "account.tier", "purposes": ["prioritise"]},
        "mail": {
            "dimension": "fit",
            "from": "triage.email_kind",
            "purposes": ["prioritise"],
            "basis": "consent",
        },
        "soon": {
            "dimension": "readiness",
            "from": "extra.soon",
            "kind": "flag",
            "purposes": ["prioritise"],
            "ask": "Is it urgent?",
        },
        "large": {
            "dimension": "intent",
            "expr": "size >= 100",
            "kind": "flag",
            "purposes": ["prioritise"],
        },
    },
    "scorecard": {
        "size": {"< 50": -20, ">= 50": 20},
        "mail": {"business": 20, "other": -20},
        "soon": {"yes": 30, "no": -30},
        "large": {"yes": 10, "no": 0},
    },
    "bands": {"A": 40, "B": 20, "C": 0},
    "routes": {"A": "fast_track", "B": "queue", "C": "queue", "D": "nurture"},
    "owners": {
        "review": "revops",
        "fast_track": "seniors",
        "queue": "reps",
        "nurture": "marketing",
        "objection": "privacy",
    },
    "rules": [
        {"id": "strategic", "when": "tier = 'strategic'", "route": "review", "owner": "enterprise"},
        {"id": "spam", "when": "mail = 'disposable' AND band = 'D'", "propose": "disqualify"},
    ],
    "examples": [
        {"why": "Strategic goes to a person.", "lead": {"tier": "strategic"}, "expect": {"route": "review"}}
    ],
}


def small(**sections: Any) -> dict[str, Any]:
    """The small policy as data, with whole sections replaced; a section given as ``None`` is left out."""
    data = copy.deepcopy(_SMALL) | sections
    return {key: value for key, value in data.items() if value is not None}


def rule(when: str, **effect: Any) -> dict[str, Any]:
    """One rule of an otherwise small policy."""
    return {"id": "r", "when": when, **(effect or {"route": "review"})}


def text_of(data: dict[str, Any]) -> str:
    """A policy file; JSON is YAML."""
    return json.dumps(data, indent=1)


def compiled(data: dict[str, Any] | str) -> CompiledPolicy:
    """A policy that must compile."""
    policy, issues = compile_policy(data if isinstance(data, str) else text_of(data))
    assert policy is not None, [str(issue) for issue in issues]
    return policy


def issues_of(data: dict[str, Any] | str) -> list[Issue]:
    return compile_policy(data if isinstance(data, str) else text_of(data))[1]


def codes_of(data: dict[str, Any] | str) -> set[str]:
    return {str(issue.code) for issue in issues_of(data)}


def errors_of(data: dict[str, Any] | str) -> set[str]:
    return {str(issue.code) for issue in issues_of(data) if issue.severity is Severity.ERROR}


_DTYPES = {Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String, Kind.FLAG: pl.Boolean, Kind.DATE: pl.Date}
_SCORES: dict[str, Any] = {
    "points": 0,
    "points.fit": 0,
    "points.intent": 0,
    "points.readiness": 0,
    "band": "C",
    "band_change": 0,
    "question": None,
    "account": None,
    "objected": False,
    "unreadable": [],
}
_SCORE_DTYPES = {
    "points": pl.Int32,
    "points.fit": pl.Int32,
    "points.intent": pl.Int32,
    "points.readiness": pl.Int32,
    "band": pl.String,
    "band_change": pl.Int16,
    "question": pl.String,
    "account": pl.String,
    "objected": pl.Boolean,
    "unreadable": pl.List(pl.String),
}


def batch(policy: CompiledPolicy, *rows: dict[str, Any]) -> pl.DataFrame:
    """Scored leads as ``decide`` takes them; what a row does not name is unknown, or plain."""
    full = [
        {"lead.id": f"L{at}", **{spec.name: None for spec in policy.signals}, **_SCORES, **row}
        for at, row in enumerate(rows)
    ]
    schema = {
        "lead.id": pl.String,
        **{spec.name: _DTYPES[spec.kind] for spec in policy.signals},
        **_SCORE_DTYPES,
    }
    return pl.DataFrame(full, schema=schema, orient="row")


# The stand-in scorer: bins are values, unknown scores 0, the band may change by every combination of bins.


def points_of(policy: CompiledPolicy, signals: dict[str, Any]) -> dict[str, int]:
    """Points per scored signal."""
    return {
        name: _bin_points(policy.signal(name), bins, signals.get(name))
        for name, bins in policy.scorecard.items()
    }


def _bin_points(spec: SignalSpec, bins: Any, value: Any) -> int:
    if value is None:
        return 0
    if spec.kind is Kind.NUMBER:
        return next(points for label, points in bins.items() if _holds(label, value))
    label = {True: "yes", False: "no"}.get(value, value) if spec.kind is Kind.FLAG else value
    return bins.get(label, bins.get("other", 0))


def _holds(label: str, value: float) -> bool:
    sign, cut = label.split()
    return value < float(cut) if sign == "<" else value >= float(cut)


def scored(policy: CompiledPolicy, signals: dict[str, Any]) -> dict[str, Any]:
    """Signals of one lead with its scores; a derived signal is computed from its row form."""
    points = points_of(policy, signals)
    total = policy.base_points + sum(points.values())
    unknown = [name for name in policy.scorecard if signals.get(name) is None]
    combinations = itertools.product(*(policy.scorecard[name].values() for name in unknown))
    bands = [policy.bands.band(total + sum(added)) for added in combinations]
    band = policy.bands.band(total)
    moves = sum(other is not band for other in bands)
    return {
        **signals,
        "points": total,
        **{
            f"points.{dimension}": sum(
                points[name] for name in points if policy.signal(name).dimension == dimension
            )
            for dimension in ("fit", "intent", "readiness")
        },
        "band": band.value,
        "band_change": 10_000 * moves // len(bands),
        "question": unknown[0] if unknown and moves else None,
    }
