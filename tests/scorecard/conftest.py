"""Small cards that tests argue with."""

from __future__ import annotations

import pytest

from helpers_scorecard import CUTOFFS, Case
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard import Cap, Scorecard, SignalBins, Term

EMPLOYEES = SignalBins(
    "employees", Kind.NUMBER, "Employees", ("< 50", "50 to 249", ">= 250"), cuts=(50.0, 250.0)
)
EMAIL = SignalBins(
    "email_kind",
    Kind.TEXT,
    "E-mail",
    ("business", "free | disposable"),
    groups=(("business",), ("free", "disposable")),
)
DEMO = SignalBins("demo", Kind.FLAG, "Asked for a demo", ("no", "yes"))


@pytest.fixture
def capped_case() -> Case:
    """Employees and e-mail share a cap of 12; the first lead passes it."""
    terms = (
        Term("employees", "Employees", Dimension.FIT, ("employees",), (0, -10, 5, 15, 0)),
        Term("email_kind", "E-mail", Dimension.FIT, ("email_kind",), (0, 10, -10, 1)),
        Term("demo", "Asked for a demo", Dimension.INTENT, ("demo",), (0, -2, 6, 0)),
    )
    cap = Cap("firm", ("employees", "email_kind"), -12, 12)
    card = Scorecard("small", (EMPLOYEES, EMAIL, DEMO), terms, (cap,), base=1)
    full = {"employees": 900.0, "email_kind": "business", "demo": True}
    return Case(card, CUTOFFS, (full, {**full, "employees": None, "demo": None}))


@pytest.fixture
def completeness_case() -> Case:
    """Only the completeness signal, which may give points to what is missing."""
    bins = SignalBins("filled", Kind.NUMBER, "Filled", ("< 50", ">= 50"), cuts=(50.0,), completeness=True)
    term = Term("filled", "Filled", Dimension.READINESS, ("filled",), (-4, 0, 6, 0))
    leads = ({"filled": None}, {"filled": 49.9}, {"filled": 50.0})
    return Case(Scorecard("completeness", (bins,), (term,)), CUTOFFS, leads)
