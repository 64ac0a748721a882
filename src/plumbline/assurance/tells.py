"""Signs that a column was written after the lead came in. Each says what in the data shows it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.ranking import Auc, auc, cell_scores, cells
from plumbline.domain.intervals import wilson

if TYPE_CHECKING:
    from plumbline.assurance.fields import Column, Leads

#: Fewest rows that a rule looks at.
FEWEST: Final = 30
#: Values shown as evidence come from columns with no more than so many of them: no names, no free text.
_SHOWN: Final = 200


class Rule(StrEnum):
    """The rules, L1 to L5 of the statistics note and the signs that one export gives."""

    KNOWN_LATE = "L1"
    FILLED_AT_OUTCOME = "L2"
    BETTER_TODAY = "L3"
    TELLS_OUTCOME = "L4"
    EMPTINESS_TELLS = "L4-empty"
    ZERO_TELLS = "L4-zero"
    FADES_EARLIER = "L5"
    DATE_AFTER = "date-after"
    TELLING_VALUES = "telling-values"
    ALWAYS_GOOD = "always-good"
    BOTH_ENDS = "both-ends"
    AFTER_WORDS = "after-words"
    EMPTY_WHILE_OPEN = "empty-while-open"
    BLOCK_IN_TIME = "block-in-time"
    EMPTINESS_SPEAKS = "emptiness-speaks"
    NAME = "name"


class Weight(StrEnum):
    """How far a sign goes by itself."""

    PROOF = "proof"
    STRONG = "strong"
    HINT = "hint"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Tell:
    """One sign: the rule, how far it goes, and what in the data shows it."""

    rule: Rule
    weight: Weight
    evidence: str


def known_late(column: Column, _leads: Leads) -> Tell | None:
    """L1: a value in use that was not known when the lead was decided."""
    if not column.known_late:
        return None
    share = f"{column.known_late:,} of {int(column.filled.sum()):,} values"
    return Tell(Rule.KNOWN_LATE, Weight.PROOF, f"{share} became known after the lead was decided.")


def filled_at_outcome(column: Column, _leads: Leads) -> Tell | None:
    """L2: later fills fall on the days on which sales reported something."""
    fills = column.fills
    if fills is None or fills.size < FEWEST:
        return None
    away = np.abs(fills)
    near, around = wilson(int((away <= 1).sum()), fills.size), int(((away > 1) & (away <= 3)).sum())
    # Where leads are worked at once, everything early falls near some report. Fills that come because of it
    # stand at least three times as dense on its days as on those around.
    if near.low <= 0.30 or near.hits < 1.5 * around:
        return None
    return Tell(
        Rule.FILLED_AT_OUTCOME,
        Weight.PROOF,
        f"{near.hits:,} of {near.of:,} later fills were made within a day of a report by sales.",
    )


def better_today(column: Column, leads: Leads) -> Tell | None:
    """L3: today's values tell outcomes apart better than those of the day of the decision."""
    if column.today is None:
        return None
    now, then = (known_auc(values, leads) for values in (column.today, column.values))
    gain = now.value - then.value
    if gain < 0.05 or gain <= 2.6 * float(np.hypot(now.se, then.se)):
        return None
    return Tell(
        Rule.BETTER_TODAY,
        Weight.PROOF,
        f"Today's values tell outcomes apart better than those known at the decision "
        f"(AUC {now.value:.2f} against {then.value:.2f}).",
    )


def tells_outcome(column: Column, leads: Leads) -> Tell | None:
    """L4: one field alone all but gives the outcome."""
    found = known_auc(column.values, leads)
    if found.value <= 0.95:
        return None
    return Tell(
        Rule.TELLS_OUTCOME,
        Weight.PROOF,
        f"Alone it tells the outcomes apart almost without error (AUC {found.value:.2f}).",
    )


def emptiness(column: Column, leads: Leads) -> Tell | None:
    """L4: whether the field is filled tells the outcome; below that line, a question."""
    known = leads.known
    filled = column.filled[known]
    if min(filled.sum(), (~filled).sum()) < FEWEST:
        return None
    found = auc(filled.astype(np.float64), leads.label[known])
    away = abs(found.value - 0.5)
    label = leads.label[known] == 1
    said = (
        f"{percent(label[filled])} of the leads that have it were good, {percent(label[~filled])} of those "
        f"that lack it (AUC of being filled {found.value:.2f})."
    )
    if away > 0.30:
        return Tell(Rule.EMPTINESS_TELLS, Weight.PROOF, said)
    if away - 1.96 * found.se > 0.10:
        return Tell(Rule.EMPTINESS_SPEAKS, Weight.HINT, said)
    return None


def fades_earlier(column: Column, leads: Leads) -> Tell | None:
    """L5, for information: what the field is worth a week before the decision."""
    if column.earlier is None:
        return None
    now, before = (known_auc(values, leads) for values in (column.values, column.earlier))
    if now.value - before.value < 0.05:
        return None
    return Tell(
        Rule.FADES_EARLIER,
        Weight.NOTE,
        f"A week before the decision it tells less (AUC {before.value:.2f} against {now.value:.2f}).",
    )


def date_after(column: Column, leads: Leads) -> Tell | None:
    """A date that lies after the lead came in and never after the export: a record, not a plan."""
    if leads.decided_at is None or column.values.dtype not in (pl.Date, pl.Datetime("us")):
        return None
    day, came = column.values.cast(pl.Date), leads.decided_at.dt.date()
    filled = day.len() - day.null_count()
    after = int((day > came).sum())
    beyond = int((day > leads.as_of.date()).sum())
    if filled < FEWEST or after < 0.05 * filled or beyond > 0.01 * filled:
        return None
    return Tell(
        Rule.DATE_AFTER,
        Weight.STRONG,
        f"{after:,} of {filled:,} dates lie after the lead came in, and none in the future: "
        "it records what happened later.",
    )


