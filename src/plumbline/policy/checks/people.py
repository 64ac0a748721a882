"""Does every lead have a route, and every route somebody?"""

from __future__ import annotations

import difflib
from itertools import pairwise
from typing import TYPE_CHECKING

from plumbline.domain.words import Band, Route
from plumbline.policy.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.domain.issues import Issue
    from plumbline.policy.draft import Draft


def bands_have_routes(draft: Draft) -> Iterator[Issue]:
    """A band without a route would leave its leads nowhere (law 1)."""
    for band in Band:
        if getattr(draft.file.routes, band.value) is None:
            message = f"leads of band {band} have no route"
            yield draft.error(Code.BAND_WITHOUT_ROUTE, message, "routes", band.value)


def routes_fall(draft: Draft) -> Iterator[Issue]:
    """Better bands usually get more attention."""
    for better, worse in pairwise(Band):
        up, down = getattr(draft.file.routes, better.value), getattr(draft.file.routes, worse.value)
        if up and down and Route.of(up) < Route.of(down):
            message = f"band {worse} ({down}) gets more attention than band {better} ({up})"
            yield draft.warning(Code.ROUTES_OUT_OF_ORDER, message, "routes", worse.value)


def routes_have_owners(draft: Draft) -> Iterator[Issue]:
    """Nothing waits unowned (law 1). Review and objection are always possible."""
    owners = draft.file.owners
    for word in (*sorted(_reachable(draft), reverse=True), "objection"):
        if getattr(owners, word) is None:
            yield draft.error(Code.ROUTE_WITHOUT_OWNER, f"'{word}' has no owner", "owners", word)


def _reachable(draft: Draft) -> set[str]:
    """Routes that some lead can get."""
    file = draft.file
    by_band = {getattr(file.routes, band.value) for band in Band} - {None}
    by_rule = {rule.route for rule in file.rules if rule.route}
    by_lot = {Route.QUEUE.word} if file.draws.explore else set()
    return {str(word) for word in by_band | by_rule | by_lot} | {Route.REVIEW.word}


def owner_typos(draft: Draft) -> Iterator[Issue]:
    """An owner that is nearly called like another one is probably the other one."""
    routes = [name for name in draft.file.owners.model_dump().values() if name]
    named = [(f"rules.{at}", rule.owner) for at, rule in enumerate(draft.file.rules) if rule.owner]
    known = list(dict.fromkeys([*routes, *(owner for _, owner in named)]))
    for at, rule in enumerate(draft.file.rules):
        yield from _typo(draft, rule.owner, known, "rules", at, "owner")
    for word, part in (("partner", draft.file.actions.partner), ("meeting", draft.file.actions.meeting)):
        yield from _typo(draft, part.owner if part else None, known, "actions", word, "owner")


def _typo(draft: Draft, owner: str | None, known: list[str], *path: str | int) -> Iterator[Issue]:
    others = known[: known.index(owner)] if owner in known else known
    near = difflib.get_close_matches(owner or "", others, n=1, cutoff=0.85)
    if owner and near:
        message = f"'{owner}' is nearly '{near[0]}'; if they are one, write one name"
        yield draft.warning(Code.OWNER_TYPO, message, *path)
