"""The same model for Splink: its charts, its other engines (Spark), and a check of our weights against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from sqlglot import exp, parse_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.identity.comparison import Comparison
    from plumbline.identity.model import Chances, MatchModel

    Engine = Literal["duckdb", "spark"]

#: Agreement on a value that more random pairs share than this brings too many pairs together.
_TOO_COMMON: Final = 1e-3
#: DuckDB's functions that Spark has under another name.
_CALLED: Final = {"strlen": "octet_length", "list_intersect": "array_intersect"}


def splink_settings(model: MatchModel, engine: Engine = "duckdb") -> dict[str, Any]:
    """Settings for ``splink.Linker`` over derived parts with a ``unique_id``.

    They hold levels, ``m`` and ``u``, and pairs that share an uncommon value. Rarity and "evidence about the
    account counts once" are ours: Splink's weight of a pair is the sum of the levels without them.

    Spark counts edits in characters, DuckDB in bytes, and Splink's Jaro-Winkler for Spark is another variant:
    a pair in a thousand falls on a neighbouring level.
    """
    odds = 2.0 ** (model.prior / 100)
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": odds / (1 + odds),
        "comparisons": [_comparison(one, model.chances[one.name], engine) for one in model.comparisons],
        "blocking_rules_to_generate_predictions": _rules(model.comparisons, model, engine),
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(comparison: Comparison, chances: Chances, engine: Engine) -> dict[str, Any]:
    key = comparison.key
    unknown = _sql(f'"{key}_l" IS NULL OR "{key}_r" IS NULL', engine)
    absent = {"sql_condition": unknown, "is_null_level": True}
    levels: list[dict[str, Any]] = [{**absent, "label_for_charts": "not known on both sides"}]
    for level, m, u in zip(comparison.levels, chances.m, chances.u, strict=True):
        condition = _sql(level.test.sql(), engine) if level.test else "ELSE"
        levels.append(
            {
                "sql_condition": condition,
                "label_for_charts": level.label,
                "m_probability": m,
                "u_probability": u,
            }
        )
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _rules(comparisons: Sequence[Comparison], model: MatchModel, engine: Engine) -> list[dict[str, str]]:
    parts = [
        level.rarity
        for one in comparisons
        for level, u in zip(one.levels, model.chances[one.name].u, strict=True)
        if level.rarity and u < _TOO_COMMON
    ]
    return [
        {"blocking_rule": _sql(f'l."{part}" = r."{part}"', engine), "sql_dialect": engine}
        for part in dict.fromkeys(parts)
    ]


def _sql(duckdb: str, engine: Engine) -> str:
    if engine == "duckdb":
        return duckdb
    return parse_one(duckdb, read="duckdb").transform(_spark).sql("spark")


def _spark(node: exp.Expr) -> exp.Expr:
    """What Spark, or Splink's functions for it, call otherwise."""
    if isinstance(node, exp.ArrayOverlaps):
        return exp.func("arrays_overlap", node.this, node.expression)
    if isinstance(node, exp.JarowinklerSimilarity):
        return exp.func("jaro_winkler", node.this, node.expression)
    if isinstance(node, exp.Anonymous) and node.name == "list_sum":
        summed = parse_one("aggregate(value, CAST(0 AS BIGINT), (a, b) -> a + b)", read="spark")
        summed.set("this", node.expressions[0].transform(_spark))
        return summed
    if isinstance(node, exp.Anonymous) and node.name in _CALLED:
        return exp.func(_CALLED[node.name], *node.expressions)
    return node
