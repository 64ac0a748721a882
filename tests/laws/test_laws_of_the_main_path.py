"""The laws, checked on the whole main path. Every check is shown to fail when its law is broken."""

from __future__ import annotations

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given

from helpers_main_path import AS_OF, FIELDS, batches, bundle, received
from plumbline.domain.words import Route
from plumbline.qualify import qualify

BUNDLE = bundle()
ROUTES = {route.word for route in Route}


def decide(frame: pl.DataFrame) -> pl.DataFrame:
    return qualify(frame, bundle=BUNDLE, as_of=AS_OF).decisions


def breaks(check, *arguments) -> bool:
    """Whether a check notices."""
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


# Law 1: no lead disappears --------------------------------------------------------------------------------


def check_nobody_is_lost(frame: pl.DataFrame, qualified) -> None:
    told = [qualified.decisions["row"], qualified.duplicates["row"], qualified.triaged.rejected["row"]]
    assert sorted(pl.concat(told)) == sorted(frame["row"])
    assert set(qualified.decisions["route"]) <= ROUTES
    assert qualified.decisions["owner"].null_count() == 0


@given(batches())
def test_law_1_every_received_row_is_decided_attached_or_rejected(frame: pl.DataFrame) -> None:
    check_nobody_is_lost(frame, qualify(frame, bundle=BUNDLE, as_of=AS_OF))


def test_law_1_notices_a_lead_that_fell_out() -> None:
    from dataclasses import replace

    frame = received([{"account.tier": "strategic"}, {"account.employees": "12"}])
    qualified = qualify(frame, bundle=BUNDLE, as_of=AS_OF)
    assert breaks(check_nobody_is_lost, frame, replace(qualified, decisions=qualified.decisions.head(1)))
    ownerless = qualified.decisions.with_columns(owner=pl.lit(None, dtype=pl.String))
    assert breaks(check_nobody_is_lost, frame, replace(qualified, decisions=ownerless))


# Law 2: unknown is not bad --------------------------------------------------------------------------------

FULL = {
    "contact.email": "anna@acme.example",
    "account.employees": "1200",
    "account.industry": "Construction",
    "account.tier": "strategic",
    "extra.timeframe": "now",
    "lead.created_at": "2026-02-01",
}
BLANKABLE = tuple(FULL)


def check_not_lowered_silently(before: dict[str, object], after: dict[str, object]) -> None:
    """Less known may change the route only if the lead says that it depends on what is missing."""
    if Route.of(after["route"]) >= Route.of(before["route"]):
        return
    marked = bool(after["missing"]) and after["points_max"] > after["points"]
    open_rule = "?" in after["rules"]
    assert marked or open_rule
    assert after["points_max"] >= before["points"] or open_rule
    assert after["proposes"] is None or before["proposes"] is not None


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("tier", ["strategic", None])
def test_law_2_removing_fields_never_lowers_a_route_silently(size: int, tier: str | None) -> None:
    full = FULL | {"account.tier": tier}
    (before,) = decide(received([full])).iter_rows(named=True)
    for names in combinations(BLANKABLE, size):
        (after,) = decide(received([full | dict.fromkeys(names)])).iter_rows(named=True)
        check_not_lowered_silently(before, after)


@given(batches(largest=4))
def test_law_2_missing_never_takes_points_and_never_rejects(frame: pl.DataFrame) -> None:
    empty = received([{}]).row(0, named=True)
    (nothing,) = decide(received([empty])).iter_rows(named=True)
    assert nothing["points"] == BUNDLE.card.base
    assert nothing["proposes"] is None
    for row in decide(frame).iter_rows(named=True):
        if row["points"] is not None:
            assert row["points_min"] <= row["points"] <= row["points_max"]


def test_law_2_notices_a_card_that_punishes_missing_fields() -> None:
    (before,) = decide(received([FULL | {"account.tier": None}])).iter_rows(named=True)
    punished = before | {"route": "nurture", "points": -90, "points_max": -90, "missing": [], "rules": "----"}
    assert breaks(check_not_lowered_silently, before, punished)


# Law 3: reasons add up ------------------------------------------------------------------------------------


def check_reasons_add_up(decisions: pl.DataFrame) -> None:
    scored = decisions.filter(pl.col("points").is_not_null())
    terms = scored.select(pl.sum_horizontal("^points\\.term\\..*$").cast(pl.Int64)).to_series()
    dimensions = scored.select(
        pl.sum_horizontal("points.fit", "points.intent", "points.readiness").cast(pl.Int64)
    )
    assert (terms + BUNDLE.card.base).to_list() == scored["points"].to_list()
    assert (dimensions.to_series() + BUNDLE.card.base).to_list() == scored["points"].to_list()


@given(batches())
def test_law_3_base_and_points_of_all_terms_are_the_score(frame: pl.DataFrame) -> None:
    check_reasons_add_up(decide(frame))


def test_law_3_notices_a_cap_that_is_not_told() -> None:
    frame = received([FULL | {"account.employees": "300"}])
    decisions = decide(frame)
    assert decisions["points.term.cap:size"].to_list() != [0]
    assert breaks(check_reasons_add_up, decisions.drop("points.term.cap:size"))


# Law 10: chance is logged ---------------------------------------------------------------------------------


def check_chances_are_logged(decisions: pl.DataFrame) -> None:
    for stream, chance in BUNDLE.policy.draws.items():
        drawn = decisions.filter(pl.col(f"draw.{stream}").is_not_null())
        assert drawn[f"pi.{stream}"].to_list() == [chance] * drawn.height
    nurtured = decisions.filter((pl.col("intended_route") == "nurture") & pl.col("points").is_not_null())
    assert nurtured["pi.audit"].null_count() == 0


@given(batches())
def test_law_10_every_draw_has_its_chance_beside_it(frame: pl.DataFrame) -> None:
    check_chances_are_logged(decide(frame))


def test_law_10_notices_a_draw_without_a_chance() -> None:
    decisions = decide(received([FULL, {"account.employees": "12"}]))
    assert breaks(
        check_chances_are_logged, decisions.with_columns(pl.lit(None, dtype=pl.Int16).alias("pi.blind"))
    )


# Law 12: bad input is a result ----------------------------------------------------------------------------


def check_bad_cells_are_told(frame: pl.DataFrame, qualified) -> None:
    told = {(row, column) for row, column in qualified.triaged.issues.select("row", "column").rows()}
    for row in frame.iter_rows(named=True):
        if row["account.employees"] == "many":
            assert (row["row"], "account.employees") in told
        if row["lead.created_at"] == "2026-02-30":
            assert (row["row"], "lead.created_at") in told


@given(batches())
def test_law_12_unreadable_cells_are_reported_with_row_and_column(frame: pl.DataFrame) -> None:
    check_bad_cells_are_told(frame, qualify(frame, bundle=BUNDLE, as_of=AS_OF))


def test_law_12_notices_a_report_with_a_line_missing() -> None:
    from dataclasses import replace

    frame = received([{name: values[-2] for name, values in FIELDS.items()} | {"account.employees": "many"}])
    qualified = qualify(frame, bundle=BUNDLE, as_of=AS_OF)
    hushed = replace(qualified.triaged, issues=qualified.triaged.issues.clear())
    assert breaks(check_bad_cells_are_told, frame, replace(qualified, triaged=hushed))
