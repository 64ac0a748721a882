"""How often values agree by chance: Splink counts it on random pairs of the user's records."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from plumbline.identity.levels import Comparison
    from plumbline.identity.model import Chances

_SAMPLED: Final = 1_000_001


def drawn_shares(parts: pl.DataFrame, comparisons: Sequence[Comparison]) -> dict[str, tuple[float, ...]]:
    """Per comparison, the share of random pairs on each level."""
    from splink import DuckDBAPI, Linker  # noqa: PLC0415

    with _quiet(), duckdb.connect() as db:
        table = DuckDBAPI(db).register(parts.with_row_index("unique_id").to_arrow())
        linker = Linker(table, settings_of(comparisons))
        linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED, seed=1)
        found = {one.output_column_name: one for one in linker._settings_obj.comparisons}  # noqa: SLF001
        return {one.name: _shares(found[one.name].comparison_levels) for one in comparisons}


def pairs_seen(values: pl.Series) -> float:
    """Random pairs that both hold a value: a level never seen among them is not rarer than one of them."""
    known = float(values.len() - values.null_count())
    share = (known / max(values.len(), 1)) ** 2
    return max(min(_SAMPLED * share, known * (known - 1) / 2), 10.0)


def settings_of(comparisons: Sequence[Comparison], chances: Mapping[str, Chances] | None = None) -> dict[str, Any]:
    """These comparisons as Splink's settings, trained or not."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "comparisons": [_settings(one, chances[one.name] if chances else None) for one in comparisons],
        "blocking_rules_to_generate_predictions": [],
        "retain_intermediate_calculation_columns": False,
    }


def _settings(comparison: Comparison, chances: Chances | None) -> dict[str, Any]:
    key = comparison.key
    absent = {"sql_condition": f'"{key}_l" IS NULL OR "{key}_r" IS NULL', "is_null_level": True}
    levels = [{**absent, "label_for_charts": "not known on both sides"}]
    for at, level in enumerate(comparison.levels):
        condition = level.test.sql() if level.test else "ELSE"
        known = {"m_probability": chances.m[at], "u_probability": chances.u[at]} if chances else {}
        levels.append({"sql_condition": condition, "label_for_charts": level.label, **known})
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _shares(levels: Sequence[Any]) -> tuple[float, ...]:
    said = [level._u_probability for level in levels if not level.is_null_level]  # noqa: SLF001
    known = [float(value) if isinstance(value, float) else 0.0 for value in said]
    return tuple(value / (sum(known) or 1.0) for value in known)


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink reports every step of an estimate; the result is what matters."""
    loud = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("splink")]
    before = [logger.disabled for logger in loud]
    for logger in loud:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loud, before, strict=True):
            logger.disabled = was
