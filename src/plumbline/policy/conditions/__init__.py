"""Conditions: SQL in a small safe subset, read once into one tree that means the same everywhere."""

from plumbline.policy.conditions.analysis import Known, implies, never_true
from plumbline.policy.conditions.codes import Code
from plumbline.policy.conditions.frames import to_polars
from plumbline.policy.conditions.parse import parse_condition, parse_value
from plumbline.policy.conditions.rows import to_row
from plumbline.policy.conditions.spelling import to_text
from plumbline.policy.conditions.sql import Dialect, to_sql
from plumbline.policy.conditions.tree import Condition, Expression, Node, conjuncts, kind_of, names_of
from plumbline.policy.conditions.wording import in_words

__all__ = [
    "Code",
    "Condition",
    "Dialect",
    "Expression",
    "Known",
    "Node",
    "conjuncts",
    "implies",
    "in_words",
    "kind_of",
    "names_of",
    "never_true",
    "parse_condition",
    "parse_value",
    "to_polars",
    "to_row",
    "to_sql",
    "to_text",
]
