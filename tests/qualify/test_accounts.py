"""Leads of one account as one score: laws of the rule, each with a rule that breaks it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from helpers_cli import plumbline
from plumbline.domain.words import Dimension
from plumbline.qualify.accounts import SHARES, AccountScore, LeadPoints, account_score

UNKNOWN = dict.fromkeys(Dimension)
points = st.one_of(st.none(), st.integers(-200, 200))
told = st.fixed_dictionaries(dict.fromkeys(Dimension, points))
lead = st.builds(LeadPoints, st.text("abc", min_size=1, max_size=4), told)
leads = st.lists(lead, max_size=7, unique_by=lambda one: one.lead)


def scored(each: list[LeadPoints], base: int = 3) -> AccountScore:
    return account_score("firm", each, base=base)


@given(leads, st.randoms())
def test_the_order_of_leads_does_not_matter(each, random) -> None:
    mixed = list(each)
    random.shuffle(mixed)
    assert scored(mixed) == scored(each)


@given(leads, st.integers(-50, 50))
def test_parts_add_up_exactly(each, base) -> None:
    told = scored(each, base)
    assert told.points == base + sum(part.points for part in told.parts)
    for dimension in Dimension:
        own = [part.points for part in told.parts if part.dimension is dimension]
        assert told.dimensions[dimension] == (sum(own) if own else None)


@given(leads)
def test_a_lead_of_whom_nothing_is_known_changes_nothing_but_the_count(each) -> None:
    more = scored([*each, LeadPoints("nobody", UNKNOWN)])
    assert replace(more, leads=more.leads - 1) == scored(each)


@given(leads, told)
def test_another_lead_never_lowers_what_is_known(each, more) -> None:
    before, after = scored(each), scored([*each, LeadPoints("new", more)])
    for dimension in Dimension:
        was, now = before.dimensions[dimension], after.dimensions[dimension]
        if was is not None:
            assert now is not None
            assert now >= was


def test_negative_control_a_mean_would_be_lowered_by_a_quiet_colleague() -> None:
    """The law is not empty: the rule that many use breaks it."""
    loud, quiet = 40, 2
    assert (loud + quiet) / 2 < loud
    one = LeadPoints("loud", {**UNKNOWN, Dimension.INTENT: loud})
    two = LeadPoints("quiet", {**UNKNOWN, Dimension.INTENT: quiet})
    assert scored([one, two]).dimensions[Dimension.INTENT] == 41


@given(leads)
def test_a_dimension_that_nobody_tells_stays_unknown(each) -> None:
    blind = [replace(one, points={**one.points, Dimension.FIT: None}) for one in each]
    assert scored(blind).dimensions[Dimension.FIT] is None


@given(leads)
def test_shares_only_shrink_and_nobody_counts_beyond_them(each) -> None:
    told = scored(each)
    for dimension in Dimension:
        parts = [part for part in told.parts if part.dimension is dimension]
        assert len(parts) <= len(SHARES[dimension])
        assert [part.own for part in parts] == sorted((part.own for part in parts), reverse=True)
        assert all(abs(part.points) <= abs(part.own) for part in parts)


def test_a_run_tells_its_accounts_without_people_who_objected(tmp_path) -> None:
    crm, run = tmp_path / "crm", tmp_path / "run"
    plumbline("simulate", "--leads", "400", "--seed", "7", "--out", crm, "--quiet")
    done = plumbline(
        "qualify", crm / "leads.csv", "-m", crm / "mapping.yaml", "-p", crm / "policy.yaml",
        "--as-of", "2026-01-05", "--out", run, "--pages", 0,
    )  # fmt: skip
    assert done.status == 0, done.err
    decided = pl.read_parquet(run / "decisions" / "part-00000.parquet")
    objected = set(decided.filter(pl.col("points").is_null())["lead.id"])
    assert objected
    found = plumbline("accounts", "score", run, "--json").json
    assert found
    assert [one["points"] for one in found] == sorted((one["points"] for one in found), reverse=True)
    named = {part["lead"] for one in found for part in one["parts"]}
    assert not named & objected
    assert any(one["left_out"] for one in found)
    first = plumbline("accounts", "score", run, "--account", found[0]["account"])
    assert f"all parts together {found[0]['points']:+}" in first.out
    missing = plumbline("accounts", "score", run, "--account", "nobody at all")
    assert (missing.status, "[unknown_lead]" in missing.err) == (3, True)
    alone = next(one for one in found if one["leads"] == 1 and None not in one["dimensions"].values())
    lead = decided.filter(pl.col("lead.id") == alone["parts"][0]["lead"])
    assert alone["points"] == lead["points"][0]
