"""The same model for Splink: its charts, its other engines (Spark), and a check of our weights against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plumbline.identity.comparison import Comparison
    from plumbline.identity.model import Chances, MatchModel


def splink_settings(model: MatchModel) -> dict[str, Any]:
    """Settings for ``splink.Linker`` over derived parts with a ``unique_id``.

    They hold levels, ``m`` and ``u``. Rarity and "evidence about the account counts once" are ours: Splink's
    weight of a pair is the sum of the levels without them.
    """
    odds = 2.0 ** (model.prior / 100)
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": odds / (1 + odds),
        "comparisons": [_comparison(one, model.chances[one.name]) for one in model.comparisons],
        "blocking_rules_to_generate_predictions": [],
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(comparison: Comparison, chances: Chances) -> dict[str, Any]:
    key = comparison.key
    absent = {"sql_condition": f'"{key}_l" IS NULL OR "{key}_r" IS NULL', "is_null_level": True}
    levels: list[dict[str, Any]] = [{**absent, "label_for_charts": "not known on both sides"}]
    for level, m, u in zip(comparison.levels, chances.m, chances.u, strict=True):
        condition = level.test.sql() if level.test else "ELSE"
        levels.append(
            {
                "sql_condition": condition,
                "label_for_charts": level.label,
                "m_probability": m,
                "u_probability": u,
            }
        )
    return {"output_column_name": comparison.name, "comparison_levels": levels}
