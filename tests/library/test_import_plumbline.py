"""``import plumbline``: what a notebook needs, quick to import, with the answers of a recorded run."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

import plumbline
from helpers_cli import make_tour
from helpers_main_path import POLICY
from plumbline.domain.errors import UnknownLeadError, UnreadableFileError
from plumbline.domain.words import Stream

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tour(tmp_path_factory.mktemp("tour"), leads=300, seed=7)


@pytest.fixture(scope="module")
def result(tour: Path) -> plumbline.Result:
    crm = tour / "crm"
    return plumbline.qualify_leads(
        crm / "leads.csv",
        crm / "policy.yaml",
        mapping=crm / "mapping.yaml",
        events=crm / "events.csv",
        as_of=AS_OF,
    )


def test_importing_it_loads_no_library() -> None:
    heavy = ("polars", "pydantic", "sqlglot", "rich", "typer")
    code = f"import sys, plumbline; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_names_it_offers_are_those_it_has() -> None:
    assert len(plumbline.__all__) == 9
    assert all(getattr(plumbline, name).__doc__ for name in plumbline.__all__)
    assert set(plumbline.__all__) <= set(dir(plumbline))
    with pytest.raises(AttributeError, match="no attribute 'quallify'"):
        plumbline.quallify  # noqa: B018 - looking is the test


def test_no_name_is_hidden_by_a_room_of_the_same_name() -> None:
    code = "import plumbline.qualify, plumbline.policy, plumbline; print(callable(plumbline.qualify_leads))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_file_comes_out_as_in_a_recorded_run_but_for_the_lots(tour, result) -> None:
    recorded = plumbline.open_run(tour / "run").decisions
    lots = [name for name in recorded.columns if name.startswith(("draw.", "pi.")) or name == "arm"]
    # Where a lot moved a lead, the recorded run says otherwise; everything before the lots is the same.
    unmoved = recorded["decided_by"] != "explore"
    assert result.decisions.drop(lots).filter(unmoved).equals(recorded.drop(lots).filter(unmoved))
    before = ["lead.id", "points", "band", "band_change", "intended_route", "rules", "confidence"]
    assert result.decisions.select(before).equals(recorded.select(before))


def test_nobody_is_drawn_without_a_record(result) -> None:
    drawn = result.decisions.select(f"draw.{stream}" for stream in Stream)
    assert not any(column.any() for column in drawn)
    assert (result.decisions["route"] == result.decisions["intended_route"]).all()


def test_a_frame_comes_out_like_its_file(tour, result) -> None:
    crm = tour / "crm"
    frame = pl.read_csv(crm / "leads.csv", infer_schema_length=0)
    again = plumbline.qualify_leads(
        frame, crm / "policy.yaml", mapping=crm / "mapping.yaml", events=crm / "events.csv", as_of=AS_OF
    )
    assert again.decisions.equals(result.decisions)
    assert again.issues.equals(result.issues)
    assert again.blanks.equals(result.blanks)


def test_every_row_is_somewhere(tour, result) -> None:
    rows = pl.read_csv(tour / "crm" / "leads.csv", infer_schema_length=0).height
    assert result.decisions.height + result.duplicates.height + result.rejected.height == rows
    assert repr(result).startswith(f"<Result: {result.decisions.height} decided, ")


FRAME = pl.DataFrame(
    {
        "lead.id": ["a", "b", "b"],
        "account.employees": [300, None, 12],
        "account.industry": ["Construction", None, "Energy"],
        "notes": ["x", "y", "z"],
    }
)


def test_columns_called_like_fields_need_no_mapping_and_others_are_left_out() -> None:
    small = plumbline.qualify_leads(FRAME, POLICY, as_of=AS_OF)
    assert small.decisions["lead.id"].to_list() == ["a", "b"]
    assert small.decisions["points.term.employees"].to_list() == [20, 0]
    assert small.rejected.select("row", "code").rows() == [(3, "repeated_id")]


def test_typed_columns_are_read_as_if_they_had_been_written_down() -> None:
    typed = FRAME.head(2).with_columns(pl.Series("lead.created_at", [AS_OF.date(), None]))
    as_text = typed.with_columns(pl.all().cast(pl.String))
    one, two = (plumbline.qualify_leads(frame, POLICY, as_of=AS_OF) for frame in (typed, as_text))
    assert one.decisions.equals(two.decisions)


def test_a_mapping_may_be_given_as_a_dict_and_whatever_polars_takes_is_a_frame() -> None:
    data = {"Firm size": ["12", "300"], "Branch": ["Energy", "Energy"]}
    mapping = {"Firm size": "account.employees", "Branch": "account.industry"}
    small = plumbline.qualify_leads(data, POLICY, mapping=mapping, as_of=AS_OF)
    assert small.decisions["lead.id"].to_list() == ["row-1", "row-2"]
    assert small.decisions["points.term.employees"].to_list() == [-10, 20]


def test_without_any_name_of_a_field_the_mapping_is_guessed() -> None:
    guessed = plumbline.qualify_leads({"Employees": ["12", "300"]}, POLICY, as_of=AS_OF)
    assert guessed.decisions["points.term.employees"].to_list() == [-10, 20]


def test_a_moment_without_a_zone_is_utc() -> None:
    naive = AS_OF.replace(tzinfo=None)
    assert plumbline.qualify_leads(FRAME, POLICY, as_of=naive).as_of == AS_OF


def test_an_explanation_is_text_page_and_data(result) -> None:
    lead = result.decisions.filter(pl.col("points").is_not_null())["lead.id"][0]
    why = result.explain(lead)
    score = why.packet.score
    assert score.base + sum(reason.points for reason in score.reasons) == score.points
    assert "Reasons" in str(why)
    assert why.html.startswith("<!doctype html>")
    assert why._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html&gt;')


def test_an_explanation_says_what_was_wrong_with_the_row(tour, result) -> None:
    row = result.issues.filter(pl.col("code") == "not_a_number")["row"][0]
    lead = pl.read_csv(tour / "crm" / "leads.csv", infer_schema_length=0)["Lead ID"][row - 1]
    said = result.explain(lead).packet.issues
    assert any("cannot be read as one number" in line for line in said)
    assert said == plumbline.open_run(tour / "run").explain(lead).packet.issues


def test_a_policy_tells_its_name_its_version_and_its_examples(tour) -> None:
    policy = plumbline.load_policy(tour / "crm" / "policy.yaml")
    assert repr(policy) == f"<Policy new-business, version {policy.version[:12]}>"
    assert all(example.passed for example in policy.examples())
    assert plumbline.load_policy(policy.text).version == policy.version


def test_what_a_person_can_act_on_is_a_plumbline_error(tour, result, tmp_path) -> None:
    with pytest.raises(plumbline.InvalidPolicyError) as refused:
        plumbline.load_policy("policy: x\nbands: {A: 1, B: 2}\n")
    assert len(refused.value.issues) > 1
    assert issubclass(plumbline.InvalidPolicyError, plumbline.PlumblineError)
    with pytest.raises(UnknownLeadError):
        result.explain("nobody")
    with pytest.raises(UnreadableFileError, match=r"there is no run\.json"):
        plumbline.open_run(tmp_path)
    with pytest.raises(UnreadableFileError, match="holds no rows"):
        plumbline.qualify_leads(FRAME.head(0), POLICY)
    with pytest.raises(UnreadableFileError):
        plumbline.qualify_leads(tour / "none.csv", POLICY)


def test_a_run_is_looked_back_at(tour) -> None:
    run = plumbline.open_run(tour / "run")
    assert repr(run) == f"<Run {tour / 'run'}, as of 2026-01-05 00:00 UTC>"
    assert run.explain(run.decisions["lead.id"][0]).packet.versions.as_of == AS_OF.isoformat()
