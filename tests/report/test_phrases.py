from __future__ import annotations

from dataclasses import replace

import pytest

from helpers_report import ALL_UNKNOWN, DISQUALIFY, EMPTY_RUN, OBJECTOR, RICH, RICH_SCORE, RUN
from plumbline.domain.words import Autonomy, Route, Stream
from plumbline.qualify.packet import RuleLine
from plumbline.qualify.summary import BlankWord
from plumbline.report import phrases


def said(**changes: object) -> str:
    return phrases.statement(replace(RICH, decision=replace(RICH.decision, **changes)))


def test_one_sentence_says_what_is_proposed_and_to_whom() -> None:
    assert phrases.statement(RICH) == "Fast-track to senior-reps and ask two questions."
    assert phrases.statement(ALL_UNKNOWN) == "A person at revops decides."
    assert phrases.statement(OBJECTOR) == "A person handles this lead: privacy-desk."
    assert phrases.statement(DISQUALIFY) == "Proposal to disqualify: a person at revops decides."
    assert (
        said(route="queue", action="meeting", owner="reps")
        == "Put in the queue of reps and request a meeting."
    )
    assert said(route="review", action="meeting") == "A person at senior-reps decides and requests a meeting."
    assert said(route="nurture", action="nurture", owner="marketing") == "Send to nurture with marketing."
    assert said(route="queue", action="call", owner="reps") == "Put in the queue of reps."
    assert said(action="partner", owner="partners") == "Hand over to partners, the partner team."
    assert said(action="visit") == "Fast-track to senior-reps, next: visit."
    assert said(route="quarantine", action="", owner="x") == "quarantine: x."


@pytest.mark.parametrize("autonomy", Autonomy)
def test_every_degree_of_autonomy_is_said_in_words(autonomy) -> None:
    assert phrases.autonomy(autonomy.value) != autonomy.value


@pytest.mark.parametrize("stream", Stream)
def test_every_lottery_says_what_it_is_for(stream) -> None:
    assert all(phrases.stream(stream.value))


@pytest.mark.parametrize("route", Route)
def test_every_route_has_a_name_for_people(route) -> None:
    assert phrases.route(route.word)[0].isupper()


def test_only_the_fast_track_asks_to_act_now() -> None:
    assert [route for route in Route if phrases.is_now(route.word)] == [Route.FAST_TRACK]


def test_an_explored_lead_says_where_it_would_have_gone() -> None:
    decision = replace(RICH.decision, route="queue", intended_route="nurture")
    assert phrases.differs(decision) == "By score and rules alone it would have gone to nurture."
    assert phrases.differs(RICH.decision) == ""


def test_the_range_says_how_likely_the_band_stays() -> None:
    assert phrases.score_range(RICH_SCORE).endswith("Band A is likely to stay: about 3 in 4.")
    assert phrases.score_range(replace(RICH_SCORE, band_change=0)).endswith("No answer can change the band.")
    assert "exact" in phrases.score_range(replace(RICH_SCORE, lowest=68, highest=68))


def test_a_rule_that_could_not_be_answered_is_added_to_the_range() -> None:
    unsure = replace(RICH, decision=replace(RICH.decision, confidence=0))
    assert "could not be answered" in phrases.unsettled(unsure)
    assert phrases.unsettled(RICH) == ""


def test_questions_are_said_in_words_whether_given_by_name_or_as_a_sentence() -> None:
    by_name = phrases.asked(RICH)
    assert by_name == ("Has a budget been set aside for this year?", "When do you want to be running?")
    assert phrases.asked(replace(RICH, decision=replace(RICH.decision, questions=by_name))) == by_name
    assert phrases.asked(
        replace(ALL_UNKNOWN, decision=replace(ALL_UNKNOWN.decision, questions=("email_kind",)))
    ) == ("E-mail address",)


def test_an_answer_says_what_it_could_add_and_change() -> None:
    budget, timeline = RICH.unknowns
    assert phrases.could_add(budget) == "\N{MINUS SIGN}12 to +10"
    assert phrases.could_add(replace(budget, lowest=4, highest=4)) == "+4"
    assert phrases.could_change(budget) == "about 1 in 5"
    assert phrases.could_change(timeline) == "not by itself"


@pytest.mark.parametrize(
    ("outcome", "parts", "text"),
    [
        ("miss", ("a is 1",), "Not met: a is 1."),
        ("miss", ("a is 1", "b is 2"), "Not met: a is 1 and b is 2."),
        ("?", ("a is 1",), "Not known whether a is 1."),
        ("unknown", ("a is 1 and b is 2 and c is 3",), ""),
        ("hit", (), ""),
    ],
)
def test_a_rule_says_which_part_kept_it_out_unless_that_is_all_of_it(outcome, parts, text) -> None:
    rule = RuleLine("r", outcome, "a is 1 and b is 2 and c is 3", "b", parts, near=False)
    assert phrases.kept_out(rule) == text


def test_nothing_received_has_no_age() -> None:
    fact = RICH.facts[0]
    assert phrases.age(fact) == "2\xa0days"
    assert phrases.age(replace(fact, received=None)) == ""


@pytest.mark.parametrize(
    ("band", "up", "text"),
    [
        ("A", True, "It is in the highest band already."),
        ("D", False, "It is in the lowest band already."),
        ("B", True, "We found no change of what we know that moves it up."),
        ("B", False, "We found no change of what we know that moves it down."),
    ],
)
def test_where_no_change_leads_to_another_band_the_reason_is_said(band, up, text) -> None:
    assert phrases.no_way(replace(RICH_SCORE, band=band), up=up) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"note": "blank"}, "a blank word: unknown"),
        ({"note": "missing"}, "unknown"),
        ({"received": None}, "unknown"),
        ({"note": "unreadable"}, "could not be read: unknown"),
        ({"value": None}, "unknown"),
        ({}, "1200"),
    ],
)
def test_a_fact_says_what_was_understood_or_why_nothing_was(changes, text) -> None:
    assert phrases.understood(replace(RICH.facts[1], **changes)) == text


def test_a_run_says_in_one_sentence_what_became_of_its_rows() -> None:
    assert phrases.run_statement(RUN) == "9,102\xa0leads of 9,240\xa0rows have a route and an owner."
    assert "96\xa0rows repeat a lead already seen and 42\xa0rows could not be accepted" in phrases.run_rest(
        RUN
    )
    assert phrases.run_statement(EMPTY_RUN) == "There was nothing to decide: no rows."
    whole = replace(RUN, read=2, decided=2, duplicates=0, rejected=0)
    assert phrases.run_statement(whole) == "All 2\xa0leads have a route and an owner."
    assert phrases.run_rest(whole) == "No row was left out."


def test_blank_words_are_told_column_by_column_the_fullest_first() -> None:
    blanks = (BlankWord("a", "N/A", 3), BlankWord("b", "Select", 5), BlankWord("b", "-", 1))
    told = phrases.blanks_by_column(replace(RUN, blank_words=blanks))
    assert told == [("b", "Select (5), - (1)", 6), ("a", "N/A (3)", 3)]
