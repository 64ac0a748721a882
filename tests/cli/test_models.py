"""``plumbline models``: judged on later leads, in shadow beside what is live, promoted by a second person."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import polars as pl
import pytest

from helpers_cli import plumbline
from helpers_learning import POLICY, history
from plumbline.scorecard import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def taught(tmp_path_factory) -> Path:
    """A card learned on the older part of a history, one that is noise, and leads to qualify."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "policy.yaml").write_text(POLICY, "utf-8")
    every = history(1_500)
    every.head(700).write_parquet(folder / "older.parquet")
    every.write_parquet(folder / "every.parquet")
    for name, table in (("card", "older"), ("newer", "every")):
        done = plumbline(
            "learn", folder / f"{table}.parquet", "-p", folder / "policy.yaml", "-o", folder / f"{name}.json"
        )
        assert done.status in {0, 1}, done.err
    columns = ["lead.id", "employees", "source", "budget", "demo"]
    leads = every.tail(60).select(columns).rename({"lead.id": "id"})
    objected = pl.Series("objected", [at == 3 for at in range(60)])
    leads.with_columns(objected).write_csv(folder / "leads.csv")
    (folder / "mapping.yaml").write_text(
        "columns: {id: lead.id, employees: account.employees, source: lead.source, budget: extra.budget, "
        "demo: extra.demo, objected: lead.objected}\n",
        "utf-8",
    )
    return folder


@pytest.fixture
def desk(taught, tmp_path) -> Path:
    return shutil.copytree(taught, tmp_path / "desk")


def models(desk: Path, command: str, *more: object):
    return plumbline("models", command, desk / "models.sqlite", *more)


def register(desk: Path, card: str = "card.json", by: str = "Ann Lee", *more: object):
    return models(desk, "register", desk / card, "--by", by, *more)


def judge(desk: Path, number: int = 1, *more: object):
    return models(
        desk, "judge", number, desk / "every.parquet", "-p", desk / "policy.yaml", "--by", "Ann Lee", *more
    )


def promoted(desk: Path, *more: object) -> Path:
    assert register(desk, "card.json", "Ann Lee", *more).status == 0
    done = judge(desk)
    assert done.status == 0, done.out + done.err
    assert models(desk, "promote", 1, "--by", "Bo Falk", "--why", "better on 800 leads").status == 0
    return desk / "models.sqlite"


def qualify(desk: Path, out: str = "run", *more: object):
    return plumbline(
        "qualify", desk / "leads.csv", "-m", desk / "mapping.yaml", "-p", desk / "policy.yaml",
        "--out", desk / out, "--as-of", "2026-01-05", "--pages", 0, *more,
    )  # fmt: skip


def decided(desk: Path, out: str = "run", kind: str = "decisions") -> pl.DataFrame:
    return pl.read_parquet(desk / out / kind / "part-00000.parquet")


def test_a_version_goes_from_registered_to_candidate_to_live_and_one_step_back(desk) -> None:
    assert register(desk, "card.json", "Ann Lee", "--json").json["version"] == 1
    assert models(desk, "list", "--json").json["versions"][0]["status"] == "in shadow"
    verdict = judge(desk, 1, "--json").json
    assert verdict["verdict"] == "candidate"
    assert verdict["rows"] == 800
    gain, low, _ = verdict["figures"]["auc_gain"]
    assert low > -0.01
    assert gain > 0
    assert models(desk, "promote", 1, "--by", "Bo Falk").status == 0
    assert models(desk, "list", "--json").json["live"] == 1
    back = models(desk, "rollback", "--by", "Bo Falk", "--why", "sales asked for it", "--json")
    assert back.json["version"] == 0
    assert models(desk, "list", "--json").json["live"] == 0
    again = models(desk, "rollback", "--by", "Bo Falk", "--why", "once more")
    assert (again.status, "[models]" in again.err) == (3, True)
    kinds = [one["kind"] for one in plumbline("ledger", "show", desk / "ledger.sqlite", "--json").json]
    assert [kind for kind in kinds if kind.startswith("model:")] == [
        "model:registered",
        "model:promoted",
        "model:rolled_back",
    ]
    assert plumbline("ledger", "verify", desk / "ledger.sqlite").status == 0


