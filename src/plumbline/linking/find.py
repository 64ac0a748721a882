"""Training and finding, from a frame to links, clusters and questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.identity.blocking import Blocks, blocks_of, keys_of, pairs_of
from plumbline.identity.clusters import Answers, components, group
from plumbline.identity.fit import best_cut, fit, fit_labelled, held_apart, weigh_all
from plumbline.identity.levels import comparisons_of
from plumbline.identity.model import CutOffs, MatchModel
from plumbline.identity.parts import derive
from plumbline.linking.chance import drawn_levels
from plumbline.linking.compare import compare, compared_of
from plumbline.linking.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.identity.columns import Column
    from plumbline.identity.fit import Compared, Weights
    from plumbline.linking.prepare import Prepared

#: Fixed on simulated leads and on development halves, never on test answers.
CUT_OFFS: Final = CutOffs(link=600, ask=0)
#: Judged pairs: a cluster's mean may lie so much below the cut of a single pair.
_SLACK: Final = 200
_LARGEST: Final = 400
_COMPARED: Final = 3_000_000
_FITTED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """What was found among rows: ``pairs`` (left, right, weight; ask and above), clusters of rows, questions.

    ``questions`` are the pairs that neither the weights nor the clusters settle. ``blocks`` says what was
    compared and what was skipped.
    """

    pairs: pl.DataFrame
    clusters: list[list[int]]
    questions: pl.DataFrame
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class _Work:
    """Candidate pairs of some records, compared: what learning and weighing both need."""

    ready: Prepared
    found: pl.DataFrame
    compared: Compared
    blocks: Blocks


def train(
    frame: pl.DataFrame, columns: Sequence[Column], *, name: str = "leads", truth: pl.Series | None = None
) -> MatchModel:
    """A model of these records, learned without labels, or from ``truth`` (records of one value are one)."""
    return _learned(_work(frame, columns, _FITTED), columns, name, truth)


def find(
    frame: pl.DataFrame, model: MatchModel, *, answers: Answers | None = None, source: str | None = None
) -> Found:
    """Links, clusters and questions among the rows of a frame.

    Args:
        frame: one row per record.
        model: what evidence weighs.
        answers: what people have said, by row positions.
        source: a column that names lists which hold nobody twice.
    """
    parts = derive(frame, model.columns, model.vocabularies)
    pairs, blocks = candidates(parts, model.columns)
    weighed = weigh_pairs(parts, pairs, model)
    return _found(parts, weighed, blocks, model, answers, frame[source] if source else None)


def train_and_find(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    *,
    name: str = "leads",
    answers: Answers | None = None,
    source: str | None = None,
) -> tuple[MatchModel, Found]:
    """Both on the same records, which are prepared and compared once."""
    work = _work(frame, columns, None)
    model = _learned(work, columns, name, None)
    weights = _weights(work.compared, model)
    weighed = work.found.select("left", "right", weight=pl.Series(weights, dtype=pl.Int32))
    found = _found(work.ready.parts, weighed, work.blocks, model, answers, frame[source] if source else None)
    return model, found


def _work(frame: pl.DataFrame, columns: Sequence[Column], most: int | None) -> _Work:
    ready, comparisons = prepare(frame, columns), comparisons_of(columns)
    pairs, blocks = candidates(ready.parts, columns)
    if most is not None and pairs.height > most:
        pairs = pairs.gather_every(-(-pairs.height // most))
    found = compare(ready.parts, pairs, columns, comparisons)
    return _Work(ready, found, compared_of(found, ready.parts, comparisons, ready.rarities), blocks)


def _learned(work: _Work, columns: Sequence[Column], name: str, truth: pl.Series | None) -> MatchModel:
    comparisons, parts = comparisons_of(columns), work.ready.parts
    drawn = drawn_levels(parts, columns, comparisons)
    possible, cut, compared = parts.height * (parts.height - 1) / 2, CUT_OFFS, work.compared
    if truth is None:
        learned = fit(compared, comparisons, drawn, possible)
    else:
        code = truth.rank("dense").to_numpy()
        is_match = code[work.found["left"].to_numpy()] == code[work.found["right"].to_numpy()]
        learned = fit_labelled(compared, comparisons, drawn, is_match, possible)
        weights = weigh_all(compared, comparisons, learned.chances) + learned.prior
        link = best_cut(weights, is_match, _true_pairs(truth))
        cut = CutOffs(link, link - _SLACK)
    manifest = {
        "rows": parts.height,
        "pairs": work.found.height,
        "matches": round(learned.matches),
        "labelled": truth is not None,
    }
    ready = work.ready
    return MatchModel(
        name,
        tuple(columns),
        learned.chances,
        ready.rarities,
        ready.vocabularies,
        learned.prior,
        cut,
        manifest,
    )


def _found(
    parts: pl.DataFrame,
    weighed: pl.DataFrame,
    blocks: Blocks,
    model: MatchModel,
    answers: Answers | None,
    source: pl.Series | None,
) -> Found:
    worth = weighed.filter(pl.col("weight") >= model.cut_offs.ask)
    clusters = cluster(parts, worth, model, answers or Answers(), source)
    return Found(worth, clusters, questions(worth, clusters, model.cut_offs), blocks)


def candidates(parts: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.DataFrame, Blocks]:
    """The pairs worth comparing, and how they were chosen."""
    rows = parts.height
    blocks = blocks_of(keys_of(parts, columns), rows=rows, per_row=min(30.0, _COMPARED / max(rows, 1)))
    return pairs_of(blocks.members), blocks


def weigh_pairs(parts: pl.DataFrame, pairs: pl.DataFrame, model: MatchModel) -> pl.DataFrame:
    """``left``, ``right`` and ``weight``."""
    found = compare(parts, pairs, model.columns, model.comparisons)
    compared = compared_of(found, parts, model.comparisons, model.rarities)
    weights = _weights(compared, model)
    return found.select("left", "right", weight=pl.Series(weights, dtype=pl.Int32))


def _weights(compared: Compared, model: MatchModel) -> Weights:
    weights = weigh_all(compared, model.comparisons, model.chances) + model.prior
    return held_apart(compared, model.comparisons, weights, model.cut_offs.link)


def cluster(
    parts: pl.DataFrame,
    weighed: pl.DataFrame,
    model: MatchModel,
    answers: Answers,
    source: pl.Series | None = None,
) -> list[list[int]]:
    """Groups of rows, each connected part looked at as a whole, with the pairs that blocking left out."""
    linked = weighed.filter(pl.col("weight") >= model.cut_offs.link)
    root = components([*zip(linked["left"].to_list(), linked["right"].to_list(), strict=True), *answers.same])
    if not root:
        return []
    of = pl.DataFrame(
        {"row": list(root), "part": list(root.values())}, schema={"row": pl.UInt32, "part": pl.UInt32}
    )
    missing = weigh_pairs(parts, _unseen(of, weighed), model)
    inside = _inside(of, pl.concat([weighed.select("left", "right", "weight"), missing]))
    weights = {(one, two): weight for one, two, weight in inside.iter_rows()}
    known = {row: str(source[row]) for row in root} if source is not None else None
    return group(sorted(root), weights, model.cut_offs, answers=answers, sources=known)


def questions(weighed: pl.DataFrame, clusters: list[list[int]], cut: CutOffs) -> pl.DataFrame:
    """Pairs for a person: between the cut-offs, or above both and yet in two clusters. Heaviest first."""
    label = {row: at for at, rows in enumerate(clusters) for row in rows}
    left = weighed["left"].replace_strict(label, default=None, return_dtype=pl.Int64)
    right = weighed["right"].replace_strict(label, default=None, return_dtype=pl.Int64)
    apart = (left != right).fill_null(value=True)
    return weighed.filter(apart & (weighed["weight"] >= cut.ask)).sort(
        ["weight", "left", "right"], descending=[True, False, False]
    )


def _unseen(of: pl.DataFrame, weighed: pl.DataFrame) -> pl.DataFrame:
    """Pairs inside connected parts that no block brought together.

    The largest parts are taken as they are.
    """
    sized = of.with_columns(size=pl.len().over("part")).filter(pl.col("size").is_between(3, _LARGEST))
    rows = sized.select("row", "part")
    both = rows.join(rows, on="part", suffix="_r").filter(pl.col("row") < pl.col("row_r"))
    return both.select(left="row", right="row_r").join(
        weighed.select("left", "right"), on=["left", "right"], how="anti"
    )


def _inside(of: pl.DataFrame, weighed: pl.DataFrame) -> pl.DataFrame:
    parts = of.rename({"row": "left"})
    both = weighed.join(parts, on="left").join(of.rename({"row": "right", "part": "other"}), on="right")
    return both.filter(pl.col("part") == pl.col("other")).select("left", "right", "weight")


def _true_pairs(truth: pl.Series) -> int:
    sizes = truth.value_counts(name="n")["n"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())
