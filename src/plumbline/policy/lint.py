"""All problems of a readable policy at once. A check goes from a draft to issues; add it to ``CHECKS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plumbline.domain.issues import Issue
    from plumbline.policy.draft import Draft

    Check = Callable[[Draft], Iterable[Issue]]

CHECKS: Final[tuple[Check, ...]] = ()


def lint(draft: Draft) -> list[Issue]:
    """Every problem of a draft: those met while reading its conditions, then those of each check."""
    return [*draft.issues, *(issue for check in CHECKS for issue in check(draft))]
