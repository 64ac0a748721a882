"""The laws that deciding keeps, over random policies and leads; each is shown to fail when it is broken."""

from __future__ import annotations

import importlib
import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers_policy import KEY, batch, compiled, errors_of, rule, scored, small
from plumbline.domain.words import Route, Stream
from plumbline.policy import decide, trace
from plumbline.policy import lint as lint_room
from plumbline.policy.checks import people, rest
from plumbline.policy.draws import draw_numbers
from plumbline.policy.leads import HIT, UNKNOWN
from plumbline.policy.ways import find_ways

#: The module: its name in the package is the function.
DECIDING = importlib.import_module("plumbline.policy.decide")
#: Every example compiles a policy of its own.
heavy = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NO_LOTS = {"audit": 0, "explore": 0, "holdout": 0, "blind": 0, "probe": 0}
CONDITIONS = [
    "size >= 60",
    "size < 60 AND tier = 'strategic'",
    "tier IN ('strategic', 'partner')",
    "mail = 'disposable' AND band = 'D'",
    "mail <> 'business' OR soon",
    "NOT soon AND points < 30",
    "large AND band IN ('B', 'C')",
    "size IS NULL AND soon",
    "readiness_level = 'high' AND tier <> 'none'",
    "fit >= 20 AND intent < 10",
]
ROUTES = ["review", "fast_track", "queue", "nurture"]
ACTIONS = {"meeting": {"bands": ["A"]}, "partner": {"when": "tier = 'partner'", "owner": "pat"}}
FIELDS: dict[str, list[Any]] = {
    "size": [10.0, 60.0, 500.0],
    "tier": ["strategic", "partner", "none"],
    "mail": ["business", "disposable"],
    "soon": [True, False],
}


@st.composite
def rules_of(draw: Any, unknown: tuple[str, ...] = ("review", "ask", "miss")) -> list[dict[str, Any]]:
    drawn = draw(st.lists(st.sampled_from(CONDITIONS), max_size=6))
    rules = []
    for at, when in enumerate(drawn):
        effect: dict[str, Any] = draw(
            st.one_of(
                st.fixed_dictionaries(
                    {"route": st.sampled_from(ROUTES)},
                    optional={"owner": st.sampled_from(["ann", "zoe"]), "action": st.just("meeting")},
                ),
                st.fixed_dictionaries({"owner": st.sampled_from(["ann", "zoe"])}),
                st.just({"propose": "disqualify"}),
            )
        )
        if effect.get("propose") and "IS NULL" in when:
            effect = {"route": "review"}
        rules.append(rule(when, **effect, if_unknown=draw(st.sampled_from(unknown))) | {"id": f"r{at}"})
    return rules


@st.composite
def policies(draw: Any, **options: Any) -> Any:
    bands = sorted(draw(st.sets(st.integers(-40, 60), min_size=3, max_size=3)), reverse=True)
    routes = draw(st.lists(st.sampled_from(ROUTES), min_size=4, max_size=4))
    material, then = draw(st.sampled_from([0.05, 0.25, 1.0])), draw(st.sampled_from(["ask", "review"]))
    return compiled(
        small(
            rules=draw(rules_of(**options)),
            bands=dict(zip("ABC", bands, strict=True)),
            routes=dict(zip("ABCD", routes, strict=True)),
            unknowns={"material": material, "then": then},
            actions=draw(st.sampled_from([{}, ACTIONS])),
            draws=draw(st.sampled_from([NO_LOTS, {"explore": 0.5, "audit": 0.5, "holdout": 0.5}])),
        )
    )


def signals_of(lead: dict[str, Any]) -> dict[str, Any]:
    return lead | {"large": None if lead["size"] is None else lead["size"] >= 100}


known_leads = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELDS.items()})
leads = st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in FIELDS.items()})
extras = st.fixed_dictionaries(
    {
        "objected": st.sampled_from([False, False, False, True, None]),
        "account": st.sampled_from(["acme", "bolt", None]),
        "unreadable": st.sampled_from([[], [], ["size"], ["mail", "tier"]]),
    }
)
batches = st.lists(st.tuples(leads, extras), max_size=12)