def telling_values(column: Column, leads: Leads) -> Tell | None:
    """Values that almost only good leads have, and that many of them have."""
    known = leads.known
    if column.values.dtype != pl.String or _many(column):
        return None
    codes, names = cells(column.values.filter(pl.Series(known)))
    label = leads.label[known] == 1
    base = label.mean() if label.size else 1.0
    found = [code for code in range(len(names)) if _is_telling(label[codes == code], base)]
    held = float(label[np.isin(codes, found)].sum() / max(label.sum(), 1))
    if held < 0.20:
        return None
    shown = ", ".join(f"“{names[code]}” {percent(label[codes == code])}" for code in found[:3])
    return Tell(
        Rule.TELLING_VALUES,
        Weight.PROOF,
        f"{held:.0%} of all good leads carry a value that hardly any other lead has ({shown} good).",
    )


def _is_telling(label: np.ndarray[tuple[int], np.dtype[np.bool_]], base: float) -> bool:
    if label.size < FEWEST or base > 0.6:
        return False
    return wilson(int(label.sum()), label.size).low > max(0.90, 1 - (1 - base) / 4)


def after_words(column: Column, leads: Leads) -> Tell | None:
    """Values made of words that are written after a contact, in a column that tells outcomes apart."""
    if column.values.dtype != pl.String or _many(column):
        return None
    counts = column.values.drop_nulls().value_counts(name="#n")
    total = int(counts["#n"].sum())
    if total < FEWEST:
        return None
    for says, pattern in _patterns():
        hits = counts.filter(counts[column.values.name].str.contains(pattern))
        share = int(hits["#n"].sum()) / total
        if share < 0.15 or not _matters(column, leads):
            continue
        top = hits.sort("#n", descending=True)[column.values.name].head(3).to_list()
        shown = ", ".join(f"“{value}”" for value in top)
        return Tell(Rule.AFTER_WORDS, Weight.HINT, f"{share:.0%} of its values say {says}: {shown}.")
    return None


def empty_while_open(column: Column, leads: Leads) -> Tell | None:
    """Empty while a lead is in one state, filled once it is in another: it is written on the way."""
    if leads.status is None:
        return None
    frame = pl.DataFrame({"status": leads.status, "filled": column.filled})
    counts = frame.group_by("status").agg(pl.len().alias("n"), pl.col("filled").sum()).drop_nulls()
    if counts.height < 2:
        return None
    rows = counts.filter(pl.col("n") >= FEWEST).sort("n", "status").iter_rows()
    total, every = frame.height, int(column.filled.sum())
    for status, size, filled in rows:
        here, rest = wilson(filled, size), wilson(every - filled, total - size)
        if rest.rate is None or total - size < FEWEST or here.high >= 0.6 * rest.low:
            continue
        return Tell(
            Rule.EMPTY_WHILE_OPEN,
            Weight.HINT,
            f"Filled for {filled:,} of {size:,} leads while they are “{status}”, "
            f"and for {rest.rate:.0%} of the others: it is filled in on the way.",
        )
    return None


def block_in_time(column: Column, _leads: Leads) -> Tell | None:
    """Filled for leads of some weeks and not of others: a field that came or went, or was added in one go."""
    blocks = [float(part.mean()) for part in np.array_split(column.filled, 12) if part.size >= FEWEST]
    if len(blocks) < 12 or max(blocks) - min(blocks) < 0.60:
        return None
    return Tell(
        Rule.BLOCK_IN_TIME,
        Weight.HINT,
        f"Filled for {min(blocks):.0%} of the leads of some weeks and {max(blocks):.0%} of others: "
        "it came, went, or was added afterwards.",
    )


def name_hint(column: Column, _leads: Leads) -> Tell | None:
    """The name of the column speaks of something that is known later."""
    if column.hint is None or _is_identifier(column):
        return None
    return Tell(Rule.NAME, Weight.HINT, f"By its name it is {_article(column.hint)}.")


def _article(hint: str) -> str:
    return {"outcome": "an outcome", "set by sales": "set by sales"}.get(hint, hint)


def known_auc(values: pl.Series, leads: Leads) -> Auc:
    """How well a column alone, its gaps included, tells the known outcomes apart."""
    known = leads.known
    codes, label = cells(values.filter(pl.Series(known)))[0], leads.label[known]
    return auc(cell_scores(codes, label, unknown=True), label)


def _matters(column: Column, leads: Leads) -> bool:
    """Whether the column tells outcomes apart at all; words in a column that tells nothing do no harm."""
    return bool(known_auc(column.values, leads).low > 0.52)


def _is_identifier(column: Column) -> bool:
    """A text that is another one for nearly every lead names the lead and says nothing of it."""
    known = column.values.drop_nulls()
    return known.dtype == pl.String and known.n_unique() > 0.9 * known.len()


def _many(column: Column) -> bool:
    return column.values.drop_nulls().n_unique() > _SHOWN


def percent(label: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> str:
    """The share of good leads in words."""
    return f"{label.mean():.0%}" if label.size else "none"


@cache
def _patterns() -> tuple[tuple[str, str], ...]:
    text = (
        resources.files("plumbline.assurance").joinpath("data", "afterwards.toml").read_text(encoding="utf-8")
    )
    return tuple(
        (table["says"], rf"(?i)\b(?:{'|'.join(map(re.escape, table['words']))})\b")
        for table in tomllib.loads(text).values()
    )
