from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_simulate import SEED, SMALL, small_market, small_truth, small_world
from plumbline.simulate import (
    Observed,
    Response,
    Settings,
    Team,
    World,
    arrival_order,
    begin,
    fly,
    look,
    newest_first,
    random_order,
    step,
    truth_of,
)
from plumbline.simulate.arrivals import DAY
from plumbline.simulate.outcomes import MEETING_HELD, OUTCOMES, QUALIFIED, Talk, follow, speed

SPARE = Team(coverage=2.0, laziness=0.0, rescue=0.0)


def routed(observed: Observed, route: pl.Expr, order: pl.Expr | None = None) -> pl.DataFrame:
    order = pl.int_range(pl.len()).cast(pl.Float64) if order is None else order
    return observed.leads.select(
        pl.col("Lead ID").alias("lead.id"), route.alias("route"), order.alias("order")
    )


def half_nurtured(observed: Observed) -> pl.DataFrame:
    """Even lead numbers are worked, odd ones are not."""
    even = pl.col("Lead ID").str.slice(-1).is_in(list("02468"))
    return routed(observed, pl.when(even).then(pl.lit("queue")).otherwise(pl.lit("nurture")))


def outcomes_of(world: World) -> pl.DataFrame:
    """All outcomes, the future included."""
    return truth_of(world).outcomes


def qualified(world: World) -> set[str]:
    found = outcomes_of(world).filter(pl.col("outcome") == "opportunity_accepted")["lead.id"]
    return set(found.to_list())


def moments(column: pl.Expr) -> pl.Expr:
    return column.str.to_datetime("%Y-%m-%dT%H:%M:%SZ")


def test_a_label_exists_only_where_somebody_worked() -> None:
    settings = replace(SMALL, team=SPARE)
    world = fly(begin(settings, seed=SEED), half_nurtured, SMALL.weeks)
    reported = outcomes_of(world)["lead.id"].unique()
    assert reported.len() > SMALL.leads / 4
    assert reported.str.slice(-1).is_in(list("02468")).all()
    assert look(world).touches()["chosen_by"].unique().to_list() == ["router"]
    # Negative control: with reps who rescue leads of their own choice, the others get labels too.
    free = replace(settings, team=replace(SPARE, rescue=0.3))
    rescued = look(fly(begin(free, seed=SEED), half_nurtured, SMALL.weeks)).touches()
    odd = rescued.filter(~pl.col("lead.id").str.slice(-1).is_in(list("02468")))
    assert odd.height > 0
    assert odd["chosen_by"].unique().to_list() == ["rep"]


def test_no_rep_makes_more_attempts_a_day_than_the_day_holds() -> None:
    touches = look(small_world()).touches().with_columns(day=pl.col("at").str.slice(0, 10))
    busiest = touches.group_by("rep", "day").agg(pl.len())["len"].max()
    assert busiest <= small_world().sales.capacity.max()
    # Negative control: a smaller team would be over its limit, so the bound says something.
    assert busiest > 0.8 * small_world().sales.capacity.max()


@pytest.mark.parametrize("coverage", [0.3, 0.6])
def test_a_small_team_leaves_leads_unworked(coverage: float) -> None:
    world = fly(begin(replace(SMALL, team=Team(coverage=coverage)), seed=SEED), arrival_order, SMALL.weeks)
    touches = look(world).touches()
    assert touches.height <= world.sales.capacity.sum() * 5 * SMALL.weeks
    assert touches["lead.id"].n_unique() < 0.75 * look(small_world()).touches()["lead.id"].n_unique()


def test_work_is_done_on_working_days_after_the_lead_came_in() -> None:
    touches = look(small_world()).touches().with_columns(moments(pl.col("at")))
    leads = small_market().visible.leads.select(
        pl.col("Lead ID").alias("lead.id"), pl.col("Created").str.to_datetime()
    )
    both = touches.join(leads, on="lead.id")
    assert (both["at"] > both["Created"]).all()
    assert both["at"].dt.weekday().max() == 5
    assert both["at"].dt.hour().is_between(9, 17).all()


