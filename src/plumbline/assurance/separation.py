"""Signs in the shape of a column: it parts good leads from bad ones as only something later can.

What is measured during the contact that decides (how long a call took), or is worked out from the outcome
(what a visit was worth), is filled for everybody, carries no telling words, and looks like any number. It
gives itself away by how clean the parting is. A business rule can look alike: most of these are questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.ranking import auc, cells
from plumbline.assurance.tells import FEWEST, Rule, Tell, Weight, known_auc, percent
from plumbline.domain.intervals import wilson

if TYPE_CHECKING:
    from plumbline.assurance.fields import Column, Ints, Leads

#: A value must stand for so many leads before "all of them were good" says anything.
_MANY: Final = 100
#: Zeros are no accident where they are at least this share of a column, and the rest is not all of it.
_ZEROS: Final = 0.30
#: Hardly any good lead: a fifth of the usual rate. Mostly good: more than half.
_HARDLY, _MOSTLY = 0.2, 0.5
#: Shares that both ends need: of the leads where hardly any is good, of the good leads where most are.
_LOW_END, _HIGH_END = 0.30, 0.10
#: Strength from which ends are looked at, if the name of the column speaks of something later, and if it does
#: not: an honest number that is merely strong has two ends as well, at an AUC of 0.85 all that is asked for.
_NAMED, _UNNAMED = 0.75, 0.90
#: Where good leads are common, a high end that is mostly good is nothing special.
_COMMON: Final = 0.35


def zero_tells(column: Column, leads: Leads) -> Tell | None:
    """L4 for amounts: whether there is any, zero or not, tells the outcome as emptiness would."""
    known = leads.known
    if not column.values.dtype.is_numeric():
        return None
    amounts = column.values.filter(pl.Series(known))
    filled = amounts.is_not_null().to_numpy()
    some, label = amounts.fill_null(0.0).to_numpy()[filled] != 0, leads.label[known][filled]
    if min(some.sum(), (~some).sum()) < FEWEST or (~some).mean() < _ZEROS:
        return None
    found = auc(some.astype(np.float64), label)
    if abs(found.value - 0.5) <= 0.30:
        return None
    good = label == 1
    return Tell(
        Rule.ZERO_TELLS,
        Weight.PROOF,
        f"{percent(good[some])} of the leads with an amount other than zero were good, "
        f"{percent(good[~some])} of those with zero (AUC of that alone {found.value:.2f}).",
    )


def always_good(column: Column, leads: Leads) -> Tell | None:
    """One answer of many leads, or a gap, that was never once followed by a bad outcome."""
    known = leads.known
    label = leads.label[known] == 1
    codes, _ = cells(column.values.filter(pl.Series(known)))
    if not label.size or label.mean() > 0.5:
        return None
    rows, good = _counted(codes, label.astype(np.int64))
    largest = int(rows[rows == good].max(initial=0))
    if largest < _MANY:
        return None
    return Tell(
        Rule.ALWAYS_GOOD,
        Weight.HINT,
        f"All {largest:,} leads with one of its answers (or none) were good; of all leads {percent(label)}.",
    )


def both_ends(column: Column, leads: Leads) -> Tell | None:
    """Many leads among whom hardly any is good, and elsewhere leads of whom most are: nearly an outcome."""
    known = leads.known
    label = leads.label[known]
    least = _UNNAMED if column.hint is None else _NAMED
    if label.size < FEWEST or not 0 < label.mean() <= _COMMON or known_auc(column.values, leads).low < least:
        return None
    codes, _ = cells(column.values.filter(pl.Series(known)))
    rows, good = _counted(codes, label)
    order = np.argsort(good / rows, kind="stable")
    hardly = _hardly(rows[order], good[order], float(label.mean()))
    mostly = _mostly(rows, good)
    if hardly < _LOW_END * label.size or mostly < _HIGH_END * label.sum():
        return None
    return Tell(
        Rule.BOTH_ENDS,
        Weight.HINT,
        f"At one end stand {hardly / label.size:.0%} of the leads and hardly a good one, at the other "
        f"{mostly / label.sum():.0%} of the good ones and few others: was it known before the outcome?",
    )


def _counted(codes: Ints, label: Ints) -> tuple[Ints, Ints]:
    """Leads and good leads by cell, unknown among them; cells without leads left out."""
    rows = np.bincount(codes + 1)
    good = np.bincount(codes + 1, weights=label, minlength=rows.size).astype(np.int64)
    return rows[rows > 0], good[rows > 0]


def _hardly(rows: Ints, good: Ints, base: float) -> int:
    """Leads in the poorest cells together, as long as they surely stay below a fifth of the usual rate."""
    together = zip(np.cumsum(rows).tolist(), np.cumsum(good).tolist(), strict=True)
    return max((of for of, hits in together if wilson(hits, of).high <= _HARDLY * base), default=0)


def _mostly(rows: Ints, good: Ints) -> int:
    """Good leads in cells in which surely more than half are."""
    cells_ = zip(rows.tolist(), good.tolist(), strict=True)
    return sum(hits for of, hits in cells_ if wilson(hits, of).low > _MOSTLY)
