"""Every check of the linter, each with a policy that it must catch; sound policies pass without a word."""

from __future__ import annotations

import copy
import functools
from typing import Any

import pytest

from helpers_policy import STARTER, codes_of, compiled, errors_of, issues_of, rule, small, text_of
from plumbline.domain.issues import Severity
from plumbline.policy import compile_policy
from plumbline.policy.codes import EXPLANATIONS, Code
from plumbline.policy.draft import Draft, draft_of
from plumbline.policy.lint import CHECKS, lint
from plumbline.policy.shape import read_shape
from plumbline.policy.source import read_source

STARTER_TEXT = STARTER.read_text(encoding="utf-8")


def with_signal(name: str = "extra_one", **signal: Any) -> dict[str, Any]:
    """The small policy with one more signal, or one changed."""
    data = small()
    data["signals"].setdefault(name, {"purposes": ["prioritise"], "dimension": "fit"})
    data["signals"][name] |= signal
    return data


def without(data: dict[str, Any], *path: str) -> dict[str, Any]:
    place = data
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return data


def changed(*path: Any, to: Any) -> dict[str, Any]:
    """The small policy with one value changed."""
    data = small()
    place: Any = data
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[path[-1]] = to
    return data


EXAMPLE = small()["examples"][0]
EXPRESSION = {"kind": "flag", "purposes": ["prioritise"]}