def frame_of(policy: Any, rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> pl.DataFrame:
    return batch(policy, *(scored(policy, signals_of(lead)) | extra for lead, extra in rows))


# Law 1: no lead disappears


def lost(policy: Any, frame: pl.DataFrame) -> list[Any]:
    """Leads without exactly one known route and an owner."""
    decided = decide(frame, policy, draw_key=KEY)
    assert decided["lead.id"].to_list() == frame["lead.id"].to_list()
    known = {route.word for route in Route}
    return [row for row in decided.iter_rows(named=True) if row["route"] not in known or not row["owner"]]


@heavy
@given(policies(), batches)
def test_every_lead_has_exactly_one_route_with_an_owner(policy, rows):
    assert lost(policy, frame_of(policy, rows)) == []


@pytest.mark.parametrize("word", ["review", "fast_track", "queue", "nurture", "objection"])
def test_without_the_owner_check_a_lead_would_be_lost(word, monkeypatch):
    """Negative control: a policy compiled without the check on owners loses a lead."""
    data = small()
    del data["owners"][word]
    assert "route_without_owner" in errors_of(data)
    kept = tuple(check for check in lint_room.CHECKS if check is not people.routes_have_owners)
    monkeypatch.setattr(lint_room, "CHECKS", kept)
    policy = compiled(data)
    known = {"mail": "x", "size": 1.0, "soon": True, "tier": "none"}
    rows = [{"band": band} for band in "ABCD"] + [{"objected": True}, {"mail": "disposable", "band": "D"}]
    assert lost(policy, batch(policy, *(known | row for row in rows)))


# Law 2: unknown is not bad


def silently_lowered(policy: Any, lead: dict[str, Any], field: str) -> bool:
    """Whether the route falls when a field is taken away, and nobody is told or asked."""
    pair = [scored(policy, signals_of(one)) for one in (lead, lead | {field: None})]
    before, after = decide(batch(policy, *pair), policy, draw_key=KEY).iter_rows(named=True)
    if Route.of(after["intended_route"]) >= Route.of(before["intended_route"]):
        return False
    acted = after["questions"] or after["route"] == "review"
    material = pair[1]["band_change"] >= policy.unknowns.material
    return not acted if material else not acted and after["confidence"] == 10_000


@heavy
@given(policies(unknown=("review", "ask")), known_leads, st.sampled_from(list(FIELDS)))
def test_a_missing_field_never_lowers_a_route_unseen(policy, lead, field):
    assert not silently_lowered(policy, lead, field)


def all_leads() -> list[dict[str, Any]]:
    return [dict(zip(FIELDS, values, strict=True)) for values in itertools.product(*FIELDS.values())]


def test_the_law_fails_when_open_rules_are_taken_for_misses(monkeypatch):
    """Negative control: rules that nobody can answer are passed over."""
    policy = compiled(small(draws=NO_LOTS))
    lead = {"size": 10.0, "tier": "strategic", "mail": "business", "soon": False}
    assert not silently_lowered(policy, lead, "tier")
    monkeypatch.setattr(
        "plumbline.policy.ways._would_matter", lambda plan, unknown, *_: np.zeros_like(unknown)
    )
    assert silently_lowered(policy, lead, "tier")


def test_the_law_fails_when_an_unsure_band_is_kept_quiet(monkeypatch):
    """Negative control: the chance of another band is not looked at."""
    policy = compiled(small(rules=[], draws=NO_LOTS))
    assert not any(silently_lowered(policy, lead, field) for lead in all_leads() for field in FIELDS)
    monkeypatch.setattr("plumbline.policy.ways._unsure", lambda plan, frame: np.zeros(frame.height, np.bool_))
    assert any(silently_lowered(policy, lead, field) for lead in all_leads() for field in FIELDS)


def test_the_law_fails_for_a_rule_that_asks_whether_a_field_is_there(monkeypatch):
    """Negative control: what the linter refuses would break the law."""
    data = small(rules=[rule("tier IS NOT NULL")], draws=NO_LOTS)
    assert "rule_hides_missing" in errors_of(data)
    kept = tuple(check for check in lint_room.CHECKS if check.__name__ != "missing")
    monkeypatch.setattr(lint_room, "CHECKS", kept)
    policy = compiled(data)
    lead = {"size": 500.0, "tier": "none", "mail": "business", "soon": True}
    assert silently_lowered(policy, lead, "tier")


@heavy
@given(policies(unknown=("review", "ask")), batches)
def test_an_open_rule_passed_over_could_have_changed_nothing(policy, rows):
    """What is immaterial would decide the same had it fired."""
    frame = frame_of(policy, [(lead, extra | {"objected": False}) for lead, extra in rows])
    decision = ["intended_route", "action", "owner", "proposes"]
    plain, ways = decided_with(policy, frame)
    for at in range(len(policy.rules)):
        forced, _ = decided_with(policy, frame, fire=at)
        passed_over = (plain["rules"].str.slice(at, 1) == "?").to_numpy() & ~ways.open[at]
        kept = pl.Series(passed_over)
        assert plain.select(decision).filter(kept).equals(forced.select(decision).filter(kept))


def decided_with(policy: Any, frame: pl.DataFrame, fire: int | None = None) -> Any:
    """The decisions and what they were made from; optionally with an open rule taken as fired."""
    seen = []

    def spy(plan: Any, known: pl.DataFrame, outcomes: Any) -> Any:
        if fire is not None:
            outcomes[fire][outcomes[fire] == UNKNOWN] = HIT
        seen.append(find_ways(plan, known, outcomes))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DECIDING, "find_ways", spy)
        return decide(frame, policy, draw_key=KEY), seen[0]


# Law 7: an objection ends profiling

PROFILE = ["rules", "confidence", "fit_level", "intent_level", "readiness_level"]
PROFILE += ["proposes", "proposed_by", "arm"]
PROFILE += [f"{what}.{stream}" for what in ("draw", "pi") for stream in Stream]


