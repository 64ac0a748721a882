"""Conditions: SQL in a small safe subset, read once into one tree that means the same everywhere."""

from plumbline.policy.conditions.frames import to_polars
from plumbline.policy.conditions.parse import parse_condition, parse_value
from plumbline.policy.conditions.rows import to_row
from plumbline.policy.conditions.tree import Condition, Expression, Node, conjuncts

__all__ = [
    "Condition",
    "Expression",
    "Node",
    "conjuncts",
    "parse_condition",
    "parse_value",
    "to_polars",
    "to_row",
]