#: code, path, severity is warning, policy
READ = {"from": "reading.not_a_buyer", "min_confidence": 0.8}
CASES: list[tuple[Code, str, dict[str, Any]]] = [
    (Code.UNKNOWN_KEY, "ownerz", small(ownerz={})),
    (Code.UNKNOWN_KEY, "rules.0.wen", changed("rules", 0, "wen", to="x")),
    (Code.MISSING_KEY, "purpose", small(purpose=None)),
    (Code.MISSING_KEY, "qualified_lead.within", without(small(), "qualified_lead", "within")),
    (Code.WRONG_TYPE, "bands.A", changed("bands", "A", to="sixty")),
    (Code.WRONG_TYPE, "bands.A", changed("bands", "A", to=60.5)),
    (Code.WRONG_TYPE, "signals", small(signals=["size"])),
    (Code.WRONG_TYPE, "rules", small(rules={"when": "x"})),
    (Code.WRONG_TYPE, "scorecard.size.< 50", changed("scorecard", "size", "< 50", to="ten")),
    (Code.NOT_ONE_OF, "purpose", small(purpose="world-domination")),
    (Code.NOT_ONE_OF, "rules.0.route", changed("rules", 0, "route", to="disqualify")),
    (Code.NOT_ONE_OF, "examples.0.expect.action", changed("examples", 0, "expect", "action", to="revew")),
    (Code.OUT_OF_RANGE, "base_points", small(base_points=100_000)),
    (Code.TOO_MANY, "signals.size.purposes", changed("signals", "size", "purposes", to=[])),
    (Code.TOO_LONG, "about", small(about="x" * 501)),
    (Code.BAD_VALUE, "draws.audit", small(draws={"audit": 15})),
    (Code.BAD_VALUE, "draws.audit", small(draws={"audit": 0.123456})),
    (Code.BAD_VALUE, "draws.audit", small(draws={"audit": True})),
    (Code.BAD_VALUE, "retention.lead", small(retention={"lead": "forever"})),
    (Code.BAD_VALUE, "retention.lead", small(retention={"lead": 24})),
    (Code.BAD_NAME, "signals.big company", with_signal("big company", **{"from": "account.name"})),
    (Code.RESERVED_NAME, "signals.band", with_signal("band", **{"from": "account.name"})),
    (Code.RESERVED_NAME, "signals.Select", with_signal("Select", **{"from": "account.name"})),
    (Code.RESERVED_NAME, "rules.0.id", small(rules=[rule("points > 1") | {"id": "explore"}])),
    (Code.SOURCE_OR_EXPR, "signals.extra_one", with_signal()),
    (Code.SOURCE_OR_EXPR, "signals.size", with_signal("size", expr="tier = 'x'", kind="flag")),
    (Code.UNKNOWN_SOURCE, "signals.size.from", with_signal("size", **{"from": "account.employes"})),
    (Code.UNKNOWN_SOURCE, "signals.size.from", with_signal("size", **{"from": "reading.mood"})),
    (Code.CONFIDENCE_NEEDED, "signals.size", with_signal("size", **{"from": "reading.budget"})),
    (
        Code.TEXT_ALONE,
        "rules.0.when",
        with_signal("wrote", **READ)
        | {"rules": [{"id": "w", "when": "wrote = 'spam'", "propose": "disqualify"}]},
    ),
    (Code.KIND_MISMATCH, "signals.size.kind", with_signal("size", kind="text")),
    (Code.KIND_NEEDED, "signals.large", without(small(), "signals", "large", "kind")),
    (Code.MEASURE_MISMATCH, "signals.size.measure", with_signal("size", measure="age_days")),
    (Code.MEASURE_MISMATCH, "signals.size.measure", with_signal("size", measure="count")),
    (Code.MEASURE_MISMATCH, "signals.seen.measure", with_signal("seen", **{"from": "event.visit"})),
    (
        Code.MEASURE_MISMATCH,
        "signals.seen.measure",
        with_signal("seen", **{"from": "event.visit"}, measure="decayed_count"),
    ),
    (Code.SETTING_WITHOUT_EFFECT, "signals.size.half_life", with_signal("size", half_life="9 days")),
    (Code.SETTING_WITHOUT_EFFECT, "signals.size.window", with_signal("size", window="9 days")),
    (Code.SETTING_WITHOUT_EFFECT, "signals.large.max_age", with_signal("large", max_age="9 days")),
    (
        Code.SETTING_WITHOUT_EFFECT,
        "signals.no.from",
        with_signal("no", **{"from": "lead.objected"}, kind="flag", basis="consent"),
    ),
    (Code.SIGNAL_CYCLE, "signals.large.expr", with_signal("large", expr="large AND size > 1")),
    (Code.RESULT_IN_EXPR, "signals.large.expr", with_signal("large", expr="band = 'A'")),
    (Code.UNUSED_SIGNAL, "signals.extra_one", with_signal(**{"from": "account.city"})),
    (Code.PURPOSE_NOT_ALLOWED, "signals.size.purposes", with_signal("size", purposes=["train"])),
    (Code.FIELD_NOT_DECLARED, "fields", small(fields=None)),
    (
        Code.UNKNOWN_FIELD,
        "fields.contact.mail",
        changed("fields", "contact.mail", to={"purposes": ["audit"]}),
    ),
    (
        Code.UNKNOWN_FIELD,
        "fields.triage.email_kind",
        changed("fields", "triage.email_kind", to={"purposes": ["audit"]}),
    ),
    (
        Code.UNUSED_FIELD,
        "fields.contact.phone",
        changed("fields", "contact.phone", to={"purposes": ["audit"]}),
    ),
    (Code.BASIS_NEEDED, "signals.mail", without(small(), "signals", "mail", "basis")),
    (Code.BASIS_REFUSED, "signals.mail.basis", with_signal("mail", basis="contract")),
    (Code.BASIS_REFUSED, "signals.mail.basis", with_signal("mail", basis="not-personal")),
    (
        Code.BASIS_REFUSED,
        "fields.contact.email.basis",
        changed("fields", "contact.email", "basis", to="contract"),
    ),
    (Code.UNDECLARED_SIGNAL, "scorecard.sise", changed("scorecard", "sise", to={"other": 1})),
    (
        Code.UNDECLARED_SIGNAL,
        "caps.web.signals.0",
        small(caps={"web": {"signals": ["page_views"], "max": 5}}),
    ),
    (Code.UNDECLARED_SIGNAL, "actions.ask.needs.0", small(actions={"ask": {"needs": ["budget"]}})),
    (Code.DIMENSION_NEEDED, "signals.size", without(small(), "signals", "size", "dimension")),
    (Code.MISSING_IS_NOT_ZERO, "scorecard.size.missing", changed("scorecard", "size", "missing", to=-5)),
    (Code.MISSING_IS_NOT_ZERO, "scorecard.large", with_signal("large", expr="size IS NULL")),
    (Code.MISSING_IS_NOT_ZERO, "scorecard.large", with_signal("large", expr="size IS NOT NULL")),
    (Code.BINS_NEEDED, "scorecard.size", changed("scorecard", "size", to={})),
    (Code.NOT_SCORED, "caps.web.signals.0", small(caps={"web": {"signals": ["tier"], "max": 5}})),
    (
        Code.CAP_OVERLAP,
        "caps.two.signals.0",
        small(caps={"one": {"signals": ["size"], "max": 5}, "two": {"signals": ["size"], "max": 5}}),
    ),
    (Code.CAP_OVERLAP, "caps.one.signals.1", small(caps={"one": {"signals": ["size", "size"], "max": 5}})),
    (Code.CAP_LIMITS, "caps.one", small(caps={"one": {"signals": ["size"]}})),
    (Code.CAP_LIMITS, "caps.one", small(caps={"one": {"signals": ["size"], "max": -1}})),
    (Code.CAP_LIMITS, "caps.one", small(caps={"one": {"signals": ["size"], "min": 1, "max": 5}})),
    (Code.BANDS_OUT_OF_ORDER, "bands", changed("bands", "B", to=40)),
    (Code.LEVELS_OUT_OF_ORDER, "grid.fit", small(grid={"fit": {"high": 5, "medium": 5}})),
    (Code.BAND_WITHOUT_ROUTE, "routes.C", without(small(), "routes", "C")),
    (Code.ROUTES_OUT_OF_ORDER, "routes.B", changed("routes", "A", to="nurture")),
    (Code.ROUTE_WITHOUT_OWNER, "owners.queue", without(small(), "owners", "queue")),
    (Code.ROUTE_WITHOUT_OWNER, "owners.objection", without(small(), "owners", "objection")),
    (Code.OWNER_TYPO, "rules.0.owner", changed("rules", 0, "owner", to="revop")),
    (Code.DUPLICATE_RULE, "rules.1.id", changed("rules", 1, "id", to="strategic")),
    (Code.RULE_WITHOUT_EFFECT, "rules.0", small(rules=[{"id": "r", "when": "points > 1"}])),
    (Code.RULE_NEVER_FIRES, "rules.0.when", small(rules=[rule("size < 1 AND size > 2")])),
    (Code.RULE_NEVER_FIRES, "rules.0.when", small(rules=[rule("band = 'E'")])),
    (
        Code.RULE_SHADOWED,
        "rules.1",
        small(rules=[rule("size > 10"), rule("size > 20", route="queue") | {"id": "later"}]),
    ),
    (Code.RULE_HIDES_MISSING, "rules.0.when", small(rules=[rule("size IS NOT NULL AND band = 'A'")])),
    (Code.RULE_HIDES_MISSING, "rules.0.when", small(rules=[rule("size IS NULL", propose="disqualify")])),
    (
        Code.NOTHING_TO_ASK,
        "rules.0.if_unknown",
        small(rules=[rule("tier = 'x'", route="review", if_unknown="ask")]),
    ),
    (Code.NOT_ASKABLE, "actions.ask.needs.0", small(actions={"ask": {"needs": ["tier"]}})),
    (Code.ACTION_NOT_REACHED, "actions.nurture.bands", small(actions={"nurture": {"bands": ["A"]}})),
    (Code.ACTION_NOT_REACHED, "actions.meeting.bands", small(actions={"meeting": {"bands": ["D"]}})),
    (Code.ACTION_NOT_REACHED, "actions.partner.when", small(actions={"partner": {"when": "band = 'X'"}})),
    (Code.DISQUALIFY_ACTS, "autonomy.disqualify", small(autonomy={"disqualify": "act"})),
    (Code.DRAW_BELOW_FLOOR, "draws.audit", small(draws={"audit": 0.0499})),
    (Code.DRAW_BELOW_FLOOR, "draws.explore", small(draws={"explore": 0.0199})),
    (Code.DRAW_OFF, "draws.explore", small(draws={"explore": 0})),
    (Code.NO_EXAMPLES, "examples", small(examples=None)),
    (Code.EXAMPLE_VALUE, "examples.0.lead.sise", changed("examples", 0, "lead", to={"sise": 1})),
    (Code.EXAMPLE_VALUE, "examples.0.lead.size", changed("examples", 0, "lead", to={"size": "many"})),
    (Code.EXAMPLE_VALUE, "examples.0.lead.soon", changed("examples", 0, "lead", to={"soon": "yes"})),
    (Code.EXAMPLE_EXPECTS_NOTHING, "examples.0.expect", changed("examples", 0, "expect", to={})),
    (
        Code.EXAMPLE_UNKNOWN_RULE,
        "examples.0.expect.rules",
        changed("examples", 0, "expect", to={"rules": ["stratejic"]}),
    ),
]
WARNINGS = {
    Code.SETTING_WITHOUT_EFFECT,
    Code.UNUSED_SIGNAL,
    Code.UNUSED_FIELD,
    Code.ROUTES_OUT_OF_ORDER,
    Code.OWNER_TYPO,
    Code.RULE_SHADOWED,
    Code.NOTHING_TO_ASK,
    Code.DRAW_OFF,
}
#: Codes of the text itself stand in ``test_source_refusals``.
OF_THE_TEXT = set(list(Code)[: list(Code).index(Code.UNKNOWN_KEY)])


