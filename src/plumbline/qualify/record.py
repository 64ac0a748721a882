"""A decision as it is kept: what came in, what was decided, nothing derived left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.qualify.path import Qualified

#: Fields that name a lead to people.
TITLE_FIELDS: Final = ("contact.name", "account.name", "contact.email")
_IN: Final = "in."
_LEAD: Final = "lead.id"
_NO_DECISION: Final = (_IN, "ledger.")


def record(qualified: Qualified) -> pl.DataFrame:
    """One row per decided lead: ``lead.id``, ``in.*`` as received with row and context, and the decision."""
    received = qualified.inputs.select(pl.exclude(_LEAD).name.prefix(_IN))
    decision = qualified.decisions.select(pl.exclude("row"))
    return pl.concat([decision.select(_LEAD), received, decision.select(pl.exclude(_LEAD))], how="horizontal")


def inputs_of(records: pl.DataFrame) -> pl.DataFrame:
    """What came in, as ``requalify`` takes it."""
    received = [
        pl.col(name).alias(name.removeprefix(_IN)) for name in records.columns if name.startswith(_IN)
    ]
    return records.select(_LEAD, *received)


def decisions_of(records: pl.DataFrame) -> pl.DataFrame:
    """What was decided."""
    return records.select(name for name in records.columns if not name.startswith(_NO_DECISION))


def title_of(stored: Mapping[str, object], lead: str) -> str:
    """What people call a lead: name and company, else the address, else its id."""
    name, company, email = (stored.get(_IN + field) for field in TITLE_FIELDS)
    parts = [str(part) for part in (name, company) if part]
    return " · ".join(parts) or str(email or lead)
