"""Accepted leads of a file as trimmed text, with who objected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.fields import RECEIVED
from plumbline.library.triaged import triaged
from plumbline.triage.normal.email import email
from plumbline.triage.report import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.library.inputs import FileIntake

_PART: Final = 50_000
_OBJECTED: Final = "lead.objected"
_EMAIL: Final = "contact.email"
_CREATED: Final = "lead.created_at"


@dataclass(frozen=True, slots=True)
class LeadTexts:
    """A batch. ``frame``: ``row``, the fields of the lead model as text, blanks null, and two columns more.

    ``objected``: whether the person objects to profiling; ``as_of``: the day the values are of.
    ``rejected``: one line per row that is no lead.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame


def refusing(intake: FileIntake) -> frozenset[str]:
    """The addresses of people who objected: other rows with the address are of the same person."""
    if not {_OBJECTED, _EMAIL} <= {*intake.mapping.fields}:
        return frozenset()
    keys = (
        mailbox(address)
        for texts in lead_texts(intake)
        for address in texts.frame.filter("objected").get_column(_EMAIL).drop_nulls().to_list()
    )
    return frozenset(key for key in keys if key)


def mailbox(address: str | None) -> str | None:
    """What addresses are compared by; None of none."""
    return (email(address).key or address.casefold()) if address else None


def lead_texts(intake: FileIntake) -> Iterator[LeadTexts]:
    """The leads of a file, batch by batch."""
    for batch, checked in triaged(intake, _PART):
        rejected = joined([batch.rejected, checked.rejected])
        yield LeadTexts(_text(checked.clean, batch.received), rejected)


def _text(clean: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    written = received.join(clean.select("row"), on="row", how="semi", maintain_order="left")
    unreadable = clean.get_column("triage.unreadable").list.contains(_OBJECTED).fill_null(value=False)
    said = clean.get_column(_OBJECTED).fill_null(value=False) if _OBJECTED in clean.columns else unreadable
    created = clean.get_column(_CREATED) if _CREATED in clean.columns else pl.Series([None] * clean.height)
    fields = [name for name in RECEIVED if name in clean.columns]
    # A number as it was written: 1,500 and 51-200 say more to a person than 1500.0.
    values = [_shown(clean.get_column(name), written.get_column(name), clean) for name in fields]
    return pl.DataFrame(
        [
            clean.get_column("row"),
            *values,
            # An objection that cannot be read counts as one.
            (said | unreadable).alias("objected"),
            created.cast(pl.Date).alias("as_of"),
        ]
    )


def _shown(clean: pl.Series, written: pl.Series, frame: pl.DataFrame) -> pl.Series:
    if clean.dtype == pl.String:
        return clean
    unreadable = frame.get_column("triage.unreadable").list.contains(clean.name).fill_null(value=False)
    kept = clean.is_not_null() | unreadable
    return written.str.strip_chars().set(~kept, None)
