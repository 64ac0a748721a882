from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_simulate import SEED, SMALL, small_market
from plumbline.domain.errors import StorageError
from plumbline.simulate import Settings, make_market, simulate, write, write_leads_csv
from plumbline.simulate.streams import Dice, Streams

if TYPE_CHECKING:
    from pathlib import Path

TINY = Settings(leads=900, weeks=6)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_all_files_have_the_same_bytes_and_another_seed_gives_others(tmp_path: Path) -> None:
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        write(simulate(TINY, seed=seed), tmp_path / name)
    first, again, other = (hashes(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    same = {name for name in first if first[name] == other[name]}
    assert same == {"mapping.yaml", "policy.yaml"}


def test_a_simulation_says_how_it_was_made(tmp_path: Path) -> None:
    write(simulate(TINY, seed=5), tmp_path)
    told = json.loads((tmp_path / "settings.json").read_text())
    assert told["seed"] == 5
    assert told["settings"]["leads"] == 900
    assert told["as_of"] == "2025-02-17T00:00:00+00:00"


def test_leads_alone_are_the_leads_of_the_whole_market(tmp_path: Path) -> None:
    count = write_leads_csv(SMALL, SEED, tmp_path / "leads.csv")
    alone = pl.read_csv(tmp_path / "leads.csv", infer_schema=False)
    assert count == alone.height == SMALL.leads
    shared = [name for name in alone.columns if name in small_market().visible.leads.columns]
    assert alone.select(shared).equals(small_market().visible.leads.select(shared))


def test_a_disk_that_refuses_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(StorageError, match="could not be written"):
        write(simulate(Settings(leads=50, weeks=1), seed=1), tmp_path / "taken")


def test_more_of_one_thing_does_not_reshuffle_another() -> None:
    base = small_market().visible
    changed = make_market(replace(SMALL, injections=0.3, objections=0.3, data_rights=0.2), seed=SEED).visible
    own = {"Message", "Opted Out of Profiling"}
    assert base.leads.drop(own).equals(changed.leads.drop(own))
    assert base.events.equals(changed.events)
    assert not base.leads.equals(changed.leads)


def test_a_spoiled_form_does_not_change_who_came_in() -> None:
    forms = replace(SMALL.forms, typos=0.3, casing=0.5, blank_words=0.9)
    changed = make_market(replace(SMALL, forms=forms), seed=SEED)
    assert small_market().codes.equals(changed.codes)
    assert not small_market().visible.leads.equals(changed.visible.leads)


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_a_lot_depends_on_its_ids_alone(first: int, second: int) -> None:
    lots = Streams(3).lots("anything", np.array([first, second, first]))
    assert lots[0] == lots[2] == Streams(3).lots("anything", np.array([first]))[0]
    assert first == second or lots[0] != lots[1]
    assert ((lots >= 0) & (lots < 1)).all()


def test_lots_are_even_and_purposes_do_not_know_of_each_other() -> None:
    ids = np.arange(40_000)
    dice = Dice(Streams(9), ids)
    one, two, other = (
        dice.uniform("one"),
        dice.uniform("two"),
        Dice(Streams(9).under("x"), ids).uniform("one"),
    )
    counts = np.histogram(one, bins=50, range=(0, 1))[0]
    assert ((counts - 800) ** 2 / 800).sum() < 90  # chi-square with 49 degrees: p is about .0003
    assert all(abs(np.corrcoef(one, lots)[0, 1]) < 0.02 for lots in (two, other, np.roll(one, 1)))
    # Negative control: the same purpose twice is not independent.
    assert abs(np.corrcoef(one, dice.uniform("one"))[0, 1]) > 0.99


def test_normal_dice_are_normal() -> None:
    normal = Dice(Streams(9), np.arange(40_000)).normal("any")
    assert abs(normal.mean()) < 0.02
    assert abs(normal.std() - 1) < 0.02
    assert abs((np.abs(normal) > 1.96).mean() - 0.05) < 0.005