def profiled(decided: pl.DataFrame, frame: pl.DataFrame) -> list[str]:
    """Columns that hold something about a person who objected."""
    objectors = decided.filter(frame["objected"].fill_null(value=False))
    return [name for name in PROFILE if objectors[name].null_count() < objectors.height]


@heavy
@given(policies(), batches)
def test_an_objector_is_neither_scored_nor_ruled_nor_drawn_and_still_has_somebody(policy, rows):
    frame = frame_of(policy, rows)
    decided = decide(frame, policy, draw_key=KEY)
    assert profiled(decided, frame) == []
    objectors = decided.filter(frame["objected"].fill_null(value=False))
    assert set(objectors["owner"]) <= {"privacy"}
    assert set(objectors["route"]) <= {"queue"}
    assert set(objectors["decided_by"]) <= {"objection"}


def test_nothing_is_even_computed_for_objectors(monkeypatch):
    policy = compiled(small())
    seen: list[str] = []

    def spy(found: pl.Series, *rest: Any) -> Any:
        seen.extend(found.to_list())
        return draw_numbers(found, *rest)

    monkeypatch.setattr(DECIDING, "draw_numbers", spy)
    decide(batch(policy, {"lead.id": "yes", "objected": True}, {"lead.id": "no"}), policy, draw_key=KEY)
    assert seen == ["no"]


def test_the_law_fails_when_the_objection_is_overlooked():
    """Negative control: the flag is lost on the way."""
    policy = compiled(small())
    frame = batch(policy, {"objected": True})
    overlooked = decide(frame.with_columns(objected=pl.lit(value=False)), policy, draw_key=KEY)
    assert profiled(decide(frame, policy, draw_key=KEY), frame) == []
    assert "confidence" in profiled(overlooked, frame)
    assert "draw.holdout" in profiled(overlooked, frame)


# Law 9: disqualification is never automatic


def acts_on_its_own(policy: Any, frame: pl.DataFrame) -> bool:
    decided = decide(frame, policy, draw_key=KEY).filter(pl.col("action") == "propose_disqualify")
    return "act" in decided["autonomy"].to_list()


@heavy
@given(policies(), batches)
def test_a_proposal_always_waits_for_a_person(policy, rows):
    frame = frame_of(policy, rows)
    assert not acts_on_its_own(policy, frame)
    proposed = decide(frame, policy, draw_key=KEY).filter(pl.col("proposes").is_not_null())
    assert set(proposed["intended_route"]) <= {"review"}


def test_without_the_check_a_proposal_would_act(monkeypatch):
    """Negative control."""
    data = small(autonomy={"disqualify": "act"})
    assert errors_of(data) == {"disqualify_acts"}
    kept = tuple(check for check in lint_room.CHECKS if check is not rest.disqualify)
    monkeypatch.setattr(lint_room, "CHECKS", kept)
    policy = compiled(data)
    assert acts_on_its_own(policy, batch(policy, {"mail": "disposable", "band": "D"}))


# Law 10: chance is logged


def unlogged(decided: pl.DataFrame) -> list[Stream]:
    """Streams with a draw whose chance is not written, or a chance without a draw."""
    return [
        stream
        for stream in Stream
        if not (decided[f"draw.{stream}"].is_null() == decided[f"pi.{stream}"].is_null()).all()
    ]


@heavy
@given(policies(), batches)
def test_the_chance_of_every_draw_is_written_with_the_decision(policy, rows):
    frame = frame_of(policy, rows)
    decided = decide(frame, policy, draw_key=KEY)
    assert unlogged(decided) == []
    in_frame = decided.filter(pl.col("decided_by") != "objection")
    nurture = pl.col("intended_route") == "nurture"
    for stream in Stream:
        narrow = stream in (Stream.AUDIT, Stream.EXPLORE)
        held = in_frame.filter(nurture if narrow else pl.lit(value=True))
        assert held[f"pi.{stream}"].unique().to_list() in ([], [policy.draws[stream]])
        left_out = in_frame.filter(~nurture if narrow else pl.lit(value=False))
        assert left_out[f"pi.{stream}"].null_count() == left_out.height


def test_the_law_fails_when_a_chance_is_not_written():
    """Negative control."""
    policy = compiled(small())
    lead = {"band": "D", "tier": "none", "mail": "business"}
    decided = decide(batch(policy, lead), policy, draw_key=KEY)
    assert unlogged(decided) == []
    assert unlogged(decided.with_columns(pl.lit(None).alias("pi.audit"))) == [Stream.AUDIT]


# The trace tells what decide did


@heavy
@given(policies(), leads, extras)
def test_the_trace_of_a_lead_agrees_with_its_letters(policy, lead, extra):
    row = scored(policy, signals_of(lead)) | extra | {"objected": False}
    letters = decide(batch(policy, row), policy, draw_key=KEY)["rules"][0]
    told = trace(row, policy, unreadable=extra["unreadable"])
    assert "".join(one.outcome.value for one in told) == letters
