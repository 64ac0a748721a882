"""The tree as a person would say it."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Kind
from plumbline.policy.conditions.like import segments
from plumbline.policy.conditions.spelling import constant_text
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
    Op,
    Or,
    Sum,
    kind_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORDLIKE: Final = re.compile(r"[\w.+&/-]+")


def in_words(node: Node, labels: Mapping[str, str]) -> str:
    """The condition as a person would say it: "Employees is at least 250 and Country is GB".

    ``labels`` gives the word for a name; a name without one stands for itself.
    """
    return _Speaker(labels).say(node)


_COMPARED: Final[Mapping[Op, str]] = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.LT: "is below",
    Op.LE: "is at most",
    Op.GT: "is above",
    Op.GE: "is at least",
}
_OPPOSITE: Final[Mapping[Op, Op]] = {
    Op.EQ: Op.NE,
    Op.NE: Op.EQ,
    Op.LT: Op.GE,
    Op.LE: Op.GT,
    Op.GT: Op.LE,
    Op.GE: Op.LT,
}
_DATED: Final[Mapping[Op, str]] = {
    Op.LT: "is before",
    Op.LE: "is on or before",
    Op.GT: "is after",
    Op.GE: "is on or after",
}
_CALCULATED: Final[Mapping[Sum, str]] = {
    Sum.ADD: "plus",
    Sum.SUB: "minus",
    Sum.MUL: "times",
    Sum.DIV: "divided by",
}


class _Speaker:
    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = labels

    def say(self, node: Node) -> str:
        match node:
            case And(parts=parts):
                return " and ".join(self.inner(part) for part in parts)
            case Or(parts=parts):
                return " or ".join(self.inner(part) for part in parts)
            case Not(operand=operand):
                return self.denied(operand)
            case Name() | Constant(kind=Kind.FLAG) if kind_of(node) is Kind.FLAG:
                return f"{self.value(node)} is yes" if isinstance(node, Name) else self.always(node)
            case _:
                return self.asserted(node, negated=False)

    def inner(self, node: Node) -> str:
        return f"({self.say(node)})" if isinstance(node, And | Or) else self.say(node)

    @staticmethod
    def always(node: Constant) -> str:
        return "always" if node.value else "never"

    def denied(self, node: Node) -> str:
        """Three values keep what is true of two: NOT x > 5 is x <= 5, and NOT NOT x is x."""
        match node:
            case Name():
                return f"{self.value(node)} is no"
            case Not(operand=operand):
                return self.say(operand)
            case Compare(op=op, left=left, right=right):
                return self.say(Compare(_OPPOSITE[op], left, right))
            case Between() | In() | IsNull() | Like():
                return self.asserted(node, negated=True)
            case _:
                return f"it is not so that ({self.say(node)})"

    def asserted(self, node: Node, *, negated: bool) -> str:
        match node:
            case Compare(op=op, left=left, right=right):
                words = _DATED.get(op) if kind_of(left) is Kind.DATE else None
                return f"{self.value(left)} {words or _COMPARED[op]} {self.value(right)}"
            case Between(operand=operand, low=low, high=high):
                verb = "is not between" if negated else "is between"
                return f"{self.value(operand)} {verb} {self.value(low)} and {self.value(high)}"
            case In(operand=operand, options=options):
                return f"{self.value(operand)} {self.listed([self.value(o) for o in options], negated)}"
            case IsNull(operand=operand):
                return f"{self.value(operand)} is {'known' if negated else 'not known'}"
            case Like(operand=operand, pattern=pattern):
                return f"{self.value(operand)} {_pattern_words(pattern, negated=negated)}"
            case _:
                return self.value(node)

    @staticmethod
    def listed(options: Sequence[str], negated: bool) -> str:
        *most, last = options
        if not most:
            return f"is not {last}" if negated else f"is {last}"
        return f"is none of {', '.join(most)} and {last}" if negated else f"is {', '.join(most)} or {last}"

    def value(self, node: Node) -> str:
        match node:
            case Name(name=name):
                return self.labels.get(name, name)
            case Constant(value=value):
                return _constant_words(value)
            case Bounded(operand=operand):
                return self.value(operand)
            case Arithmetic(op=op, left=left, right=right):
                return f"{self.operand(left)} {_CALCULATED[op]} {self.operand(right)}"
            case _:
                raise AssertionError(node)

    def operand(self, node: Node) -> str:
        return f"({self.value(node)})" if isinstance(node, Arithmetic) else self.value(node)


def _constant_words(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.0f}" if value.is_integer() and abs(value) >= 10_000 else constant_text(value)
        case date():
            return value.isoformat()
        case _:
            text = str(value)
            return text if _WORDLIKE.fullmatch(text) else f"“{text}”"


def _pattern_words(pattern: str, *, negated: bool) -> str:
    pieces = segments(pattern)
    plain = "_" not in pattern
    match pieces:
        case [whole] if plain:
            return f"{'is not' if negated else 'is'} {_constant_words(whole)}"
        case ["", piece, ""] if plain:
            verb, text = ("does not contain" if negated else "contains"), piece
        case [piece, ""] if plain:
            verb, text = ("does not start with" if negated else "starts with"), piece
        case ["", piece] if plain:
            verb, text = ("does not end with" if negated else "ends with"), piece
        case _:
            verb, text = ("does not look like" if negated else "looks like"), pattern
    return f"{verb} “{text}”"
