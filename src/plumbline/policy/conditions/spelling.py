"""The tree in its own language, spelled one way: what a difference between two policies is shown in."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from plumbline.policy.conditions.tokens import WORDS
from plumbline.policy.conditions.tree import (
    And,
    Arithmetic,
    Between,
    Bounded,
    Compare,
    Constant,
    In,
    IsNull,
    Like,
    Name,
    Node,
    Not,
    Or,
    Sum,
)

_SIMPLE: Final = re.compile(r"[a-z_][a-z0-9_]*")
_STRONG: Final = (Sum.MUL, Sum.DIV)


def to_text(node: Node) -> str:
    """The condition in its own language, spelled one way: reads back as an equal tree."""
    match node:
        case And(parts=parts):
            return " AND ".join(_part(part) for part in parts)
        case Or(parts=parts):
            return " OR ".join(_part(part) for part in parts)
        case Not(operand=operand):
            return f"NOT {_part(operand)}"
        case Compare(op=op, left=left, right=right):
            return f"{to_text(left)} {op} {to_text(right)}"
        case _:
            return _leaf_text(node)


def _part(node: Node) -> str:
    return f"({to_text(node)})" if isinstance(node, And | Or) else to_text(node)


def _leaf_text(node: Node) -> str:
    match node:
        case Between(operand=operand, low=low, high=high):
            return f"{to_text(operand)} BETWEEN {to_text(low)} AND {to_text(high)}"
        case In(operand=operand, options=options):
            return f"{to_text(operand)} IN ({', '.join(to_text(option) for option in options)})"
        case IsNull(operand=operand):
            return f"{to_text(operand)} IS NULL"
        case Like(operand=operand, pattern=pattern):
            return f"{to_text(operand)} LIKE {_quoted(pattern)}"
        case _:
            return _value_text(node)


def _value_text(node: Node) -> str:
    match node:
        case Name(name=name):
            return name if _is_simple(name) else '"' + name.replace('"', '""') + '"'
        case Constant(value=value):
            return constant_text(value)
        case Bounded(operand=operand):
            return to_text(operand)
        case Arithmetic(op=op, left=left, right=right):
            return f"{_operand(left, op)} {op} {_operand(right, op, right=True)}"
        case _:
            raise AssertionError(node)


def _is_simple(name: str) -> bool:
    return _SIMPLE.fullmatch(name) is not None and name.upper() not in WORDS


def _operand(node: Node, above: Sum, *, right: bool = False) -> str:
    """In parentheses where precedence would read it otherwise; a - (b - c) keeps them."""
    if not isinstance(node, Arithmetic):
        return to_text(node)
    binds_less = node.op not in _STRONG and above in _STRONG
    return f"({to_text(node)})" if right or binds_less else to_text(node)


def constant_text(value: object) -> str:
    """A literal as it is written in a condition."""
    match value:
        case bool():
            return str(value).upper()
        case float():
            return f"{value:.0f}" if value.is_integer() else repr(value)
        case date():
            return f"DATE '{value.isoformat()}'"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
