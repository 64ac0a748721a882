"""What a policy would move, worked out over the leads of the last weeks: read only, nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from plumbline.app.models import Lead, Outcome, Policy, Team
from plumbline.app.services.inputs import events_of, inbox_of, received_frame
from plumbline.app.services.live import live, other_bundle
from plumbline.domain.errors import InvalidPolicyError
from plumbline.domain.intervals import wilson
from plumbline.domain.issues import Severity
from plumbline.domain.words import Route
from plumbline.engines.replay import compare
from plumbline.policy.diff import diff
from plumbline.qualify.bundle import compile_bundle
from plumbline.qualify.examples import ExampleResult, example_issues, run_examples
from plumbline.qualify.path import qualify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from plumbline.domain.intervals import Share
    from plumbline.domain.issues import Issue
    from plumbline.policy.diff import Change
    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.path import Qualified

WEEKS: Final = 12
#: The newest of these weeks' leads are looked at, so that an answer comes within seconds.
MOST: Final = 4_000
_BATCH: Final = 1_000
_PURSUED: Final = frozenset({Route.QUEUE.word, Route.FAST_TRACK.word, Route.REVIEW.word})
_GOOD: Final = frozenset(
    {Outcome.Kind.OPPORTUNITY_CREATED, Outcome.Kind.OPPORTUNITY_ACCEPTED, Outcome.Kind.WON}
)
_BAD: Final = frozenset({Outcome.Kind.REJECTED, Outcome.Kind.LOST})
_SEGMENTS: Final = ("source", "country")
_LEAST: Final = 30


def problems(text: str) -> list[Issue]:
    """Everything the linter says about a text, and examples that come out otherwise."""
    bundle, issues = compile_bundle(text, draw_key=bytes(32))
    return [*issues, *(example_issues(bundle) if bundle else [])]


def examples(text: str) -> tuple[ExampleResult, ...]:
    """The policy's own examples, carried out; none where it cannot be compiled."""
    bundle, _ = compile_bundle(text, draw_key=bytes(32))
    return run_examples(bundle) if bundle else ()


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What differs in meaning between two texts; nothing where one is no policy."""
    old, _ = compile_bundle(before, draw_key=bytes(32))
    new, _ = compile_bundle(after, draw_key=bytes(32))
    return diff(old.policy, new.policy) if old and new else ()


def publishable(text: str) -> None:
    """Refuse a text that could not go live, with every reason (``InvalidPolicyError``)."""
    blocking = [issue for issue in problems(text) if issue.severity is Severity.ERROR]
    if blocking:
        raise InvalidPolicyError(blocking)


def preview(text: str, *, now: datetime) -> dict[str, Any]:
    """What would move, as plain data.

    Both policies decide the same leads as they are known now. ``missed`` are good leads that a policy does
    not pursue, ``wasted`` bad ones that it does, each among the leads whose outcome is known: those were
    worked, so a policy that pursues leads nobody worked is judged on the rest.

    Raises:
        InvalidPolicyError: The text is no policy that could go live.
    """
    publishable(text)
    if not Policy.objects.exists():
        return {"leads": 0, "weeks": WEEKS}
    current = live()
    new = other_bundle(text, current)
    leads = _recent(now)
    old, new = (_weighed(bundle, leads, now) for bundle in (current.bundle, new))
    pairs = list(_pairs(leads, old, new, now))
    if not pairs:
        return {"leads": 0, "weeks": WEEKS}
    found = compare(pairs, old, new, show=30)
    frame = pl.concat(_side_by_side(was, will) for was, will in pairs)
    return {
        "weeks": WEEKS,
        "leads": found.leads,
        "moved": found.moved,
        "flows": [list(flow) for flow in found.flows],
        "bands": [list(flow) for flow in found.bands],
        "causes": [list(cause) for cause in found.causes[:12]],
        "moves": [asdict(move) for move in found.moves],
        "teams": _teams(frame),
        "segments": _segments(leads, frame),
        "errors": _errors(frame),
    }


def _recent(now: datetime) -> list[Lead]:
    since = now - timedelta(weeks=WEEKS)
    rows = Lead.objects.filter(arrived_at__gte=since, erased_at=None, same_as=None)
    return list(rows.order_by("-arrived_at", "-pk")[:MOST])


def _pairs(
    leads: Sequence[Lead], old: Bundle, new: Bundle, now: datetime
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    for at in range(0, len(leads), _BATCH):
        batch = leads[at : at + _BATCH]
        was, will = (_decided(batch, bundle, now) for bundle in (old, new))
        both = was.join(will.select("lead.id"), on="lead.id", how="semi", maintain_order="left")
        yield both, both.select("lead.id").join(will, on="lead.id", how="left", maintain_order="left")


def _weighed(bundle: Bundle, leads: Sequence[Lead], now: datetime) -> Bundle:
    """Both policies weigh unknown answers by the same leads, as a run does: that alone moves nobody."""
    return bundle.with_mix_of(_qualified(leads[:_BATCH], bundle, now).signals) if leads else bundle


def _decided(leads: Sequence[Lead], bundle: Bundle, now: datetime) -> pl.DataFrame:
    return _qualified(leads, bundle, now).decisions


def _qualified(leads: Sequence[Lead], bundle: Bundle, now: datetime) -> Qualified:
    return qualify(
        received_frame(leads),
        bundle=bundle,
        as_of=now,
        events=events_of(leads, bundle, now),
        inbox=inbox_of(leads),
    )


def _side_by_side(was: pl.DataFrame, will: pl.DataFrame) -> pl.DataFrame:
    new = will.select(pl.col("route", "owner").name.prefix("new."))
    return was.select("lead.id", "route", "owner").hstack(new)


def _teams(frame: pl.DataFrame) -> list[list[object]]:
    """Load per team as (team, before, after), of leads that people work."""
    team = _team_by_queue()
    before, after = Counter[str](), Counter[str]()
    for route, owner, new_route, new_owner in frame.drop("lead.id").iter_rows():
        if route in _PURSUED:
            before[team[owner]] += 1
        if new_route in _PURSUED:
            after[team[new_owner]] += 1
    return [[name, before[name], after[name]] for name in sorted(before | after)]


def _team_by_queue() -> Mapping[str, str]:
    """The name of the team that works each queue; the first team works those that none names."""
    teams = list(Team.objects.order_by("pk"))
    first = teams[0].name if teams else "nobody"
    names = {queue: team.name for team in reversed(teams) for queue in team.queues}
    return defaultdict(lambda: first, names)


def _segments(leads: Sequence[Lead], frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Share pursued per source and country under both policies, with intervals; small ones are left out."""
    routes = {row["lead.id"]: (row["route"], row["new.route"]) for row in frame.iter_rows(named=True)}
    lines = []
    for name in _SEGMENTS:
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for lead in leads:
            if lead.key in routes:
                groups[getattr(lead, name) or "not known"].append(routes[lead.key])
        for value, both in sorted(groups.items(), key=lambda item: -len(item[1])):
            if len(both) >= _LEAST:
                was, will = (_share(sum(pair[at] in _PURSUED for pair in both), len(both)) for at in (0, 1))
                lines.append({"by": name, "value": value, "leads": len(both), "before": was, "after": will})
    return lines


