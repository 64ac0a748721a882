from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_assurance import DEFINITION, day, leads, outcomes, reports, state_of, touches
from plumbline.assurance.reports import OutcomesError, checked, definition_break
from plumbline.assurance.words import LADDER, OUTCOME_EXPLANATIONS, REFUSALS, STATES, OutcomeCode, State

NOBODY = touches("a")


def codes(found) -> list[str]:
    return found.issues["code"].to_list()


def test_a_lead_that_nobody_worked_is_unworked_however_old() -> None:
    assert state_of(outcomes(leads("a"), reports(), NOBODY)) == State.UNWORKED


def test_what_the_definition_asks_for_in_time_is_good() -> None:
    found = outcomes(leads("a"), reports(("a", "opportunity_accepted", 40)), NOBODY)
    assert state_of(found) == State.GOOD
    assert found.leads["label"].to_list() == [1]
    assert found.leads["good_after"].to_list() == [40.0]


def test_a_no_after_a_talk_is_a_no() -> None:
    told = reports(("a", "contacted", 1), ("a", "rejected", 2))
    assert state_of(outcomes(leads("a"), told, NOBODY)) == State.BAD


def test_a_no_that_nobody_worked_for_says_nothing_of_the_lead() -> None:
    told = reports(("a", "rejected", 2), reason=["not_a_fit"])
    found = outcomes(leads("a"), told, NOBODY)
    assert state_of(found) == State.UNWORKED
    assert found.leads["label"].to_list() == [None]


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ((1, 4, 7), State.BAD),
        ((1, 4), State.UNWORKED),  # too few attempts
        ((1, 2, 3), State.UNWORKED),  # all within two days
        ((9, 12, 20), State.UNWORKED),  # the first one came too late
    ],
)
def test_silence_is_a_no_only_after_the_effort_the_policy_asks_for(days, state) -> None:
    told = reports(("a", "rejected", 30), reason=["no_response"])
    assert state_of(outcomes(leads("a"), told, touches("a", *days))) == state


def test_silence_is_a_no_once_the_time_is_up_without_any_report() -> None:
    assert state_of(outcomes(leads("a"), reports(), touches("a", 1, 4, 7))) == State.BAD


def test_without_a_record_of_attempts_silence_is_never_a_no() -> None:
    told = reports(("a", "rejected", 30), reason=["no_response"])
    assert state_of(outcomes(leads("a"), told)) == State.UNWORKED
    talked = reports(("a", "rejected", 30), reason=["no_budget"])
    assert state_of(outcomes(leads("a"), talked)) == State.BAD


def test_a_young_lead_is_being_worked_and_then_waited_for() -> None:
    young = leads("a", at=300)
    assert state_of(outcomes(young, reports(), touches("a", 301))) == State.WORKING
    assert state_of(outcomes(young, reports(), touches("a", 301, 304, 309))) == State.CENSORED
    assert state_of(outcomes(young, reports(("a", "meeting_held", 302)), touches("a", 301))) == State.CENSORED


def test_a_definition_without_effort_takes_any_work_as_enough() -> None:
    easy = replace(DEFINITION, negative_needs=None)
    assert state_of(outcomes(leads("a"), reports(), touches("a", 50), definition=easy)) == State.BAD


def test_good_but_too_late_is_not_good_by_the_definition_and_is_said() -> None:
    told = reports(("a", "contacted", 1), ("a", "opportunity_accepted", 120))
    found = outcomes(leads("a"), told, NOBODY)
    assert state_of(found) == State.BAD
    assert codes(found) == [OutcomeCode.LATE]


def test_a_later_step_counts_as_the_one_that_was_skipped() -> None:
    found = outcomes(leads("a"), reports(("a", "won", 60)), NOBODY)
    assert (state_of(found), codes(found)) == (State.GOOD, [OutcomeCode.SKIPPED])


def test_contradicting_reports_teach_nothing_and_are_said() -> None:
    found = outcomes(leads("a"), reports(("a", "opportunity_accepted", 20), ("a", "rejected", 30)), NOBODY)
    assert found.leads["label"].to_list() == [None]
    assert codes(found) == [OutcomeCode.CONTRADICTION]
    won = replace(DEFINITION, outcome="won")
    both = outcomes(leads("a"), reports(("a", "won", 20), ("a", "lost", 30)), NOBODY, definition=won)
    assert codes(both) == [OutcomeCode.CONTRADICTION]


def test_a_deal_lost_after_it_qualified_was_a_good_lead() -> None:
    found = outcomes(leads("a"), reports(("a", "opportunity_accepted", 20), ("a", "lost", 60)), NOBODY)
    assert (state_of(found), codes(found)) == (State.GOOD, [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("x", "won", 3), OutcomeCode.ORPHAN),
        (("a", "great", 3), OutcomeCode.UNKNOWN_WORD),
        (("a", "won", None), OutcomeCode.NO_TIME),
        (("a", "won", 800), OutcomeCode.FUTURE),
        (("a", "won", -3), OutcomeCode.TOO_EARLY),
    ],
)
def test_a_report_that_cannot_be_used_is_said_and_not_used(row, code) -> None:
    found = outcomes(leads("a"), reports(row), NOBODY)
    assert codes(found) == [code]
    assert state_of(found) == State.UNWORKED


