"""The example mappings and policies: they compile, they read no leak, and on the real files they add up."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from plumbline.connectors.files import open_source
from plumbline.connectors.guess import guess
from plumbline.connectors.mapping import apply_mapping, load_mapping, parse_mapping
from plumbline.connectors.starter import starter_policy
from plumbline.policy import compile_policy
from plumbline.triage import Seen, check

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
DATA = ROOT.parent / "shared" / "data"
FILES = {"lead_xeducation": "leads.csv.gz", "lead_ficzon": "leads.csv"}
#: Columns whose values may stem from after the lead came in, by the READMEs of the data.
LEAKS = {
    "lead_xeducation": {
        "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Converted",
        "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score",
        "Asymmetrique Profile Score", "TotalVisits", "Total Time Spent on Website", "Page Views Per Visit",
    },
    "lead_ficzon": {"product_id", "location", "delivery_mode", "sales_agent", "status"},
}  # fmt: skip
EXPECTED = {"lead_xeducation": (9240, 1281), "lead_ficzon": (7422, 10)}


def data_file(name):
    path = DATA / name / FILES[name]
    if not path.exists():
        pytest.skip("the shared evaluation data is not here")
    return path


def triaged(name, size):
    """The whole file through its example mapping and triage, in batches."""
    mapping = load_mapping(EXAMPLES / name / "mapping.yaml")
    seen, parts, refused = Seen(), [], 0
    for batch in open_source(data_file(name)).batches(size):
        received = apply_mapping(mapping, batch, mapping.blank_words or ())
        refused += received.rejected.height
        parts.append(check(received.frame, kinds={}, blank_words=mapping.blank_words or (), seen=seen))
        seen = parts[-1].seen
    return parts, refused


@pytest.mark.parametrize("name", FILES)
def test_an_example_policy_compiles_without_a_warning(name):
    policy, issues = compile_policy((EXAMPLES / name / "policy.yaml").read_text(encoding="utf-8"))
    assert issues == []
    assert 8 <= len(policy.signals) <= 14
    assert 6 <= len(policy.rules) <= 10
    assert len(policy.examples) >= 5


@pytest.mark.parametrize("name", FILES)
def test_an_example_policy_reads_no_column_that_knows_the_outcome(name):
    mapping = load_mapping(EXAMPLES / name / "mapping.yaml")
    policy, _ = compile_policy((EXAMPLES / name / "policy.yaml").read_text(encoding="utf-8"))
    leaks = {mapping.columns[column] for column in LEAKS[name]}
    assert not leaks & {spec.source for spec in policy.signals}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", FILES)
def test_a_real_file_fits_its_mapping_to_the_column(name):
    source = open_source(data_file(name))
    mapping = load_mapping(EXAMPLES / name / "mapping.yaml", source.columns)
    assert mapping.unmapped(source.columns) == ()


@pytest.mark.shared_data
@pytest.mark.parametrize("size", [1000, 100_000])
@pytest.mark.parametrize("name", FILES)
def test_every_real_row_is_a_lead_or_rejected_and_rows_without_identity_are_counted_exactly(name, size):
    parts, refused = triaged(name, size)
    leads = sum(part.clean.height for part in parts)
    rejected = refused + sum(part.rejected.height for part in parts)
    alike = sum(part.issues.filter(pl.col("code") == "indistinguishable").height for part in parts)
    assert (leads + rejected, alike) == EXPECTED[name]
    assert rejected == 0


@pytest.mark.shared_data
def test_select_is_listed_as_a_blank_word_with_its_counts():
    parts, _ = triaged("lead_xeducation", 2000)
    blanks = pl.concat(part.blanks for part in parts).group_by("column", "word").agg(pl.col("rows").sum())
    selected = dict(blanks.filter(pl.col("word") == "Select").select("column", "rows").rows())
    assert selected == {
        "extra.specialization": 1942,
        "extra.heard_from": 5043,
        "extra.lead_profile": 4146,
        "account.city": 2249,
    }
    empty = dict(blanks.filter(pl.col("word") == "").select("column", "rows").rows())
    assert empty["extra.occupation"] == 2690


@pytest.mark.shared_data
def test_blank_words_would_otherwise_pass_for_answers():
    """Negative control: without the mapping's words, ``Select`` is a city."""
    [batch] = open_source(data_file("lead_xeducation")).batches()
    mapping = load_mapping(EXAMPLES / "lead_xeducation" / "mapping.yaml")
    cities = check(apply_mapping(mapping, batch).frame, kinds={}).clean["account.city"]
    assert cities.eq("Select").sum() == 2249


@pytest.mark.shared_data
@pytest.mark.parametrize("name", FILES)
def test_a_guessed_mapping_of_a_real_file_is_valid_and_its_starter_policy_scores_no_status(name):
    source = open_source(data_file(name))
    found = guess(source)
    assert parse_mapping(found.to_yaml(), source.columns).columns == found.columns
    policy, issues = compile_policy(starter_policy(found))
    assert issues == []
    scored = {spec.source for spec in policy.signals}
    for column in ("status", "sales_agent", "Converted", "Tags", "Lead Quality", "Last Notable Activity"):
        assert found.columns.get(column) not in scored
