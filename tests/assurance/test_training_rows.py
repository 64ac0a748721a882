from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from plumbline.assurance.history import MOMENT, History
from plumbline.assurance.outcomes import outcomes_of
from plumbline.assurance.training import signals_at, training_rows
from plumbline.connectors.batch import ROW, Batch, rejected_frame
from plumbline.connectors.mapping import apply_mapping, parse_mapping
from plumbline.domain.errors import MissingPropensityError
from plumbline.domain.words import Purpose
from plumbline.library.inputs import policy_from
from plumbline.qualify import CellReading
from plumbline.qualify.path import qualify
from plumbline.signals import event_state
from plumbline.simulate import Settings, demo, look, simulate
from plumbline.simulate.export import export
from plumbline.simulate.history import history as later_values


@pytest.fixture(scope="module")
def world():
    return simulate(Settings(leads=700, weeks=26), seed=11)


@pytest.fixture(scope="module")
def given(world):
    """The simulated company: its policy, its history rewound by its own change log, its outcomes."""
    mapping = parse_mapping(demo("mapping.yaml"))
    cells = CellReading(mapping.blank_words, mapping.plain_dates)
    bundle, _ = policy_from(demo("policy.yaml"), cells=cells)
    leads = export(world).unique("Lead ID", keep="first", maintain_order=True)
    frame = leads.cast(pl.String).with_row_index(ROW, 1).with_columns(pl.col(ROW).cast(pl.Int64))
    received = apply_mapping(mapping, Batch(frame, rejected_frame([])), cells.blank_words).frame
    created = leads["Created"].str.to_datetime("%Y-%m-%d %H:%M:%S", time_zone="UTC", time_unit="us")
    changes = timed(later_values(world)).with_columns(field=pl.col("column").replace(dict(mapping.columns)))
    observed = look(world)
    moments = received.select("lead.id").with_columns(created.alias("decided_at"))
    outcomes = outcomes_of(
        moments,
        timed(observed.outcomes()),
        definition=bundle.policy.definition,
        as_of=world.now,
        touches=timed(observed.touches()),
    )
    return bundle, received, created, changes, outcomes, observed.events()


def timed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC", time_unit="us")
    )


def made(world, given, *, changes=None, events=None, chosen=None):
    bundle, received, created, told, outcomes, seen = given
    past = History.of_export(received, created, told if changes is None else changes)
    return training_rows(
        past, outcomes, bundle=bundle, as_of=world.now, events=seen if events is None else events,
        chosen=chosen, segments=("lead.source",),
    )  # fmt: skip


def test_the_frame_holds_typed_signals_labels_weights_and_segments(world, given) -> None:
    told = made(world, given)
    frame = told.frame
    assert frame.columns[:2] == ["lead.id", "decided_at"]
    assert frame.schema["employees"] == pl.Float64
    assert frame.schema["industry"] == pl.String
    assert (frame.schema["label"], frame.schema["weight"]) == (pl.Int8, pl.Float64)
    assert frame["segment.source"].null_count() < frame.height / 10
    labelled = frame.filter(pl.col("label").is_not_null())
    assert labelled["weight"].mean() == pytest.approx(1.0)
    assert frame.filter(pl.col("label").is_null())["weight"].sum() == 0.0
    assert 0 < told.effective <= labelled.height
    assert frame["label"].sum() > 10


def test_only_signals_that_may_train_are_there(world, given) -> None:
    told, policy = made(world, given), given[0].policy
    assert set(told.signals) == {spec.name for spec in policy.signals if Purpose.TRAIN in spec.purposes}
    assert not set(told.unused) & set(told.frame.columns)


def test_who_objected_by_now_is_in_no_row_and_is_counted(world, given) -> None:
    told, received = made(world, given), given[1]
    objected = received.filter(pl.col("lead.objected").str.to_lowercase() == "yes")["lead.id"]
    assert objected.len() > 0
    assert not set(objected) & set(told.frame["lead.id"])
    assert told.left_out["the person objected to profiling"] > 0
    assert told.frame.height + sum(told.left_out.values()) == received.height


def leaks_of_later_facts(world, given, make) -> bool:
    """Whether changing everything that came after the decisions changes any signal of any row."""
    _, _, _, changes, outcomes, events = given
    decided = outcomes.leads.select("lead.id", "decided_at")
    late = pl.col("at") > pl.col("decided_at")
    spoiled = changes.join(decided, on="lead.id", how="left", maintain_order="left").with_columns(
        value=pl.when(late).then(pl.lit("999")).otherwise("value")
    )
    seen = timed(events).join(decided, on="lead.id", how="left", maintain_order="left")
    pruned = seen.filter(~late).with_columns(pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    names = list(made(world, given).signals)
    plain = make(changes, events).select("lead.id", *names)
    other = make(spoiled.drop("decided_at"), pruned.drop("decided_at")).select("lead.id", *names)
    return not plain.equals(other)


def test_later_values_and_events_never_reach_a_training_row(world, given) -> None:
    def make(changes, events):
        return made(world, given, changes=changes, events=events).frame

    assert not leaks_of_later_facts(world, given, make)


def test_the_check_sees_rows_made_as_of_today(world, given) -> None:
    bundle, received, created, _, outcomes, _ = given

    def make(changes, events):
        past = History.of_export(received, created, changes)
        today = outcomes.leads.select(
            "lead.id", pl.lit(world.now + timedelta(1)).cast(MOMENT).alias("decided_at")
        )
        return signals_at(past, today, bundle, events).signals

    assert leaks_of_later_facts(world, given, make)


def test_training_reads_what_the_main_path_would_have_read_on_that_day(world, given) -> None:
    bundle, received, created, changes, outcomes, events = given
    past = History.of_export(received, created, changes)
    told = made(world, given).frame
    for lead in told["lead.id"].gather_every(97):
        at = outcomes.leads.filter(pl.col("lead.id") == lead)["decided_at"].item()
        moment = outcomes.leads.filter(pl.col("lead.id") == lead).select("lead.id", "decided_at")
        row = past.as_of(moment).drop("decided_at")
        state = event_state(events, bundle.policy.signals, as_of=at)
        served = qualify(row, bundle=bundle, as_of=at, events=state).signals
        names = [name for name in told.columns if name in served.columns]
        assert told.filter(pl.col("lead.id") == lead).select(names).equals(served.select(names))


def test_a_reps_own_pick_has_no_weight_and_a_drawn_lead_stands_for_many(world, given) -> None:
    ids = given[4].leads["lead.id"]
    chosen = pl.DataFrame(
        {
            "lead.id": ids,
            "pursued": [n % 3 == 0 for n in range(ids.len())],
            "drawn": [n % 3 == 1 for n in range(ids.len())],
        }
    ).with_columns(chance=pl.lit(0.1))
    told = made(world, given, chosen=chosen).frame
    known = told.filter(pl.col("label").is_not_null())
    assert set(known["chosen_by"]) == {"policy", "draw"}
    mean = dict(known.group_by("chosen_by").agg(pl.col("weight").mean()).iter_rows())
    assert mean["draw"] / mean["policy"] == pytest.approx(10, rel=0.1)
    with pytest.raises(MissingPropensityError):
        made(world, given, chosen=chosen.with_columns(chance=pl.lit(None, pl.Float64)))
