"""Records that are one, kept: a first run over all of them, then only what is new joins what is known.

Importing this needs the extra ``dedupe``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from plumbline.identity.clusters import Answers
from plumbline.identity.parts import derive
from plumbline.linking.find import Found, candidates, cluster, find, questions, weigh_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from plumbline.identity.model import MatchModel
    from plumbline.library.records import Records
    from plumbline.store.links import LinkStore, Said


@dataclass(frozen=True, slots=True)
class Joined:
    """What a run did. ``fresh``: records that the store did not know; ``whole``: all pairs were taken anew.

    ``clusters`` of two and more of these records, as they are now, and how many records are ``in_clusters``.
    ``compared``: pairs weighed. ``skipped``: keys that too many records share, and their pairs.
    ``questions``: ``one``, ``two``, ``weight`` of pairs for a person that nobody answered, heaviest first.
    """

    fresh: int
    whole: bool
    clusters: int
    in_clusters: int
    compared: int
    skipped: tuple[int, int]
    questions: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store says about these records, by position; clusters of two and more."""

    rows: frozenset[int]
    clusters: tuple[tuple[int, ...], ...]
    answers: Answers

    def start(self, touched: Iterable[int] | None = None) -> Answers:
        """Answers with which clusters stay whole: those that hold a touched row, or all of them."""
        near = None if touched is None else {*touched, *(row for pair in self.answers.same for row in pair)}
        chains = {
            pair
            for rows in self.clusters
            if near is None or not near.isdisjoint(rows)
            for pair in pairwise(rows)
        }
        return Answers(self.answers.same | chains, self.answers.different)


def join(records: Records, model: MatchModel, store: LinkStore, said: Said, *, again: bool = False) -> Joined:
    """Find which records are one, and keep it.

    Records that the store has seen stay where they are; only pairs with a new one are weighed, and new ones
    join clusters whose ids stay. ``again``, another model or an empty store takes all pairs anew; that adds
    to clusters and never takes one apart either. What people answered is not overruled.
    """
    known = _known(records, store)
    whole = again or not known.rows or store.last_model() != said.model
    found = (
        find(records.frame, model, answers=known.start())
        if whole
        else find_new(records.frame, model, known.rows, known.start)
    )
    fresh = [one for row, one in enumerate(records.ids) if row not in known.rows]
    store.record([[records.ids[row] for row in rows] for rows in found.clusters], said, seen=fresh)
    after = _clusters(records, store)
    together = [rows for rows in after if len(rows) > 1]
    return Joined(
        len(fresh),
        whole,
        len(together),
        sum(len(rows) for rows in together),
        found.blocks.pairs if whole else found.pairs.height,
        (found.blocks.skipped_keys, found.blocks.skipped_pairs),
        _asked(found.questions, known.answers, records.ids),
    )


def find_new(
    frame: pl.DataFrame,
    model: MatchModel,
    known: Collection[int],
    start: Callable[[Iterable[int]], Answers],
) -> Found:
    """What rows that are not ``known`` add. ``pairs``: all that were weighed, each with a new row.

    ``start`` gives the answers and the clusters that stay whole, for the rows that a new one is linked to.
    """
    parts = derive(frame, model.columns, model.vocabularies)
    pairs, blocks = candidates(parts, model.columns)
    is_new = pl.Series([row not in known for row in range(frame.height)], dtype=pl.Boolean)
    with_new = pairs.filter(is_new.gather(pairs["left"]) | is_new.gather(pairs["right"]))
    weighed = weigh_pairs(parts, with_new, model)
    linked = weighed.filter(pl.col("weight") >= model.cut_offs.link)
    worth = weighed.filter(pl.col("weight") >= model.cut_offs.ask)
    clusters = cluster(parts, worth, model, start([*linked["left"], *linked["right"]]))
    return Found(weighed, clusters, questions(worth, clusters, model.cut_offs), blocks)


def _known(records: Records, store: LinkStore) -> _Known:
    row = {one: at for at, one in enumerate(records.ids)}
    clusters = _clusters(records, store)
    said = [
        (*sorted((row[one.one], row[one.two])), one.same)
        for one in store.answers()
        if one.one in row and one.two in row
    ]
    return _Known(
        frozenset(at for rows in clusters for at in rows),
        tuple(rows for rows in clusters if len(rows) > 1),
        Answers(
            frozenset((one, two) for one, two, same in said if same),
            frozenset((one, two) for one, two, same in said if not same),
        ),
    )


def _clusters(records: Records, store: LinkStore) -> list[tuple[int, ...]]:
    """Positions of the records of each cluster, ascending; those of records that are not here left out."""
    row = {one: at for at, one in enumerate(records.ids)}
    placed = ([row[one] for one in members if one in row] for members in store.clusters().values())
    return [tuple(sorted(rows)) for rows in placed if rows]


def _asked(found: pl.DataFrame, answers: Answers, ids: Sequence[str]) -> pl.DataFrame:
    answered = answers.same | answers.different
    lines = [
        (ids[one], ids[two], weight)
        for one, two, weight in found.select("left", "right", "weight").iter_rows()
        if (one, two) not in answered
    ]
    return pl.DataFrame(lines, schema={"one": pl.String, "two": pl.String, "weight": pl.Int64}, orient="row")