def test_nobody_promotes_what_they_learned_and_nothing_that_was_not_judged(desk) -> None:
    register(desk)
    early = models(desk, "promote", 1, "--by", "Bo Falk")
    assert (early.status, "not judged on later leads" in early.err) == (3, True)
    assert judge(desk).status == 0
    for name in ("Ann Lee", "  ann   LEE "):
        own = models(desk, "promote", 1, "--by", name)
        assert (own.status, "somebody else has to promote it" in own.err) == (3, True)
    assert models(desk, "promote", 1, "--by", " ").status == 3
    assert models(desk, "promote", 2, "--by", "Bo Falk").status == 3
    # Negative control: another person may.
    assert models(desk, "promote", 1, "--by", "Bo Falk").status == 0


def test_a_card_with_no_later_leads_waits_and_one_that_is_worse_is_refused(desk) -> None:
    register(desk, "newer.json")
    waits = judge(desk, 1, "--json")
    assert (waits.status, waits.json["verdict"], waits.json["code"]) == (1, "waits", "too_few_later")
    turned = history(700).with_columns(label=1 - pl.col("label"))
    turned.write_parquet(desk / "turned.parquet")
    plumbline("learn", desk / "turned.parquet", "-p", desk / "policy.yaml", "-o", desk / "worse.json")
    register(desk, "worse.json")
    worse = judge(desk, 2, "--json")
    assert (worse.status, worse.json["verdict"], worse.json["code"]) == (1, "refused", "worse_on_later_leads")
    refused = models(desk, "promote", 2, "--by", "Bo Falk")
    assert "may be worse" in refused.err


def test_the_registry_refuses_written_cards_repeats_and_rows_nobody_stands_for(desk) -> None:
    assert register(desk).status == 0
    assert "already" in register(desk).err
    assert "learned scorecard" in register(desk, "policy.yaml").err
    history(700).drop("weight").write_parquet(desk / "bare.parquet")
    plumbline("learn", desk / "bare.parquet", "-p", desk / "policy.yaml", "-o", desk / "bare.json")
    assert "stand for" in register(desk, "bare.json").err
    assert models(desk, "show", 9).status == 3


def test_the_live_card_decides_with_its_own_bands_and_replays(desk) -> None:
    registry = promoted(desk)
    done = qualify(desk, "run", "--models", registry)
    assert done.status == 0, done.err
    assert qualify(desk, "plain").status == 0
    live, written = decided(desk), decided(desk, "plain")
    assert live["points"].to_list() != written["points"].to_list()
    card = load((desk / "card.json").read_bytes())
    bands = card.manifest["bands"]
    scored = live.filter(pl.col("points").is_not_null())
    assert (scored.filter(pl.col("band") == "A")["points"] >= bands["A"]).all()
    assert (scored.filter(pl.col("points") >= bands["A"])["band"] == "A").all()
    lead = live["lead.id"][0]
    assert plumbline("replay-decision", desk / "run", lead).status == 0
    assert json.loads((desk / "run" / "run.json").read_text("utf-8"))["model"]["version"] == 1


def test_shadow_points_stand_apart_and_change_no_decision(desk) -> None:
    registry = promoted(desk, "--coarse", desk / "newer.json")
    # One ledger: its key draws the same lots for both runs.
    with_it = ("--models", registry, "--ledger", desk / "shared.sqlite")
    assert qualify(desk, "before", *with_it).status == 0
    register(desk, "newer.json")
    assert qualify(desk, "run", *with_it).status == 0
    drop = [name for name in decided(desk).columns if name.startswith("ledger.")]
    assert decided(desk).drop(drop).equals(decided(desk, "before").drop(drop))
    shadow = decided(desk, kind="shadow")
    assert set(shadow["shadow"]) == {"candidate", "coarse"}
    # Law 7: a person who objected is scored by nobody, in shadow neither.
    stopped = decided(desk).filter(pl.col("points").is_null())["lead.id"].to_list()
    assert len(stopped) == 1
    assert shadow.filter(pl.col("lead.id").is_in(stopped))["points"].null_count() == 2
    told = plumbline("models", "shadow", desk / "run", "--json").json
    assert {one["shadow"] for one in told} == {"candidate", "coarse"}
    assert all(one["leads"] == 59 for one in told)
    assert "another band for" in plumbline("models", "shadow", desk / "run").out


