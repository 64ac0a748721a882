"""How a route, an action, an owner and their words come about, case by case."""

from __future__ import annotations

import polars as pl
import pytest

from helpers_policy import KEY, STARTER, batch, compiled, rule, small
from plumbline.domain.reasons import ReasonCode
from plumbline.policy import DECISION_SCHEMA, decide

NO_LOTS = {"audit": 0, "explore": 0, "holdout": 0, "blind": 0, "probe": 0}


def one(policy, **lead):
    """The decision on one lead."""
    return decide(batch(policy, lead), policy, draw_key=KEY).row(0, named=True)


def policy_with(*rules, **sections):
    named = [{**part, "id": f"r{at}"} for at, part in enumerate(rules)]
    return compiled(small(**{"rules": named, "draws": NO_LOTS, **sections}))


def test_the_columns_are_those_of_the_schema_and_hold_no_floats():
    policy = compiled(small())
    decided = decide(batch(policy, {}, {"objected": True}), policy, draw_key=KEY)
    assert dict(decided.schema) == DECISION_SCHEMA
    assert not any(dtype.is_float() for dtype in decided.dtypes)


def test_no_leads_give_no_decisions():
    policy = compiled(small())
    decided = decide(batch(policy), policy, draw_key=KEY)
    assert decided.height == 0
    assert dict(decided.schema) == DECISION_SCHEMA


@pytest.mark.parametrize(
    ("band", "route", "owner"),
    [
        ("A", "fast_track", "seniors"),
        ("B", "queue", "reps"),
        ("C", "queue", "reps"),
        ("D", "nurture", "marketing"),
    ],
)
def test_without_rules_the_band_decides(band, route, owner):
    found = one(policy_with(), band=band)
    assert (found["route"], found["owner"], found["decided_by"]) == (route, owner, f"band:{band}")
    assert found["reason"] == ReasonCode.BAND_ROUTE
    assert found["rules"] == ""


def test_the_highest_route_wins_whatever_the_order():
    up, down = rule("size > 1"), rule("size > 2", route="queue")
    for rules in ((up, down), (down, up)):
        assert one(policy_with(*rules), size=5.0, band="D")["route"] == "review"


def test_a_rule_never_lowers_a_route():
    found = one(policy_with(rule("size > 1", route="nurture")), size=5.0, band="A")
    assert (found["route"], found["decided_by"], found["rules"]) == ("fast_track", "band:A", "h")


def test_of_rules_with_the_same_route_the_first_is_named():
    found = one(policy_with(rule("size > 9"), rule("size > 2"), rule("size > 1")), size=5.0)
    assert (found["decided_by"], found["rules"]) == ("r1", "-hh")


def test_a_rule_that_fired_is_named_before_the_band_it_agrees_with():
    assert one(policy_with(rule("size > 1", route="queue")), size=5.0, band="C")["decided_by"] == "r0"


def test_the_words_of_the_rule_are_the_reason_given():
    found = one(policy_with(rule("size > 1", route="review", because="Too big for a form.")), size=5.0)
    assert (found["because"], found["reason"]) == ("Too big for a form.", ReasonCode.RULE_HIT)


def test_a_lead_without_a_band_goes_to_a_person():
    found = one(policy_with(), band=None, band_change=None)
    assert (found["route"], found["decided_by"], found["confidence"]) == ("review", "unknowns", 0)


# Proposals


def test_a_proposal_is_put_to_a_person_and_is_no_route():
    found = one(policy_with(rule("size < 5", propose="disqualify")), size=1.0, band="D")
    assert (found["route"], found["action"], found["autonomy"]) == ("review", "propose_disqualify", "approve")
    assert (found["proposes"], found["proposed_by"]) == ("disqualify", "r0")
    assert found["reason"] == ReasonCode.DISQUALIFY_PROPOSED


def test_the_first_proposal_is_named_even_where_another_rule_sets_the_route():
    rules = (rule("size < 9"), rule("size < 5", propose="disqualify"), rule("size < 6", propose="disqualify"))
    found = one(policy_with(*rules), size=1.0)
    assert (found["decided_by"], found["proposed_by"], found["action"]) == ("r0", "r1", "propose_disqualify")