def test_a_report_of_the_same_day_is_not_too_early() -> None:
    assert codes(outcomes(leads("a"), reports(("a", "accepted", -0.2)), NOBODY)) == []


def test_a_repeated_report_counts_once_and_the_first_time() -> None:
    told = reports(("a", "opportunity_accepted", 30), ("a", "Opportunity Accepted", 20))
    found = outcomes(leads("a"), told, NOBODY)
    assert found.leads["good_after"].to_list() == [20.0]
    assert codes(found) == [OutcomeCode.REPEATED]


def test_reports_under_another_definition_are_not_mixed_in() -> None:
    told = reports(("a", "won", 30), ("b", "won", 30), definition=["v1", "v2"])
    found = outcomes(leads("a", "b"), told, NOBODY, definition_name="v2")
    assert found.leads["state"].to_list() == [State.UNWORKED, State.GOOD]
    assert codes(found) == [OutcomeCode.DEFINITIONS, OutcomeCode.SKIPPED]


def test_outcomes_of_other_leads_leave_every_lead_unworked() -> None:
    told = reports(*((f"z{number}", "won", 3) for number in range(20)))
    found = outcomes(leads("a", "b"), told, NOBODY)
    assert found.counts()[State.UNWORKED] == 2
    assert set(codes(found)) == {OutcomeCode.ORPHAN}


def test_a_table_without_the_needed_columns_is_refused() -> None:
    with pytest.raises(OutcomesError, match="outcome"):
        checked(reports().drop("outcome"), leads("a"), day(9), None)


def a_year_of(good) -> pl.DataFrame:
    """Leads of 300 days, one a day, all settled; ``good`` says which days' leads became good."""
    return pl.DataFrame(
        {
            "decided_at": [day(n) for n in range(300)],
            "seen": [400.0] * 300,
            "label": [int(good(n)) for n in range(300)],
        }
    )


def test_a_definition_that_changed_is_seen_in_the_outcomes_and_chance_is_not() -> None:
    assert definition_break(a_year_of(lambda n: n >= 100 and n % 4 == 0), 90) == (day(100), day(296))
    assert definition_break(a_year_of(lambda n: n < 200 and n % 4 == 0), 90) == (day(0), day(196))
    assert definition_break(a_year_of(lambda n: n % 4 == 0), 90) is None
    assert definition_break(a_year_of(lambda n: n >= 40 and n % 40 == 0), 90) is None
    assert definition_break(a_year_of(lambda _: False), 90) is None


def test_young_leads_without_a_good_one_are_no_new_definition() -> None:
    young = a_year_of(lambda n: n < 200 and n % 4 == 0).with_columns(seen=300.0 - pl.int_range(pl.len()))
    assert definition_break(young, 90) is None


STORY = st.lists(st.tuples(st.sampled_from([*LADDER, *REFUSALS]), st.integers(-5, 400)), max_size=6)


def states_and_reports_add_up(found, told: pl.DataFrame) -> bool:
    """Every lead has one state; a label only where it is settled; every report is used or said."""
    settled = found.leads["state"].is_in([State.GOOD.value, State.BAD.value])
    disputed = found.leads["disputed"]
    lines = found.issues.filter(pl.col("row").is_not_null())
    return (
        sum(found.counts().values()) == found.leads.height
        and (found.leads["label"].is_not_null() == (settled & ~disputed)).all()
        and lines["row"].n_unique() == lines.height <= told.height
    )


@given(st.lists(STORY, min_size=1, max_size=4), st.lists(st.integers(0, 30), max_size=5))
def test_every_lead_has_one_state_and_no_report_vanishes(stories, tried) -> None:
    rows = [(f"a{at}", word, float(when)) for at, story in enumerate(stories) for word, when in story]
    told = reports(*rows)
    found = outcomes(leads(*(f"a{at}" for at in range(len(stories)))), told, touches("a0", *tried))
    assert states_and_reports_add_up(found, told)


def test_the_check_of_states_sees_a_label_without_a_settled_state() -> None:
    found = outcomes(leads("a"), reports(), NOBODY)
    broken = replace(found, leads=found.leads.with_columns(pl.lit(0, pl.Int8).alias("label")))
    assert not states_and_reports_add_up(broken, reports())


def test_every_word_of_this_room_is_explained() -> None:
    assert set(STATES) == set(State)
    assert set(OUTCOME_EXPLANATIONS) == set(OutcomeCode)