def test_shadow_points_go_with_the_person(desk) -> None:
    registry = promoted(desk)
    register(desk, "newer.json")
    qualify(desk, "run", "--models", registry)
    lead = decided(desk)["lead.id"][0]
    assert lead in decided(desk, kind="shadow")["lead.id"]
    assert plumbline("ledger", "erase", desk / "run", lead).status == 0
    assert lead not in decided(desk, kind="shadow")["lead.id"]


def test_a_passed_day_is_said_by_qualify_and_explain(desk) -> None:
    register(desk, "card.json", "Ann Lee", "--retrain-after", 10)
    judge(desk)
    models(desk, "promote", 1, "--by", "Bo Falk")
    registry = desk / "models.sqlite"
    done = qualify(desk, "run", "--models", registry)
    assert "should have been learned anew by 2025-01-11" in done.err
    lead = decided(desk)["lead.id"][0]
    assert "should have been learned anew" in plumbline("explain", desk / "run", lead).err
    # Negative control: without a registry nothing is overdue.
    assert qualify(desk, "plain").err.count("learned anew") == 0


def test_a_lead_scored_by_a_calibrated_card_has_a_chance_and_one_by_a_written_card_has_none(desk) -> None:
    registry = promoted(desk)
    qualify(desk, "run", "--models", registry)
    qualify(desk, "plain")
    lead = decided(desk)["lead.id"][0]
    told = plumbline("explain", desk / "run", lead, "--json").json
    assert 0 < told["chance"]["chance"] < 1
    assert told["chance"]["leads"] >= 200
    assert told["chance"]["low"] is None  # no interval below 1,000 judged leads
    assert "Chance of a good outcome" in plumbline("explain", desk / "run", lead).out
    assert "chance" not in plumbline("explain", desk / "plain", lead, "--json").json
    assert "Chance of a good outcome" not in plumbline("explain", desk / "plain", lead).out


def test_a_card_that_does_not_fit_the_policy_is_refused(desk) -> None:
    registry = promoted(desk)
    other = POLICY.replace("  source:\n", "  origin:\n")
    (desk / "policy.yaml").write_text(other, "utf-8")
    done = qualify(desk, "run", "--models", registry)
    assert (done.status, "[models]" in done.err, "source" in done.err) == (3, True, True)


def test_the_model_card_is_made_from_the_record(desk) -> None:
    promoted(desk)
    text = models(desk, "card", 1, "--out", desk / "card.md").out
    assert (desk / "card.md").read_text("utf-8").strip() in text
    for said in (
        "700 leads", "won within 90 days", "Ann Lee", "promoted by Bo Falk: better on 800 leads",
        "AUC, gain (paired)", "Status: live", "On 800 later leads",
    ):  # fmt: skip
        assert said in text, said
    saved = models(desk, "card", 1, "--scorecard", desk / "same.json", "--quiet")
    assert (saved.status, saved.out) == (0, "")
    assert (desk / "same.json").read_bytes() == (desk / "card.json").read_bytes()


def test_every_command_speaks_to_machines_and_keeps_quiet(desk) -> None:
    promoted(desk)
    for command, rest in (("list", ()), ("show", (1,)), ("card", (1,))):
        assert models(desk, command, *rest, "--json").json is not None
        quiet = models(desk, command, *rest, "--quiet")
        assert (quiet.out, quiet.err) == ("", "")
        assert models(desk, command, *rest).out.strip()
    assert models(desk, "list").status == 0
    assert plumbline("models", "list", desk / "nowhere.sqlite").status == 3