@pytest.mark.parametrize("sound", [STARTER_TEXT, text_of(small())], ids=["starter", "small"])
def test_a_sound_policy_passes_without_a_word(sound):
    assert issues_of(sound) == []
    compiled(sound)


@pytest.mark.parametrize(("code", "path", "data"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_each_problem_is_named_with_its_code_place_and_line(code, path, data):
    policy, issues = compile_policy(text_of(data))
    found = [issue for issue in issues if (issue.code, issue.path) == (code, path)]
    assert found, [str(issue) for issue in issues]
    assert all(issue.line > 0 for issue in found)
    blocks = any(issue.severity is Severity.ERROR for issue in issues)
    assert (policy is None) == blocks


@pytest.mark.parametrize("code", sorted({case[0] for case in CASES}))
def test_warnings_warn_and_errors_block(code):
    for _, path, data in (case for case in CASES if case[0] is code):
        severities = {issue.severity for issue in issues_of(data) if (issue.code, issue.path) == (code, path)}
        is_warning = code in WARNINGS or (code is Code.ACTION_NOT_REACHED and path.endswith("bands"))
        assert severities == {Severity.WARNING if is_warning else Severity.ERROR}


def test_every_code_is_caught_somewhere_and_explained_in_one_sentence():
    assert {case[0] for case in CASES} == set(Code) - OF_THE_TEXT
    assert set(EXPLANATIONS) == set(Code)
    assert all(text.endswith(".") and "\n" not in text for text in EXPLANATIONS.values())


def test_all_problems_come_at_once_and_in_the_order_of_the_file():
    data = small(
        bands={"A": 1, "B": 2, "C": 3},
        autonomy={"disqualify": "act"},
        rules=[
            rule("sise > 1"),
            rule("size > 'x'") | {"id": "s"},
            rule("size > 2", ruote="queue") | {"id": "t"},
        ],
        examples=None,
    )
    issues = issues_of(data)
    wanted = {
        "bands_out_of_order",
        "disqualify_acts",
        "unknown_name",
        "condition_type",
        "unknown_key",
        "no_examples",
    }
    assert wanted <= {issue.code for issue in issues}
    assert [issue.line for issue in issues] == sorted(issue.line for issue in issues)


def test_a_broken_entry_does_not_drag_others_into_the_report():
    data = small(draws={"audit": 0.01})
    data["signals"]["size"]["kind"] = "nubmer"
    assert errors_of(data) == {"not_one_of", "draw_below_floor"}


def test_a_broken_rule_leaves_the_lines_of_later_rules_right():
    rules = [rule("points > 1", route="up"), rule("sise > 1") | {"id": "second"}]
    text = text_of(small(rules=rules))
    found = [issue for issue in issues_of(text) if issue.code == "unknown_name"]
    assert [issue.path for issue in found] == ["rules.1.when"]
    assert "sise > 1" in text.splitlines()[found[0].line - 1]


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (small(owner={}), "'owners'"),
        (with_signal("size", **{"from": "account.employes"}), "'account.employees'"),
        (changed("scorecard", "sise", to={"other": 1}), "'size'"),
        (small(rules=[rule("sise > 1")]), "size"),
        (changed("signals", "size", "dimenson", to="fit"), "'dimension'"),
        (changed("rules", 0, "route", to="disqualify"), "propose: disqualify"),
    ],
)
def test_a_typing_mistake_gets_the_word_that_was_meant(data, hint):
    assert any(hint in issue.message for issue in issues_of(data))