def test_without_a_proposal_nothing_is_proposed():
    found = one(policy_with(rule("size < 5", propose="disqualify")), size=7.0)
    assert (found["proposes"], found["proposed_by"]) == (None, None)


# Unknown and unreadable


def test_an_open_rule_that_would_have_mattered_goes_to_a_person():
    found = one(policy_with(rule("tier = 'x'")), band="C")
    assert (found["route"], found["decided_by"], found["rules"]) == ("review", "r0", "?")
    assert (found["reason"], found["confidence"]) == (ReasonCode.RULE_UNKNOWN, 0)


def test_an_open_rule_that_could_change_nothing_stays_in_the_trace_only():
    found = one(policy_with(rule("tier = 'x'", route="queue")), band="A")
    assert (found["route"], found["rules"], found["confidence"]) == ("fast_track", "?", 10_000)
    assert found["reason"] == ReasonCode.BAND_ROUTE


@pytest.mark.parametrize("effect", [{"owner": "someone"}, {"action": "call"}, {"propose": "disqualify"}])
def test_an_open_rule_matters_also_for_owner_action_and_proposal(effect):
    assert one(policy_with(rule("tier = 'x'", **effect)), band="A")["route"] == "review"


def test_an_open_rule_for_an_owner_on_a_lower_route_does_not_matter():
    assert one(policy_with(rule("tier = 'x'", route="queue", owner="z")), band="A")["route"] == "fast_track"


def test_an_open_proposal_does_not_matter_where_one_is_made_already():
    rules = (rule("size < 5", propose="disqualify"), rule("tier = 'x'", propose="disqualify"))
    found = one(policy_with(*rules), size=1.0)
    assert (found["rules"], found["decided_by"], found["confidence"]) == ("h?", "r0", 10_000)


def test_an_open_rule_asks_where_the_policy_says_so():
    found = one(policy_with(rule("size > 5", route="review", if_unknown="ask")), band="C")
    assert (found["route"], found["action"], found["questions"]) == ("queue", "ask", ["size"])
    assert (found["reason"], found["confidence"]) == (ReasonCode.RULE_UNKNOWN, 0)
    assert "Size" in found["because"]


def test_an_open_rule_asks_for_what_a_derived_signal_is_made_from():
    found = one(policy_with(rule("large", route="review", if_unknown="ask")), band="C")
    assert (found["action"], found["questions"]) == ("ask", ["size"])


def test_where_nothing_can_be_asked_a_person_looks():
    found = one(policy_with(rule("tier = 'x'", route="review", if_unknown="ask")), band="C")
    assert (found["route"], found["action"], found["questions"]) == ("review", "review", [])


def test_what_is_known_is_not_asked():
    found = one(policy_with(rule("size > 5 AND tier = 'x'", route="review", if_unknown="ask")), size=9.0)
    assert (found["route"], found["questions"]) == ("review", [])


def test_a_blank_that_means_no_changes_nothing():
    found = one(policy_with(rule("tier = 'x'", route="review", if_unknown="miss")), band="C")
    assert (found["route"], found["rules"], found["action"]) == ("queue", "?", "call")


def test_an_unreadable_value_is_an_error_and_goes_to_a_person_whatever_the_policy_says_of_unknown():
    policy = policy_with(rule("size > 5", route="review", if_unknown="miss"))
    found = one(policy, band="A", unreadable=["size"])
    assert (found["route"], found["rules"], found["confidence"]) == ("review", "!", 0)
    assert (found["reason"], found["decided_by"]) == (ReasonCode.RULE_ERROR, "r0")


def test_an_unreadable_value_that_the_rule_does_not_need_is_no_error():
    policy = policy_with(rule("size > 5 AND band = 'A'"), rule("soon OR band = 'B'"))
    assert one(policy, band="B", unreadable=["size", "tier"])["rules"] == "-h"


def test_an_error_reaches_rules_through_derived_signals():
    assert one(policy_with(rule("large")), unreadable=["size"])["rules"] == "!"


# The band that may change


