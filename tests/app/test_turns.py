from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plumbline.app import turns
from plumbline.app.turns import LEAD, Ask, Desk, Member, Sign, Spread, choose, give_back, take

MAY = date(2026, 5, 5)


def desk(*members: Member, team: int = 1, **more) -> Desk:
    return Desk(team, f"Team {team}", members, **more)


def ann(**more) -> Member:
    return Member(1, "Ann", **more)


def ben(**more) -> Member:
    return Member(2, "Ben", **more)


def deal(desks: dict[int, Desk], leads: int) -> tuple[list[turns.Choice], dict[int, Desk]]:
    made = []
    for _ in range(leads):
        made.append(choose(desks, Ask(1)))
        desks = take(desks, made[-1])
    return made, desks


weights = st.lists(st.integers(1, 12), min_size=1, max_size=8)


def members_of(sizes: list[int]) -> tuple[Member, ...]:
    return tuple(Member(user, f"P{user}", weight) for user, weight in enumerate(sizes, 1))


def furthest(chosen: list[int | None], sizes: list[int]) -> float:
    """How far the count of anybody ever was from their exact share."""
    had: Counter[int | None] = Counter()
    worst = 0.0
    for turn, user in enumerate(chosen, 1):
        had[user] += 1
        shares = {one: turn * weight / sum(sizes) for one, weight in enumerate(sizes, 1)}
        worst = max(worst, *(abs(had[one] - share) for one, share in shares.items()))
    return worst


@given(weights)
def test_nobody_is_ever_a_lead_away_from_their_share(sizes) -> None:
    made, after = deal({1: desk(*members_of(sizes))}, 200)
    assert furthest([one.user for one in made], sizes) < 1
    assert sum(member.owed for member in after[1].members) == 0


def test_the_greatest_debt_first_would_break_that_promise() -> None:
    """Negative control: the simple rule, fewest leads for the weight, leaves the bound."""
    sizes = [1, 1, 1, 1, 1, 12]
    had = Counter(dict.fromkeys(range(1, 7), 0))
    chosen = []
    for _ in range(200):
        user = min(had, key=lambda one: (had[one] / sizes[one - 1], one))
        had[user] += 1
        chosen.append(user)
    assert furthest(chosen, sizes) > 1


@given(weights, st.integers(0, 2**32))
def test_the_order_in_which_people_are_listed_gives_nobody_more(sizes, seed) -> None:
    listed = list(members_of(sizes))
    shuffled = Random(seed).sample(listed, len(listed))
    first, _ = deal({1: desk(*listed)}, 60)
    second, _ = deal({1: desk(*shuffled)}, 60)
    assert [one.user for one in first] == [one.user for one in second]


people = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.one_of(st.none(), st.integers(0, 6)),
        st.one_of(st.none(), st.integers(0, 6)),
        st.integers(0, 3),
        st.booleans(),
        st.sampled_from([1, 2]),
    ),
    min_size=1,
    max_size=9,
)


def two_desks(drawn, spread: Spread) -> dict[int, Desk]:
    members = [
        (
            team,
            Member(user, f"P{user}", weight, 0, opened, opened, cap, daily, MAY if away else None),
        )
        for user, (weight, cap, daily, opened, away, team) in enumerate(drawn, 1)
    ]
    return {
        team: desk(*(one for at, one in members if at == team), team=team, overflow=3 - team, spread=spread)
        for team in (1, 2)
    }


@given(people, st.sampled_from(Spread), st.integers(1, 9), st.integers(1, 9))
def test_no_cap_is_exceeded_and_nobody_absent_is_chosen(drawn, spread, owner, regular) -> None:
    desks = two_desks(drawn, spread)
    for _ in range(30):
        choice = choose(desks, Ask(1, owner=owner, regular=regular))
        if choice.user is None:
            assert choice.sign is Sign.WAITS
            assert not any(
                one.weight and not one.hindrance for each in desks.values() for one in each.members
            )
            return
        member = desks[choice.team].member(choice.user)
        assert member is not None
        assert member.away_to is None
        assert member.open_cap is None or member.open < member.open_cap
        assert member.daily_cap is None or member.today < member.daily_cap
        assert member.weight or choice.user in {owner, regular}
        desks = take(desks, choice)


def test_without_the_question_about_hindrance_the_absent_are_chosen(monkeypatch) -> None:
    """Negative control of the test above."""
    monkeypatch.setattr(Member, "hindrance", "")
    assert choose({1: desk(ann(away_to=MAY), ben(weight=0))}, Ask(1)).user == 1


