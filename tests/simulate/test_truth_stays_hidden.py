from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from helpers_simulate import SMALL, small_market, small_truth, small_world
from plumbline.simulate import look, write
from plumbline.simulate.observed import Observed
from plumbline.simulate.truth import Truth

if TYPE_CHECKING:
    from pathlib import Path

LATENTS = ("fit", "intent", "readiness", "p_qualify")
#: Names that only the truth may use. Of ``employees`` and the like a form has its own version.
SECRETS = (
    "fit", "intent", "readiness", "p_qualify", "chance", "logit", "would_qualify", "not_a_buyer", "not_buyer",
    "duplicate_of", "likeness", "person", "gamed", "relabelled", "enriched", "lot_", "skill", "patience",
    "laziness", "likes",
)  # fmt: skip


def visible_frames() -> dict[str, pl.DataFrame]:
    seen = look(small_world())
    return {
        "leads": seen.all_leads(),
        "waiting": seen.waiting,
        "events": seen.events(),
        "messages": seen.messages(),
        "outcomes": seen.outcomes(),
        "touches": seen.touches(),
    }


def leaks(columns: list[str]) -> list[str]:
    plain = [name.lower().replace(" ", "_") for name in columns]
    return [
        name
        for name in plain
        if any(name == secret or (secret.endswith("_") and name.startswith(secret)) for secret in SECRETS)
    ]


def test_no_column_that_a_router_sees_is_called_after_a_truth() -> None:
    for frame in visible_frames().values():
        assert leaks(frame.columns) == []
    # Negative control: in the truth itself the same search finds plenty.
    assert len(leaks(small_truth().leads.columns)) > 8
    assert len(leaks(small_market().codes.columns)) > 8


def test_written_files_outside_of_truth_hold_no_truth(tmp_path: Path) -> None:
    write(small_world(), tmp_path)
    tables = sorted(tmp_path.glob("*.csv"))
    assert len(tables) == 8
    for table in tables:
        assert leaks(pl.read_csv(table, n_rows=0).columns) == []
    assert {path.stem for path in (tmp_path / "truth").iterdir()} == {part.name for part in fields(Truth)}
    assert [path.name for path in tmp_path.glob("*.parquet")] == []


def test_what_a_router_gets_holds_no_way_to_the_market() -> None:
    seen = look(small_world())
    held = [getattr(seen, part.name) for part in fields(Observed)]
    names = {part.name for value in held if hasattr(value, "__dataclass_fields__") for part in fields(value)}
    assert not names & {"codes", "labels", "accounts", "facts", "office", "market", "sales", "desk"}


def explained(column: pl.Series, latent: np.ndarray) -> float:
    """Share of a latent's variance that a column alone tells, by means of groups, checked on the other half.

    Numbers are cut into 50 groups; of text, the values that occur often stand for themselves.
    """
    number = column.cast(pl.Float64, strict=False)
    if number.is_not_null().mean() > 0.4:
        group = (number.rank("ordinal") * 50 // number.len()).cast(pl.String).fill_null("none")
    else:
        group = column.cast(pl.String).fill_null("none")
    frame = pl.DataFrame({"group": group, "y": latent, "half": np.arange(latent.size) % 2})
    means = (
        frame.filter(pl.col("half") == 0).group_by("group").agg(pl.col("y").mean().alias("mean"), pl.len())
    )
    test = frame.filter(pl.col("half") == 1).join(means.filter(pl.col("len") >= 3), on="group", how="left")
    guess = test["mean"].fill_null(float(latent.mean()))
    return 1 - float(((test["y"] - guess) ** 2).sum() / ((test["y"] - latent.mean()) ** 2).sum())


def observable_columns() -> dict[str, pl.Series]:
    """What is known of a lead: its cells, counts of its events, and how much it wrote."""
    seen = look(small_world())
    leads = seen.all_leads()
    ids = leads.select(pl.col("Lead ID").alias("lead.id"))
    counts = seen.events().pivot("kind", index="lead.id", values="at", aggregate_function="len")
    counts = ids.join(counts, on="lead.id", how="left", maintain_order="left").fill_null(0)
    columns = {name: leads[name] for name in leads.columns}
    columns |= {f"events {name}": counts[name] for name in counts.columns if name != "lead.id"}
    blanks = leads.select(pl.sum_horizontal(pl.all().is_null()).alias("blanks"))["blanks"]
    return columns | {"blanks": blanks, "length": leads["Message"].str.len_chars()}


@pytest.mark.parametrize("latent", LATENTS)
def test_no_single_observable_gives_a_latent_away(latent: str) -> None:
    truth = small_truth().leads[latent].to_numpy()
    told = {name: explained(column, truth) for name, column in observable_columns().items()}
    assert max(told.values()) < 0.6, max(told, key=lambda name: told[name])
    # The latents do show in the data, or nothing could be learned from it.
    assert max(told.values()) > 0.05


@pytest.mark.parametrize("latent", LATENTS)
def test_the_search_finds_a_latent_that_leaks(latent: str) -> None:
    truth = small_truth().leads[latent].to_numpy()
    noise = np.random.default_rng(0).normal(0, 0.2 * truth.std(), truth.size)
    assert explained(pl.Series("Engagement Score", truth + noise), truth) > 0.8
    coded = pl.Series("Segment", np.digitize(truth, np.quantile(truth, np.arange(0.05, 1, 0.05)))).cast(
        pl.String
    )
    assert explained("S" + coded, truth) > 0.8


def test_ids_say_nothing_but_the_order_of_arrival() -> None:
    ids = small_market().visible.leads["Lead ID"]
    assert ids.is_sorted()
    place = ids.str.slice(-7).cast(pl.Int64).to_numpy()
    for latent in LATENTS:
        assert abs(np.corrcoef(place, small_truth().leads[latent])[0, 1]) < 0.05


def test_the_truth_covers_every_lead_and_message_once() -> None:
    truth, visible = small_truth(), small_market().visible
    assert truth.leads["lead.id"].equals(visible.leads["Lead ID"].alias("lead.id"))
    assert truth.messages.select("lead.id", "at").equals(visible.messages.select("lead.id", "at"))
    assert truth.leads.height == SMALL.leads