def test_functions_outside_the_subset_are_refused():
    assert "condition_function" in errors_of(small(rules=[rule("lower(tier) = 'x'")]))


def test_a_circle_over_three_signals_is_told_once_with_its_way():
    data = small()
    for name, expr in (("one", "two > 1"), ("two", "three + 1"), ("three", "four + 1"), ("four", "two + 1")):
        kind = "flag" if name == "one" else "number"
        data["signals"][name] = {"expr": expr, "kind": kind, "purposes": ["prioritise"]}
    found = [issue.message for issue in issues_of(data) if issue.code == Code.SIGNAL_CYCLE]
    assert found == ["Made from itself in a circle: two -> three -> four -> two."]


def test_completeness_may_have_points_for_missing_but_feeds_no_signal():
    data = small()
    data["signals"]["filled"] = {
        "dimension": "readiness", "from": "signals.completeness", "purposes": ["prioritise"],
    }  # fmt: skip
    data["scorecard"]["filled"] = {"< 50": -5, ">= 50": 5, "missing": -5}
    assert issues_of(data) == []
    data["signals"]["large"]["expr"] = "filled > 50"
    assert "result_in_expr" in errors_of(data)


def test_a_draw_that_is_off_warns_and_a_floor_is_enough():
    assert codes_of(small(draws={"audit": 0.05, "explore": 0.02})) == set()
    assert codes_of(small(draws={"audit": 0, "explore": 0})) == {"draw_off"}