def test_attempts_are_counted_from_one_and_end_when_somebody_picks_up() -> None:
    touches = look(small_world()).touches().sort("lead.id", "at")
    by_lead = touches.group_by("lead.id", maintain_order=True).agg(pl.col("attempt"), pl.col("reached"))
    for attempts, reached in by_lead.select("attempt", "reached").iter_rows():
        assert attempts == list(range(1, len(attempts) + 1))
        assert not any(reached[:-1])


def test_outcomes_mature_late() -> None:
    def known_share(weeks_later: int) -> float:
        world = fly(small_world(), arrival_order, weeks_later)
        last = set(
            outcomes_of(world).filter(pl.col("outcome") == "opportunity_accepted")["lead.id"].to_list()
        )
        now = look(world).outcomes().filter(pl.col("outcome") == "opportunity_accepted")["lead.id"]
        return now.len() / len(last)

    shares = [known_share(weeks) for weeks in (0, 4, 8, 20)]
    assert shares == sorted(shares)
    assert shares[0] < 0.85
    assert shares[-1] > 0.95


def test_older_cohorts_are_more_resolved_than_young_ones() -> None:
    last = small_truth().outcomes.filter(pl.col("outcome") == "opportunity_accepted")
    created = small_market().visible.leads.select(
        pl.col("Lead ID").alias("lead.id"), pl.col("Created").str.to_datetime()
    )
    now = small_world().now.replace(tzinfo=None)
    frame = last.join(created, on="lead.id").with_columns(
        resolved=pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ") <= now,
        weeks=(now - pl.col("Created")).dt.total_days() // 7,
    )
    share = (
        frame.group_by((pl.col("weeks") // 5).alias("age"))
        .agg(pl.col("resolved").mean())
        .sort("age")["resolved"]
    )
    assert share.is_sorted()
    assert share[-1] - share[0] > 0.4


def test_outcomes_come_in_the_order_of_the_funnel() -> None:
    steps = ["accepted", "contacted", "meeting_held", "opportunity_created", "opportunity_accepted"]
    wide = (
        small_truth()
        .outcomes.filter(pl.col("outcome").is_in(steps))
        .pivot("outcome", index="lead.id", values="at")
    )
    for earlier, later in pairwise(steps):
        there = wide.filter(pl.col(later).is_not_null())
        assert there.height > 50
        assert there[earlier].is_not_null().all()
        assert (there[earlier] <= there[later]).all()
    ends = small_truth().outcomes.filter(pl.col("outcome").is_in(["won", "lost", "rejected"]))
    assert not ends["lead.id"].is_duplicated().any()
    assert ends.filter(pl.col("outcome") == "rejected")["reason"].is_not_null().all()


def test_what_qualified_would_have_qualified_if_worked_well() -> None:
    good = small_truth().leads.filter("would_qualify")["lead.id"]
    found = qualified(small_world())
    assert found <= set(good.to_list())
    assert 0.5 * good.len() < len(found) < good.len()


@cache
def delayed(days: int, floor: float) -> World:
    """Everybody is worked, but only this many working days after coming in."""
    settings = replace(SMALL, team=SPARE, response=Response(floor=floor))

    def choose(observed: Observed) -> pl.DataFrame:
        late = observed.waiting.filter(pl.col("order") <= observed.second / DAY - days).with_columns(
            route=pl.lit("queue")
        )
        today = pl.lit(float(observed.second / DAY))
        route = pl.lit("nurture" if days else "queue")
        return pl.concat([routed(observed, route, today), late.select("lead.id", "route", "order")])

    return fly(begin(settings, seed=SEED), choose, SMALL.weeks + 5)


def test_slow_follow_up_loses_good_leads_and_wins_none() -> None:
    fast, slow, slower = (qualified(delayed(days, 0.3)) for days in (0, 5, 15))
    assert slow < fast
    assert slower < slow
    assert len(slower) < 0.75 * len(fast)


def test_slow_follow_up_costs_nothing_where_leads_do_not_cool() -> None:
    fast, slow = (qualified(delayed(days, 1.0)) for days in (0, 15))
    # A lead drawn near the end may be reached too late to be touched at all; nothing else differs.
    assert len(fast ^ slow) < 0.02 * len(fast)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_less_effort_never_takes_a_lead_further(
    chance: float, lot: float, effort: float, other: float
) -> None:
    def steps(share: float) -> set[int]:
        return {
            int(code)
            for part in follow(talk(chance, lot, share))
            for code in part.outcome
            if code <= QUALIFIED
        }

    less, more = sorted((effort, other))
    done, reached = steps(less), steps(more)
    assert (QUALIFIED in done) <= (QUALIFIED in reached)
    assert (MEETING_HELD in done) <= (MEETING_HELD in reached)


def talk(chance: float, lot: float, effort: float) -> Talk:
    one, zero = np.array([1]), np.array([0])
    return Talk(
        row=zero, rep=zero, at=one, chance=np.array([chance]), effort=np.array([effort]), lot=np.array([lot]),
        lot_won=np.array([0.5]), to_opportunity=one * DAY * 30, to_close=one * DAY, fit=zero * 0.0,
        reason=one,
        refused_from=one * (1 << 60),
    )  # fmt: skip


def test_speed_halves_what_can_be_lost_every_half_life() -> None:
    left = speed(np.array([0.0, 4.0, 8.0, 400.0]), Response(half_life_days=4.0, floor=0.2))
    assert left == pytest.approx([1.0, 0.6, 0.4, 0.2])


def test_a_better_order_wins_more_with_the_same_team() -> None:
    settings = Settings(leads=4_000, weeks=12, team=Team(coverage=0.5))
    start = begin(settings, seed=4)
    chances = truth_of(start).leads.select("lead.id", order=-pl.col("p_qualify"))

    def oracle(observed: Observed) -> pl.DataFrame:
        return routed(observed, pl.lit("queue")).drop("order").join(chances, on="lead.id")

    routers = (oracle, random_order(start.market.streams), newest_first, arrival_order)
    best, by_lot, newest, oldest = (len(qualified(fly(start, router, 16))) for router in routers)
    assert best > 1.3 * max(by_lot, newest, oldest)


def test_worlds_of_one_market_fork_without_touching_each_other() -> None:
    half = fly(begin(SMALL, seed=SEED, market=small_market()), arrival_order, 10)
    before = look(half).outcomes()
    one, other = fly(half, arrival_order, 10), fly(half, half_nurtured, 10)
    assert look(half).outcomes().equals(before)
    assert look(one).outcomes().equals(look(small_world()).outcomes())
    assert not look(other).outcomes().equals(look(one).outcomes())


def test_a_router_sees_what_a_company_would_have_by_then() -> None:
    mornings: list[Observed] = []

    def watch(observed: Observed) -> pl.DataFrame:
        mornings.append(observed)
        return arrival_order(observed)

    world = fly(begin(SMALL, seed=SEED, market=small_market()), watch, 4)
    new = pl.concat([morning.leads for morning in mornings])
    assert new.equals(small_market().visible.leads.head(new.height))
    last = mornings[-1]
    now = last.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    for frame in (last.events(), last.messages(), last.outcomes(), last.touches()):
        assert frame.height > 0
        assert frame["at"].max() <= now
        assert frame["lead.id"].is_in(last.all_leads()["Lead ID"].implode()).all()
    assert last.events(last.leads)["lead.id"].is_in(last.leads["Lead ID"].implode()).all()
    # Negative control: there is a future that could have leaked.
    assert small_market().visible.events["at"].max() > now
    assert outcomes_of(world)["at"].max() > now


def test_a_waiting_lead_can_be_moved_and_a_started_one_cannot() -> None:
    def nurture(observed: Observed) -> pl.DataFrame:
        return routed(observed, pl.lit("nurture"))

    def wake(observed: Observed) -> pl.DataFrame:
        woken = observed.waiting.with_columns(route=pl.lit("fast_track"))
        return pl.concat([nurture(observed), woken])

    settings = replace(SMALL, team=SPARE)
    asleep = fly(begin(settings, seed=SEED, market=None), nurture, 3)
    assert look(asleep).touches().is_empty()
    awake = step(asleep, wake)
    started = look(awake).touches()
    assert started.height > 100

    def stir(observed: Observed) -> pl.DataFrame:
        again = started.head(1).select("lead.id", route=pl.lit("review"), order=pl.lit(0.0))
        return pl.concat([nurture(observed), again])

    with pytest.raises(ValueError, match="only new and waiting leads"):
        step(awake, stir)


@pytest.mark.parametrize("wrong", ["none", "twice", "unknown", "infinite"])
def test_no_lead_disappears_between_router_and_reps(wrong: str) -> None:
    def choose(observed: Observed) -> pl.DataFrame:
        chosen = arrival_order(observed)
        stranger = chosen.head(1).with_columns(pl.lit("L9999999999").alias("lead.id"))
        return {
            "none": chosen.head(chosen.height - 1),
            "twice": pl.concat([chosen, chosen.head(1)]),
            "unknown": pl.concat([chosen, stranger]),
            "infinite": chosen.with_columns(order=pl.lit(float("inf"))),
        }[wrong]

    with pytest.raises(ValueError, match=r"every new lead|only new and waiting|order must be"):
        step(begin(SMALL, seed=SEED, market=small_market()), choose)


def test_reps_call_first_whom_they_like() -> None:
    def pull(cherry_picking: float) -> float:
        """How much sooner a rep calls a lead to the rep's taste."""
        team = Team(reps=4, touches_per_day=40, cherry_picking=cherry_picking)
        world = fly(begin(replace(SMALL, team=team), seed=SEED), arrival_order, SMALL.weeks)
        first = look(world).touches().filter(pl.col("attempt") == 1).with_columns(moments(pl.col("at")))
        leads = world.market.visible.leads.select(
            pl.col("Lead ID").alias("lead.id"), pl.col("Created").str.to_datetime()
        )
        frame = first.join(leads, on="lead.id").join(truth_of(world).leads, on="lead.id")
        rep = frame["rep"].str.slice(1).cast(pl.Int64).to_numpy() - 1
        liking = world.sales.likes[rep, 0] * (np.log10(frame["employees"].to_numpy()) - 2)
        waited = (frame["at"] - frame["Created"]).dt.total_hours().to_numpy()
        return -float(np.corrcoef(liking, waited)[0, 1])

    assert abs(pull(0.0)) < 0.05
    assert pull(2.0) > 0.1


def test_wrong_labels_and_refusals_of_good_leads_happen_at_the_set_rate() -> None:
    def muddled(wrong_labels: float) -> float:
        team = Team(wrong_labels=wrong_labels)
        world = fly(begin(replace(SMALL, team=team), seed=SEED), arrival_order, SMALL.weeks)
        students = truth_of(world).leads.filter(pl.col("not_a_buyer") == "student")
        reasons = outcomes_of(world).filter(pl.col("outcome") == "rejected").join(students, on="lead.id")
        unseen = reasons.join(look(world).touches(), on="lead.id", how="anti")
        return float((unseen["reason"] == "no_response").mean())

    assert muddled(0.0) < 0.01
    assert 0.1 < muddled(0.3) < 0.5


def test_every_outcome_word_is_used() -> None:
    assert set(small_truth().outcomes["outcome"].unique()) == set(OUTCOMES)
