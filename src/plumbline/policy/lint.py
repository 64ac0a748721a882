"""All problems of a readable policy at once. A check goes from a draft to issues; add it to ``CHECKS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.policy import lineage
from plumbline.policy.checks import people, rest, rules, scoring, signals, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plumbline.domain.issues import Issue
    from plumbline.policy.draft import Draft

    Check = Callable[[Draft], Iterable[Issue]]

CHECKS: Final[tuple[Check, ...]] = (
    signals.reserved_names,
    signals.sources,
    signals.kinds,
    signals.measures,
    signals.settings,
    signals.circles,
    signals.unused,
    text.confidences,
    lineage.purposes,
    lineage.fields,
    lineage.bases,
    scoring.entries,
    scoring.missing,
    scoring.caps,
    scoring.cut_offs,
    people.bands_have_routes,
    people.routes_fall,
    people.routes_have_owners,
    people.owner_typos,
    rules.ids,
    rules.effects,
    rules.never_fire,
    rules.shadowed,
    rules.missing,
    rules.questions,
    text.grounds,
    rest.asks,
    rest.actions,
    rest.disqualify,
    rest.draws,
    rest.examples,
)


def lint(draft: Draft) -> list[Issue]:
    """Every problem of a draft: those met while reading its conditions, then those of each check."""
    return [*draft.issues, *(issue for check in CHECKS for issue in check(draft))]