def _errors(frame: pl.DataFrame) -> dict[str, Any]:
    """Missed good leads and wasted bad ones under both policies, among leads whose outcome is known."""
    kinds: dict[str, set[str]] = defaultdict(set)
    known = Outcome.objects.filter(lead__key__in=frame["lead.id"].to_list(), kind__in=_GOOD | _BAD)
    for key, kind in known.values_list("lead__key", "kind"):
        kinds[key].add(kind)
    rows = [row for row in frame.iter_rows(named=True) if row["lead.id"] in kinds]
    good = [row for row in rows if kinds[row["lead.id"]] & _GOOD]
    bad = [row for row in rows if not kinds[row["lead.id"]] & _GOOD]
    return {
        "known": len(rows),
        "missed": [_missed(good, "route"), _missed(good, "new.route")],
        "wasted": [_wasted(bad, "route"), _wasted(bad, "new.route")],
    }


def _missed(good: Sequence[Mapping[str, Any]], column: str) -> dict[str, Any]:
    return _share(sum(row[column] not in _PURSUED for row in good), len(good))


def _wasted(bad: Sequence[Mapping[str, Any]], column: str) -> dict[str, Any]:
    return _share(sum(row[column] in _PURSUED for row in bad), len(bad))


def _share(hits: int, of: int) -> dict[str, Any]:
    share: Share = wilson(hits, of)
    return {"hits": hits, "of": of, "low": share.low, "high": share.high}