@given(weights, st.integers(0, 40))
def test_who_comes_back_gets_their_share_and_no_flood(sizes, before) -> None:
    assume(len(sizes) > 1)
    away = desk(*members_of(sizes))
    away = replace(away, members=(replace(away.members[0], away_to=MAY), *away.members[1:]))
    _, after = deal({1: away}, before)
    back = replace(after[1], members=(replace(after[1].members[0], away_to=None), *after[1].members[1:]))
    made, _ = deal({1: back}, 100)
    share = 100 * sizes[0] / sum(sizes)
    assert abs(sum(one.user == 1 for one in made) - share) < 2


def test_a_lead_that_was_wrong_is_made_good() -> None:
    fair, after = deal({1: desk(ann(), ben())}, 10)
    assert Counter(one.user for one in fair) == {1: 5, 2: 5}
    made, _ = deal({1: give_back(give_back(after[1], 1), 1)}, 10)
    assert Counter(one.user for one in made) == {1: 6, 2: 4}  # two leads more, one of them their own share
    assert sum(one.owed for one in give_back(after[1], 1).members) == sum(
        one.owed for one in after[1].members
    )


def test_the_accounts_owner_comes_first_and_takes_no_turn() -> None:
    choice = choose({1: desk(ann(), ben())}, Ask(1, owner=2))
    assert (choice.user, choice.turn, choice.steps) == (2, False, ("Ben has the account.",))


def test_the_owner_may_sit_in_another_team() -> None:
    desks = {1: desk(ann()), 2: desk(ben(), team=2)}
    assert choose(desks, Ask(1, owner=2)).team == 2


def test_who_works_the_account_keeps_it_and_the_steps_say_why_the_owner_did_not() -> None:
    choice = choose({1: desk(ann(), ben(away_to=MAY))}, Ask(1, owner=2, regular=1))
    assert choice.user == 1
    assert choice.steps == (
        "Ben has the account, but is away until 5 May.",
        "Ann works other leads of the account.",
    )


def test_an_owner_who_left_is_passed_over() -> None:
    choice = choose({1: desk(ann())}, Ask(1, owner=9))
    assert choice.user == 1
    assert choice.steps[0] == "Somebody who is in no team any more has the account."


def test_a_full_team_overflows_loudly_and_tells_everything_it_tried() -> None:
    desks = {
        1: desk(ann(open=5, open_cap=5), Member(3, "Cy", today=2, daily_cap=2), overflow=2),
        2: desk(ben(), team=2, overflow=1),
    }
    choice = choose(desks, Ask(1))
    assert (choice.team, choice.user, choice.sign) == (2, 2, Sign.OVERFLOW)
    assert choice.steps == (
        "Ann has 5 of at most 5 open leads.",
        "Cy has got 2 of at most 2 leads today.",
        "Nobody in Team 1 can take it, so Team 2 is asked.",
        "It is Ben's turn in Team 2.",
    )


def test_when_nobody_can_it_waits_where_it_belongs() -> None:
    desks = {1: desk(ann(away_to=MAY), overflow=2), 2: desk(ben(weight=0), team=2, overflow=1)}
    choice = choose(desks, Ask(1))
    assert (choice.team, choice.user, choice.sign) == (1, None, Sign.WAITS)
    assert choice.why == "Nobody can take it now: it waits in the queue of Team 1."
    assert take(desks, choice) == desks


def test_who_had_it_and_did_not_answer_is_not_asked_again() -> None:
    choice = choose({1: desk(ann(), ben())}, Ask(1, owner=1, before=frozenset({1})))
    assert choice.user == 2
    assert "Ann has the account, but had it before." in choice.steps


@pytest.mark.parametrize(("opened", "user"), [((4, 3), 1), ((6, 2), 2), ((5, 2), 1)])
def test_by_load_the_fewest_open_leads_for_the_share_decide(opened, user) -> None:
    first, second = ann(weight=2, open=opened[0]), ben(open=opened[1])
    assert choose({1: desk(first, second, spread=Spread.LOAD)}, Ask(1)).user == user


def test_a_person_of_two_teams_has_one_pile_of_leads() -> None:
    desks = {1: desk(ann(open_cap=1)), 2: desk(ann(open_cap=1), team=2)}
    after = take(desks, choose(desks, Ask(1)))
    assert after[2].members[0].open == 1
    assert choose(after, Ask(2)).user is None


def test_one_person_alone_gets_everything_and_owes_nothing() -> None:
    made, after = deal({1: desk(ann(weight=3))}, 5)
    assert {one.user for one in made} == {1}
    assert after[1].members[0].owed == 0
    assert LEAD > 10**6
