"""A scorecard from the points that people write into the policy file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from plumbline.domain.issues import Severity
from plumbline.domain.signals import COMPLETENESS, SignalSpec
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard.checks import MAX_POINTS, cap_problems, check
from plumbline.scorecard.model import Cap, Scorecard, SignalBins, Term
from plumbline.scorecard.problems import Problem, problem, remark
from plumbline.scorecard.ranges import Cuts, NotContiguousError, Range, arrange, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from plumbline.domain.issues import Issue

#: Words that are no label: what an unknown value gets, and what every value not named gets.
MISSING_WORD: Final = "missing"
OTHER_WORD: Final = "other"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the file: its place, the bin as text and its points."""

    at: str
    bin: str
    points: int


@dataclass(frozen=True, slots=True)
class _Part:
    signal: SignalBins
    term: Term


def written(
    points: Mapping[str, Mapping[str, int]],
    specs: Mapping[str, SignalSpec],
    *,
    caps: Sequence[Cap] = (),
    base: int = 0,
    name: str,
) -> tuple[Scorecard | None, list[Issue]]:
    """The card that ``scorecard:`` of a policy describes, and all problems of it.

    Without an issue of severity error there is a card; warnings may stand beside it. Paths are
    ``scorecard.<signal>.<bin>`` and ``caps.<id>``. See ``ranges`` for how bins of numbers are written; text
    bins are labels, ``a | b`` for a group, ``other`` for labels not named; flags are ``yes`` and ``no``. A
    term is called as its signal, so caps name signals.
    """
    issues: list[Issue] = []
    parts = [_part(signal, bins, specs, issues) for signal, bins in points.items()]
    dimensions = {
        spec.name: spec.dimension or Dimension.FIT for spec in specs.values() if spec.name in points
    }
    issues += cap_problems(caps, dimensions)
    if _blocked(issues):
        return None, issues
    sound = [part for part in parts if part is not None]
    signals, terms = tuple(part.signal for part in sound), tuple(part.term for part in sound)
    card = Scorecard(name=name, signals=signals, terms=terms, caps=tuple(caps), base=base)
    issues += check(card)
    return (None if _blocked(issues) else card), issues


def _blocked(issues: Iterable[Issue]) -> bool:
    return any(issue.severity is Severity.ERROR for issue in issues)


def _part(
    signal: str, bins: Mapping[str, int], specs: Mapping[str, SignalSpec], issues: list[Issue]
) -> _Part | None:
    at = f"scorecard.{signal}"
    spec = specs.get(signal)
    if spec is None:
        issues.append(problem(Problem.UNKNOWN_SIGNAL, _unknown(signal, specs), at))
        return None
    found = list(_unscorable(spec, bins, at))
    entries = [_Entry(f"{at}.{_word(key)}", _word(key), value) for key, value in bins.items()]
    found += chain.from_iterable(_bad_points(entry.at, entry.points) for entry in entries)
    made = None if found else _bins(spec, entries, at, found)
    issues += found
    return made