@pytest.mark.parametrize(
    ("rules", "shadowed"),
    [
        ([rule("size > 10"), rule("size > 20")], True),
        ([rule("size > 20"), rule("size > 10")], False),
        ([rule("size > 10", route="queue"), rule("size > 20")], False),
        ([rule("size > 20", route="queue"), rule("size > 10")], True),
        ([rule("size > 10"), rule("size > 20", route="review", owner="x")], False),
        ([rule("size > 10", route="review", owner="x"), rule("size > 20", route="review", owner="y")], True),
        ([rule("size > 10", owner="x"), rule("size > 20", route="review", owner="y")], False),
        ([rule("size > 10"), rule("size > 20", propose="disqualify")], False),
        ([rule("size > 10", propose="disqualify"), rule("size > 20")], True),
        ([rule("size > 10"), rule("size > 20 OR tier = 'x'")], False),
        ([rule("size > 10"), rule("tier = 'x'")], False),
    ],
)
def test_a_rule_is_shadowed_only_where_it_adds_nothing(rules, shadowed):
    named = [one | {"id": f"r{at}"} for at, one in enumerate(rules)]
    assert ("rule_shadowed" in codes_of(small(rules=named))) is shadowed


def test_among_very_many_rules_only_equal_conditions_are_compared():
    rules = [rule(f"size > {at}", route="queue") | {"id": f"r{at}"} for at in range(200)]
    assert "rule_shadowed" not in codes_of(small(rules=rules))
    again = rule("size >  7", route="queue") | {"id": "again"}
    issues = issues_of(small(rules=[*rules, again]))
    found = [issue.message for issue in issues if issue.code == Code.RULE_SHADOWED]
    assert found == ["Whenever it fires, 'r7' does as much already."]


def test_missing_data_may_raise_a_lead_to_a_person():
    assert errors_of(small(rules=[rule("size IS NULL AND band = 'A'")])) == set()
    assert errors_of(small(rules=[rule("NOT (size IS NOT NULL)")])) == set()


def test_missing_data_is_found_through_derived_signals():
    data = small(rules=[rule("NOT nameless AND band = 'A'")])
    data["signals"]["nameless"] = EXPRESSION | {"expr": "tier IS NULL"}
    assert "rule_hides_missing" in errors_of(data)


@functools.cache
def drafts() -> list[Draft]:
    """The cases as the checks see them."""
    sources = [read_source(text_of(data))[0] for _, _, data in CASES]
    shapes = [(source, read_shape(source)[0]) for source in sources if source]
    return [draft_of(source, shape) for source, shape in shapes if shape]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_without_its_check_something_would_slip_through(check, monkeypatch):
    """Negative control: each check of the registry catches something that no other one does."""
    before = [{issue.code for issue in lint(draft)} for draft in drafts()]
    monkeypatch.setattr("plumbline.policy.lint.CHECKS", tuple(one for one in CHECKS if one is not check))
    after = [{issue.code for issue in lint(draft)} for draft in drafts()]
    assert before != after


def test_examples_give_dates_as_days_of_the_calendar():
    data = small()
    data["signals"]["since"] = {"from": "lead.created_at", "purposes": ["audit"]}
    for value, codes in (("2026-02-28", set()), ("2026-02-30", {"example_value"}), (5, {"example_value"})):
        data["examples"][0]["lead"] = {"since": value, "objected": True, "size": None}
        assert errors_of(data) == codes


def test_a_value_that_fits_none_of_several_types_is_one_mistake():
    issues = issues_of(changed("examples", 0, "lead", "size", to=[1]))
    assert [(issue.code, issue.path) for issue in issues] == [("wrong_type", "examples.0.lead.size")]


def test_linting_leaves_the_input_alone():
    data = small()
    kept = copy.deepcopy(data)
    issues_of(data)
    assert data == kept