def test_an_unsure_band_asks_what_moves_most_and_then_what_else_can_be_asked():
    found = one(policy_with(), band="C", band_change=2_500, question="soon")
    assert (found["route"], found["action"], found["questions"]) == ("queue", "ask", ["soon", "size"])
    assert (found["reason"], found["confidence"]) == (ReasonCode.DEPENDS_ON_UNKNOWN, 7_500)
    assert "Soon is not known and may well change the band" in found["because"]


def test_below_the_material_chance_nothing_is_asked():
    found = one(policy_with(), band="C", band_change=2_499, question="soon")
    assert (found["action"], found["questions"], found["confidence"]) == ("call", [], 7_501)


def test_an_unsure_band_without_a_question_goes_to_a_person():
    found = one(policy_with(), band="D", band_change=9_000, size=1.0, soon=True, question="mail")
    assert (found["route"], found["decided_by"], found["questions"]) == ("review", "unknowns", [])


def test_an_unsure_band_goes_to_a_person_where_the_policy_says_so():
    policy = policy_with(unknowns={"material": 0.25, "then": "review"})
    found = one(policy, band="D", band_change=2_500, question="soon")
    assert (found["route"], found["decided_by"], found["action"]) == ("review", "unknowns", "review")
    assert found["questions"] == ["soon", "size"]


def test_the_questions_the_policy_wants_come_before_others():
    policy = policy_with(actions={"ask": {"needs": ["soon"]}})
    assert one(policy, band="C", band_change=5_000)["questions"] == ["soon", "size"]


# Actions and owners


def test_the_owner_of_a_rule_without_a_route_holds_wherever_the_lead_goes():
    policy = policy_with(rule("size > 5", owner="giants"))
    assert [one(policy, size=9.0, band=band)["owner"] for band in "AD"] == ["giants", "giants"]


def test_the_owner_of_a_rule_with_a_route_holds_only_there():
    policy = policy_with(rule("size > 5", route="queue", owner="giants"))
    assert [one(policy, size=9.0, band=band)["owner"] for band in "ACD"] == ["seniors", "giants", "giants"]


def test_of_two_owners_the_first_rule_wins():
    policy = policy_with(rule("size > 5", owner="one"), rule("size > 4", owner="two"))
    assert one(policy, size=9.0)["owner"] == "one"
    assert one(policy, size=4.5)["owner"] == "two"


ACTIONS = {
    "meeting": {"bands": ["A"], "owner": "hosts"},
    "partner": {"when": "tier = 'partner'", "owner": "partners"},
}


@pytest.mark.parametrize(
    ("lead", "action", "owner"),
    [
        ({"band": "A"}, "meeting", "hosts"),
        ({"band": "B"}, "call", "reps"),
        ({"band": "D"}, "nurture", "marketing"),
        ({"band": "A", "tier": "partner"}, "partner", "partners"),
        ({"band": "D", "tier": "partner"}, "partner", "partners"),
        ({"band": "A", "size": 700.0}, "review", "revops"),
        ({"band": "A", "size": 70.0}, "call", "seniors"),
        ({"band": "A", "band_change": 9_000, "question": "soon"}, "ask", "seniors"),
    ],
)
def test_the_next_action_and_who_does_it(lead, action, owner):
    rules = (
        rule("size > 500", if_unknown="miss", route="review"),
        rule("size > 50", action="call", if_unknown="miss"),
    )
    found = one(policy_with(*rules, actions=ACTIONS), **lead)
    assert (found["action"], found["owner"]) == (action, owner)


def test_a_rule_for_review_may_say_what_to_do_there():
    policy = policy_with(rule("size > 5", route="review", action="meeting"))
    assert one(policy, size=9.0)["action"] == "meeting"


def test_the_stage_is_that_of_the_action():
    stages = {"route": "approve", "nurture": "act", "ask": "observe", "disqualify": "approve"}
    policy = policy_with(rule("size < 2", propose="disqualify", if_unknown="miss"), autonomy=stages)
    found = [
        one(policy, band="B")["autonomy"],
        one(policy, band="D")["autonomy"],
        one(policy, band="B", band_change=9_999)["autonomy"],
        one(policy, size=1.0)["autonomy"],
    ]
    assert found == ["approve", "act", "observe", "approve"]


# Draws