def _unknown(signal: str, specs: Mapping[str, SignalSpec]) -> str:
    close = difflib.get_close_matches(signal, specs, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    return f"'{signal}' is not a declared signal{hint}"


def _unscorable(spec: SignalSpec, bins: Mapping[str, int], at: str) -> Iterable[Issue]:
    if spec.kind is Kind.DATE:
        yield problem(Problem.DATE_SIGNAL, "a date has no points; score its age with measure: age_days", at)
    if spec.dimension is None:
        yield problem(Problem.NO_DIMENSION, "say whether it speaks about fit, intent or readiness", at)
    if not bins:
        yield problem(Problem.NO_BINS, "give points to at least one bin", at)


def _word(key: object) -> str:
    """A key as text: YAML hands over ``yes`` as a boolean and ``0`` as a number."""
    if isinstance(key, bool):
        return "yes" if key else "no"
    return " ".join(str(key).split())


def _bad_points(at: str, points: object) -> Iterable[Issue]:
    if not isinstance(points, int) or isinstance(points, bool):
        yield problem(Problem.POINTS, f"points are whole numbers, not {points!r:.40}", at)
    elif abs(points) > MAX_POINTS:
        yield problem(Problem.POINTS, f"points lie between -{MAX_POINTS} and {MAX_POINTS}", at)


def _bins(spec: SignalSpec, entries: Sequence[_Entry], at: str, issues: list[Issue]) -> _Part | None:
    before = len(issues)
    issues += _twice(entries)
    missing = _special_word(entries, MISSING_WORD)
    if missing and spec.source != COMPLETENESS:
        message = "unknown is not bad: missing gets 0 points; score completeness instead"
        issues.append(problem(Problem.MISSING_POINTS, message, f"{at}.{MISSING_WORD}"))
    known = [entry for entry in entries if entry.bin not in {MISSING_WORD, OTHER_WORD}]
    if not known:
        issues.append(
            problem(Problem.NO_BINS, "give points to at least one bin besides missing and other", at)
        )
        return None
    make = {Kind.NUMBER: _numbers, Kind.TEXT: _texts, Kind.FLAG: _flags}[spec.kind]
    signal, points = make(spec, known, entries, issues)
    if _blocked(issues[before:]):
        return None
    table = (missing, *points, _special_word(entries, OTHER_WORD))
    dimension = spec.dimension or Dimension.FIT
    return _Part(signal, Term(spec.name, spec.label, dimension, (spec.name,), table))


def _twice(entries: Sequence[_Entry]) -> Iterable[Issue]:
    for place, entry in enumerate(entries):
        if entry.bin in {earlier.bin for earlier in entries[:place]}:
            yield problem(Problem.BIN_TWICE, f"'{entry.bin}' is written twice", entry.at)


def _special_word(entries: Sequence[_Entry], word: str) -> int:
    return next((entry.points for entry in entries if entry.bin == word), 0)


def _numbers(
    spec: SignalSpec, known: Sequence[_Entry], entries: Sequence[_Entry], issues: list[Issue]
) -> tuple[SignalBins, tuple[int, ...]]:
    at = f"scorecard.{spec.name}"
    parsed = [(entry, parse(entry.bin)) for entry in known]
    for entry, range_ in parsed:
        if range_ is None:
            message = f"'{entry.bin}' is no bin of numbers; write '< 50', '50 to 249', '>= 250' or a number"
            issues.append(problem(Problem.BIN_UNREADABLE, message, entry.at))
    points = {range_: entry.points for entry, range_ in parsed if range_ is not None}
    if len(points) < len(parsed):
        return _signal(spec, ()), ()
    cuts, misfits = arrange(list(points))
    issues += [_misfit(error, at) for error in misfits]
    if not any(entry.bin == OTHER_WORD for entry in entries):
        issues += _open_ends(cuts, at)
    bins = (*cuts.ranges, *cuts.specials)
    return _signal(spec, tuple(bin_.text for bin_ in bins), cuts), tuple(points[bin_] for bin_ in bins)


def _signal(
    spec: SignalSpec,
    labels: tuple[str, ...],
    cuts: Cuts | None = None,
    groups: tuple[tuple[str, ...], ...] = (),
) -> SignalBins:
    return SignalBins(
        name=spec.name,
        kind=spec.kind,
        label=spec.label,
        labels=labels,
        cuts=cuts.cuts if cuts else (),
        specials=tuple(float(special.low) for special in cuts.specials) if cuts else (),
        low=cuts.low if cuts else None,
        high=cuts.high if cuts else None,
        groups=groups,
        completeness=spec.source == COMPLETENESS,
    )


def _misfit(error: NotContiguousError, at: str) -> Issue:
    return problem(Problem.BINS_OVERLAP if error.overlap else Problem.BINS_GAP, str(error), at)


def _open_ends(cuts: Cuts, at: str) -> Iterable[Issue]:
    # Counts, ages and shares begin at 0: no need to say that nothing lies below.
    if cuts.low is not None and cuts.low != 0:
        first = cuts.ranges[0]
        yield remark(Problem.BINS_OPEN, _outside("below", first), f"{at}.{first.text}")
    if cuts.high is not None:
        last = cuts.ranges[-1]
        yield remark(Problem.BINS_OPEN, _outside("above", last), f"{at}.{last.text}")


def _outside(where: str, bin_: Range) -> str:
    sign = "<" if where == "below" else ">="
    return f"numbers {where} '{bin_.text}' get 0 points; write '{sign} ...', or `other` to say so"


def _texts(
    spec: SignalSpec, known: Sequence[_Entry], _entries: Sequence[_Entry], issues: list[Issue]
) -> tuple[SignalBins, tuple[int, ...]]:
    groups = [tuple(label.strip() for label in entry.bin.split("|")) for entry in known]
    seen: set[str] = set()
    for entry, group in zip(known, groups, strict=True):
        for label in group:
            if not label or label in {MISSING_WORD, OTHER_WORD}:
                message = "a group holds labels with | between them; 'missing' and 'other' stand alone"
                issues.append(problem(Problem.BIN_UNREADABLE, message, entry.at))
            elif label in seen:
                issues.append(problem(Problem.LABEL_TWICE, f"'{label}' stands in two bins", entry.at))
            seen.add(label)
    labels = tuple(" | ".join(group) for group in groups)
    return _signal(spec, labels, groups=tuple(groups)), tuple(entry.points for entry in known)


def _flags(
    spec: SignalSpec, known: Sequence[_Entry], _entries: Sequence[_Entry], issues: list[Issue]
) -> tuple[SignalBins, tuple[int, ...]]:
    points = {_FLAG_WORDS.get(entry.bin.lower(), entry.bin): entry for entry in known}
    for word, entry in points.items():
        if word not in {"no", "yes"}:
            issues.append(problem(Problem.BIN_UNREADABLE, "a flag has the bins 'yes' and 'no'", entry.at))
    table = tuple(points[word].points if word in points else 0 for word in ("no", "yes"))
    return _signal(spec, ("no", "yes")), table


_FLAG_WORDS: Final = {"true": "yes", "false": "no", "yes": "yes", "no": "no"}
