from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from helpers_simulate import SEED, SMALL, small_market, small_truth
from plumbline.simulate import begin, simulate, truth_of
from plumbline.simulate.messages import PARTS
from plumbline.simulate.words import table


def labelled() -> pl.DataFrame:
    return small_truth().messages.with_columns(small_market().visible.messages["text"])


@pytest.mark.parametrize("part", PARTS[1:-1])
def test_every_quote_stands_in_its_message_word_for_word(part: str) -> None:
    quoted = labelled().filter(pl.col(f"quote_{part}").is_not_null())
    assert quoted.height > 5
    assert quoted.select(pl.col("text").str.contains(pl.col(f"quote_{part}"), literal=True).all()).item()


def test_labels_without_words_are_the_labels_of_silence() -> None:
    silent = labelled().filter(pl.col("data_rights").is_null())
    for part, word in (("timeline", "none"), ("budget", "not_mentioned"), ("authority", "none_stated")):
        assert ((silent[part] == word) == silent[f"quote_{part}"].is_null()).all()


def test_no_slot_is_left_open() -> None:
    assert not small_market().visible.messages["text"].str.contains(r"[{}]").any()
    parts = table("messages")["en"]
    assert "{" in str(parts["need"])  # negative control: there were slots to fill


def test_the_lead_carries_the_words_of_its_first_message() -> None:
    first = labelled().filter(pl.col("data_rights").is_null()).select("lead.id", "text")
    both = small_market().visible.leads.join(first, left_on="Lead ID", right_on="lead.id", how="left")
    assert both["Message"].equals(both["text"].alias("Message"))


def test_people_write_in_several_languages_and_mostly_english() -> None:
    shares = labelled()["language"].value_counts(normalize=True)
    by_language = dict(shares.iter_rows())
    assert set(by_language) == {"en", "de", "fr", "es"}
    assert by_language["en"] > 0.8


def test_some_ask_for_their_rights_later_by_mail() -> None:
    world = begin(replace(SMALL, data_rights=0.1), seed=SEED)
    asked = truth_of(world).messages.filter(pl.col("data_rights").is_not_null())
    assert set(asked["data_rights"].unique()) == {"unsubscribe", "object", "erase", "access", "rectify"}
    assert abs(asked.height / SMALL.leads - 0.1) < 0.016
    assert set(asked["channel"].unique()) == {"email"}
    created = world.market.visible.leads.select(pl.col("Lead ID").alias("lead.id"), "Created")
    both = asked.join(created, on="lead.id")
    assert (both["at"].str.slice(0, 19).str.replace("T", " ") > both["Created"]).all()


def test_hidden_instructions_are_planted_and_labelled() -> None:
    world = begin(replace(SMALL, injections=0.2), seed=SEED)
    messages = truth_of(world).messages.with_columns(world.market.visible.messages["text"])
    planted = messages.filter(pl.col("injection_goal").is_not_null())
    assert set(planted["injection_goal"].unique()) == {"raise", "lower", "leak", "route"}
    clean = messages.filter(pl.col("injection_goal").is_null())
    assert not clean["text"].str.contains("(?i)ignore your previous|system prompt|display:none").any()
    # What is planted changes the text alone, not the person behind it.
    assert world.market.codes.equals(small_market().codes)


def test_what_people_want_shows_in_what_they_write() -> None:
    both = labelled().join(small_truth().leads.select("lead.id", "intent", "readiness"), on="lead.id")
    by_need = both.filter(pl.col("not_a_buyer").is_null()).group_by("need").agg(pl.col("intent").mean())
    need = dict(by_need.iter_rows())
    assert need["explicit"] > need["implied"] > need["none"]
    by_budget = both.group_by("budget").agg(pl.col("readiness").mean())
    budget = dict(by_budget.iter_rows())
    assert budget["approved"] > budget["exists"] > budget["none_available"]


def test_who_will_not_buy_says_so() -> None:
    others = labelled().filter(pl.col("not_a_buyer").is_not_null() & pl.col("data_rights").is_null())
    assert set(others["request"].unique()) == {
        "job_application", "student_research", "vendor_pitch", "support", "press", "spam",
    }  # fmt: skip
    assert others.select(
        pl.all_horizontal(pl.col("timeline") == "none", pl.col("budget") == "not_mentioned").all()
    ).item()


@pytest.mark.parametrize("weeks", [1, 40])
def test_a_market_of_one_lead_works_too(weeks: int) -> None:
    settings = replace(SMALL, leads=1, weeks=weeks)
    world = simulate(settings, seed=3)
    assert world.known == 1
    assert truth_of(world).leads.height == 1