def test_an_explored_lead_is_queued_and_remembers_where_it_was_meant_to_go():
    policy = compiled(small(rules=[], draws={"explore": 1.0}))
    found = one(policy, band="D")
    assert (found["intended_route"], found["route"], found["owner"]) == ("nurture", "queue", "reps")
    assert (found["decided_by"], found["reason"]) == ("explore", ReasonCode.EXPLORED)
    assert (found["draw.explore"], found["pi.explore"]) == (True, 10_000)


def test_leads_that_are_pursued_are_not_in_the_frame_of_audit_and_explore():
    policy = compiled(small(rules=[], draws={"explore": 1.0, "audit": 1.0}))
    found = one(policy, band="B")
    assert [found[f"{what}.{stream}"] for what in ("draw", "pi") for stream in ("audit", "explore")] == [
        None
    ] * 4
    assert (found["route"], found["pi.holdout"], found["pi.probe"]) == ("queue", 1_000, 100)


def test_the_holdout_is_worked_in_the_baseline_order():
    assert one(compiled(small(rules=[], draws={"holdout": 1.0})), account="acme")["arm"] == "baseline"
    assert one(compiled(small(rules=[], draws={"holdout": 0})), account="acme")["arm"] == "policy"


# Rows keep their place and their content whatever the batch


def test_objectors_keep_their_place_in_the_batch():
    policy = compiled(small())
    rows = [{"objected": at % 3 == 0, "band": "ABCD"[at % 4]} for at in range(40)]
    decided = decide(batch(policy, *rows), policy, draw_key=KEY)
    assert decided["lead.id"].to_list() == [f"L{at}" for at in range(40)]
    assert (decided["reason"] == "OBJECTION").to_list() == [row["objected"] for row in rows]


def test_a_flag_that_is_not_known_is_no_objection_in_any_company():
    policy = compiled(small())
    rows = [{"objected": None}, {"objected": True}, {"objected": False}]
    found = decide(batch(policy, *rows), policy, draw_key=KEY)
    assert (found["decided_by"] == "objection").to_list() == [False, True, False]
    assert decide(batch(policy, rows[0]), policy, draw_key=KEY)["decided_by"][0] != "objection"


def test_a_batch_of_objectors_only_is_decided():
    policy = compiled(small())
    decided = decide(batch(policy, {"objected": True}), policy, draw_key=KEY)
    assert dict(decided.schema) == DECISION_SCHEMA
    assert decided["owner"].to_list() == ["privacy"]


def test_rows_stay_the_same_when_the_batch_grows():
    """Small batches and large ones take different ways through numpy; the answer is one."""
    policy = compiled(STARTER.read_text(encoding="utf-8"))
    rows = [
        {
            "band": "ABCD"[at % 4],
            "employees": [None, 10.0, 300.0][at % 3],
            "country": ["GB", "IE", None, "FR"][at % 4],
            "email_kind": ["business", "disposable", None][at % 3],
            "account_tier": ["standard", "strategic", None, None, "x"][at % 5],
            "title_is_student": [True, False, None][at % 3],
            "band_change": at * 37 % 5_000,
            "unreadable": [[], ["employees"]][at % 7 == 0],
            "objected": at % 11 == 0,
            "account": [None, "a", "b"][at % 3],
        }
        for at in range(200)
    ]
    frame = batch(policy, *rows)
    whole = decide(frame, policy, draw_key=KEY)
    for size in (1, 7, 33):
        parts = [decide(frame[at : at + size], policy, draw_key=KEY) for at in range(0, 200, size)]
        assert pl.concat(parts).equals(whole)


# Results that stand on unknown signals


@pytest.mark.parametrize(
    ("when", "confidence"),
    [
        ("readiness_level = 'high'", 0),
        ("readiness >= 30", 0),
        ("points >= 30", 0),
        ("tier = 'x' AND readiness_level = 'high'", 10_000),
        ("fit_level = 'high'", 10_000),
        ("readiness_level = 'high' AND band = 'A'", 10_000),
    ],
)
def test_a_rule_that_misses_only_because_unknown_counts_nothing_costs_the_confidence(when, confidence):
    found = one(policy_with(rule(when)), size=60.0, mail="business", tier="none", large=False, band="C")
    assert (found["rules"], found["route"], found["confidence"]) == ("-", "queue", confidence)


