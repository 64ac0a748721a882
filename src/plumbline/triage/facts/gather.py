"""What is known about one lead: what the file says and providers add. Nobody who objected is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.triage.facts.fact import CRM, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from plumbline.triage.facts.fact import Known, Provider

#: Fields of the file that become facts, and the days they are believed. Judgement, not measured.
TOLD: Final[dict[str, int | None]] = {
    "account.name": 3 * 365,
    "account.website": 3 * 365,
    "account.country": 3 * 365,
    "account.region": 3 * 365,
    "account.city": 3 * 365,
    "account.industry": 3 * 365,
    "account.employees": 365,
    "account.revenue": 365,
    "contact.title": 365,
    "contact.email": 2 * 365,
    "contact.phone": 2 * 365,
}
_METHOD: Final = "as received"
_LICENCE: Final = "your own data"


def gather(
    known: Known,
    providers: Iterable[Provider],
    *,
    today: date,
    objected: bool = False,
    kept: Iterable[Fact] = (),
) -> tuple[Fact, ...]:
    """Every fact about a lead, those that contradict each other too; the same statement once.

    Args:
        known: what the leads' own file says.
        providers: asked in order, each for the fields it needs and no other.
        today: the day of asking.
        objected: whether the person objected to profiling. Then nobody is asked, and nothing is told (law 7).
        kept: facts of earlier days.
    """
    if objected:
        return ()
    own = (
        Fact(name, value, CRM, _METHOD, known.as_of, _LICENCE, TOLD[name])
        for name, value in known.values.items()
        if name in TOLD
    )
    given = (fact for one in providers for fact in one.facts(known.only(one.needs), today))
    return tuple(dict.fromkeys([*own, *given, *kept]))
