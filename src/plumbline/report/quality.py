"""Words and shapes for the data-quality report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from plumbline.report import words
from plumbline.report.html import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.assurance.quality import Lost, Measure, Quality

#: The dimensions in the order a person asks, and what each asks.
DIMENSIONS: Final = {
    "completeness": ("Complete", "Which cells have no value?"),
    "validity": ("Valid", "What cannot be read as what it should be?"),
    "consistency": ("Consistent", "What contradicts something else?"),
    "freshness": ("Fresh", "What is old, or has a date that cannot be?"),
    "duplicates": ("Repeated", "What came more than once?"),
}
_MONTHS: Final = 24


def quality_html(report: Quality) -> str:
    """The report as one file without scripts."""
    months = [replace(line, name=month(line.name)) for line in report.months[-_MONTHS:]]
    said = {"statement": statement(report), "alike": alike(report), "lost": lost, "first_rows": first_rows}
    sections = tuple(shown(report))
    return page("quality.html", styles=("style.css",), q=report, sections=sections, months=months, **said)


def statement(report: Quality) -> str:
    """The report in a sentence."""
    rows = f"{words.count(report.read, 'row')} read, {words.whole(report.accepted)} accepted"
    filled = sum(one.share * one.rows for one in report.segments) / max(report.accepted, 1)
    refused = f", {words.whole(report.rejected)} refused" if report.rejected else ""
    return f"{rows}{refused}. {words.share(round(filled * 1000), 1000)} of the cells have a value."


def first_rows(measure: Measure) -> str:
    """The first rows behind a number, with what stands there."""
    rows = ", ".join(words.whole(row) for row in measure.rows)
    more = f" {words.ELLIPSIS}" if measure.share.hits > len(measure.rows) else ""
    values = "; ".join(words.clip(value, 40) for value in measure.values[:3])
    return f"row {rows}{more}" + (f": {values}" if values else "")


def alike(report: Quality) -> str:
    """What leads that nothing tells apart have in common, in sentences; empty without any."""
    found = report.alike
    if found is None:
        return ""
    own, others = (words.share(round(1000 * part), 1000) for part in found.filled)
    said = (
        f"{words.count(found.rows, 'lead')} cannot be told from an earlier one: the same content in every "
        f"mapped column, and no name, address or number that says who it is. They have a value in {own} of "
        f"the cells, the others in {others}. They are kept: strangers may leave the same boxes empty."
    )
    fields = [
        f"{one.column} ({words.share(round(1000 * one.alike), 1000)} have it, of the others "
        f"{words.share(round(1000 * one.others), 1000)})"
        for one in found.emptier
    ]
    return f"{said} Emptiest beside the others: {'; '.join(fields)}." if fields else said


def lost(line: Lost) -> str:
    """What stopped coming, and since when."""
    what = f"{line.column} from {line.segment}" if line.column else line.segment
    return f"{what}: {line.words} (since {month(line.since.isoformat())})"


def suspicion(report: Quality) -> str:
    """What was looked at for nonsense; a flag is a signal, never a verdict."""
    return (
        f"What looks like nonsense, a test or a slip, among the first {words.count(report.suspected, 'row')}?"
    )


def month(name: str) -> str:
    """``2025-02-01`` as February 2025."""
    return " ".join(words.moment(name[:10]).split(" ")[1:]) or name


def shown(report: Quality) -> Iterator[tuple[str, str, tuple[Measure, ...]]]:
    """The dimensions with their measures; one without findings too."""
    for name, (title, question) in DIMENSIONS.items():
        yield title, question, report.of(name)
    yield "Suspicious", suspicion(report), report.suspects