def test_a_level_that_no_answer_can_change_is_certain():
    policy = policy_with(rule("readiness_level = 'high'"), grid={"readiness": {"high": 40, "medium": 35}})
    assert one(policy, band="C")["confidence"] == 10_000


def test_a_blank_that_means_no_costs_no_confidence_by_way_of_levels_either():
    policy = policy_with(rule("readiness_level = 'high'", route="review", if_unknown="miss"))
    assert one(policy, band="C")["confidence"] == 10_000


@pytest.mark.parametrize(
    ("when", "cells", "levels"),
    [
        ("readiness_level = 'low'", {"no": -30}, {"high": 20, "medium": -5}),
        ("readiness_level = 'medium'", {"yes": 30}, {"high": 40, "medium": 30}),
        ("readiness_level = 'high'", {"yes": 40}, {"high": 40, "medium": 30}),
        ("readiness_level = 'low'", {"no": -6}, {"high": 20, "medium": -5}),
    ],
)
def test_an_answer_that_just_reaches_another_level_makes_the_level_doubtful(when, cells, levels):
    scorecard = {"soon": cells}
    policy = policy_with(rule(when), scorecard=scorecard, grid={"readiness": levels})
    assert one(policy, band="C")["confidence"] == 0
    assert one(policy, band="C", soon=True)["confidence"] == 10_000


def test_where_everything_is_known_no_result_is_doubtful():
    policy = policy_with(rule("points >= 30"), rule("fit >= 10"))
    lead = {"size": 60.0, "mail": "business", "soon": True, "large": False}
    assert one(policy, band="C", **lead)["confidence"] == 10_000
    assert one(policy, band="C", **lead | {"mail": None})["confidence"] == 0


# Ties and edges


def test_of_open_rules_the_first_one_is_named():
    policy = policy_with(rule("size > 5"), rule("tier = 'x'"), rule("mail = 'y'"))
    assert one(policy, band="C")["decided_by"] == "r0"
    assert one(policy, band="C", size=1.0)["decided_by"] == "r1"
    assert one(policy, band="C", size=1.0, unreadable=["mail"])["decided_by"] == "r2"


def test_a_chance_of_nothing_is_never_material():
    policy = policy_with(unknowns={"material": 0})
    assert one(policy, band="C", band_change=0)["action"] == "call"
    assert one(policy, band="C", band_change=1)["action"] == "ask"


def test_an_open_rule_for_the_route_that_the_lead_has_anyway_does_not_matter():
    found = one(policy_with(rule("tier = 'x'", route="queue")), band="C")
    assert (found["route"], found["confidence"], found["rules"]) == ("queue", 10_000, "?")


def test_the_unknowns_are_named_also_where_there_are_rules():
    policy = policy_with(rule("size > 900"), rule("size > 800"), unknowns={"then": "review"})
    assert one(policy, band="C", size=1.0, band_change=9_999)["decided_by"] == "unknowns"


@pytest.mark.parametrize("band", ["A", "B", "C", "D"])
@pytest.mark.parametrize("question", ["size", "soon"])
def test_the_sentence_names_the_band_and_the_question(band, question):
    policy = policy_with(rule("tier = 'x'", route="review", if_unknown="miss"))
    found = one(policy, band=band, band_change=5_000, question=question)
    assert found["because"].startswith(f"Band {band} ")
    assert f"but {question.capitalize()} is not known" in found["because"]


def test_an_action_without_conditions_is_for_every_lead_that_somebody_works():
    policy = policy_with(actions={"meeting": {}})
    assert [one(policy, band=band)["action"] for band in "ABCD"] == [
        "meeting",
        "meeting",
        "meeting",
        "nurture",
    ]


@pytest.mark.parametrize(
    ("points", "level"), [(20, "high"), (19, "medium"), (5, "medium"), (4, "low"), (-9, "low"), (None, None)]
)
def test_points_equal_to_a_cut_off_reach_the_level(points, level):
    found = one(policy_with(), **{"points.fit": points})
    assert found["fit_level"] == level
