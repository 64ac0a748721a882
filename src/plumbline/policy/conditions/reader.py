"""Second reading: from the parser's tree to our own, with every problem found on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from sqlglot import exp

from plumbline.domain.issues import Issue
from plumbline.domain.words import Kind
from plumbline.policy.conditions.codes import Code, problem
from plumbline.policy.conditions.literals import day, literal, pattern
from plumbline.policy.conditions.refusals import is_query, refuse, shown, unknown_name
from plumbline.policy.conditions.tree import (
    Arithmetic,
    Between,
    Compare,
    Constant,
    In,
    IsNull,
    Like,
    Name,
    Node,
    Not,
    Op,
    Sum,
    bounded,
    conjunction,
    disjunction,
    kind_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_COMPARISONS: Final[Mapping[type[exp.Expr], Op]] = {
    exp.EQ: Op.EQ,
    exp.NEQ: Op.NE,
    exp.LT: Op.LT,
    exp.LTE: Op.LE,
    exp.GT: Op.GT,
    exp.GTE: Op.GE,
}
_SUMS: Final[Mapping[type[exp.Expr], Sum]] = {
    exp.Add: Sum.ADD,
    exp.Sub: Sum.SUB,
    exp.Mul: Sum.MUL,
    exp.Div: Sum.DIV,
}
#: The arguments a node may carry; anything else (BETWEEN SYMMETRIC, t.name) changes its meaning.
_ARGUMENTS: Final = frozenset(
    {"this", "expression", "expressions", "low", "high", "negate", "to", "is_string"}
)
#: What reading a part gives: a node, its own problem, or nothing because a part of it has a problem.
Read: TypeAlias = "Node | Issue | None"
_ORDERED: Final = frozenset({Kind.NUMBER, Kind.DATE})


class Reader:
    """Turns one parsed condition into our tree. ``None`` stands for a part whose problem is in ``issues``."""

    def __init__(self, names: Mapping[str, Kind]) -> None:
        self.names = names
        self.issues: list[Issue] = []
        self._readers: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], Read]]] = {
            exp.Paren: lambda part: self.node(part.this),
            exp.Column: self._name,
            exp.Literal: literal,
            exp.Boolean: lambda part: Constant(bool(part.this), Kind.FLAG),
            exp.Null: self._null,
            exp.Cast: day,
            exp.Neg: self._negative,
            exp.And: self._connected,
            exp.Or: self._connected,
            exp.Not: self._not,
            exp.Between: self._between,
            exp.In: self._in,
            exp.Is: self._is,
            exp.Like: self._like,
            **dict.fromkeys(_COMPARISONS, self._compare),
            **dict.fromkeys(_SUMS, self._arithmetic),
        }

    def node(self, part: exp.Expr) -> Node | None:
        """Any part, arithmetic not yet bounded."""
        read = self._readers.get(type(part))
        if read is None or _has_more(part):
            return self._refused(part)
        return self._kept(read(part))

    def flag(self, part: exp.Expr) -> Node | None:
        """A part that answers yes or no."""
        node = self.node(part)
        if node is None or kind_of(node) is Kind.FLAG:
            return node
        return self._kept(
            problem(Code.TYPE, f"{shown(part)} is a {kind_of(node)}, not a yes or no. Compare it.")
        )

    def value(self, part: exp.Expr) -> Node | None:
        """A part that stands for a value, with its arithmetic bounded."""
        node = self.node(part)
        if node is None or kind_of(node) is not Kind.FLAG or isinstance(node, Name | Constant):
            return None if node is None else bounded(node)
        return self._kept(
            problem(Code.TYPE, f"{shown(part)} is a condition, not a value. Join conditions with AND or OR.")
        )

    def _kept(self, read: Read) -> Node | None:
        """The node, or ``None`` once its problem is noted."""
        if isinstance(read, Issue):
            if read not in self.issues:
                self.issues.append(read)
            return None
        return read

    def _refused(self, part: exp.Expr) -> Node | None:
        self._kept(refuse(part))
        if not is_query(part):  # the names in there belong to somebody's tables
            for child in part.iter_expressions():
                if isinstance(child, exp.Column | exp.Func | exp.Binary | exp.Paren | exp.Predicate):
                    self.node(child)
        return None

    def _name(self, part: exp.Expr) -> Read:
        name = part.this.name if not part.args.get("table") else part.sql()
        if name in self.names:
            return Name(name, self.names[name])
        return unknown_name(name, self.names)

    def _null(self, _part: exp.Expr) -> Issue:
        return problem(
            Code.NULL_LITERAL, "NULL is not a value: a comparison with it is never true. Ask IS NULL instead."
        )

    def _negative(self, part: exp.Expr) -> Read:
        node = self._number(part.this)
        if isinstance(node, Constant) and isinstance(node.value, float):
            return Constant(0.0 - node.value, Kind.NUMBER)
        return None if node is None else Arithmetic(Sum.SUB, Constant(0.0, Kind.NUMBER), node)

    def _connected(self, part: exp.Expr) -> Read:
        parts = [self.flag(child) for child in _flattened(part)]
        known = [node for node in parts if node is not None]
        if len(known) < len(parts):
            return None
        return conjunction(known) if isinstance(part, exp.And) else disjunction(known)

    def _not(self, part: exp.Expr) -> Read:
        node = self.flag(part.this)
        return None if node is None else Not(node)

    def _compare(self, part: exp.Expr) -> Read:
        op = _COMPARISONS[type(part)]
        left, right = self.value(part.this), self.value(part.expression)
        if left is None or right is None or not self._comparable(part, left, right):
            return None
        if op in (Op.EQ, Op.NE) or self._ordered(part, left):
            return Compare(op, left, right)
        return None

    def _between(self, part: exp.Expr) -> Read:
        operand, low, high = (self.value(part.args[key]) for key in ("this", "low", "high"))
        if operand is None or low is None or high is None:
            return None
        fits = [self._comparable(part, operand, low), self._comparable(part, operand, high)]
        return Between(operand, low, high) if all(fits) and self._ordered(part, operand) else None

    def _in(self, part: exp.Expr) -> Read:
        operand = self.value(part.this)
        options = [self._option(option) for option in part.expressions]
        if not options:
            return problem(Code.SYNTAX, "The list after IN is empty. Write IN ('a', 'b').")
        known = [option for option in options if option is not None]
        if operand is None or len(known) < len(options):
            return None
        if kind_of(operand) is Kind.FLAG:
            return problem(Code.TYPE, f"{shown(part.this)} is yes or no. Write it alone, or with NOT.")
        fits = [self._comparable(part, operand, option) for option in known]
        return In(operand, tuple(known)) if all(fits) else None

    def _option(self, part: exp.Expr) -> Constant | None:
        node = self.node(part)
        if node is None or isinstance(node, Constant):
            return node
        self._kept(
            problem(
                Code.NOT_SUPPORTED, f"IN takes literals only, not {shown(part)}. Compare it with = and OR."
            )
        )
        return None

    def _is(self, part: exp.Expr) -> Read:
        if not isinstance(part.expression, exp.Null):
            self.node(part.this)
            return problem(
                Code.NOT_SUPPORTED,
                "IS asks only IS NULL and IS NOT NULL. Write a flag alone, or with NOT before it.",
            )
        operand = self.value(part.this)
        return None if operand is None else IsNull(operand)

    def _like(self, part: exp.Expr) -> Read:
        operand, wanted = self.value(part.this), pattern(part.expression)
        if isinstance(wanted, Issue):
            return wanted
        if operand is None:
            return None
        if not isinstance(operand, Name) or operand.kind is not Kind.TEXT:
            return problem(Code.TYPE, f"LIKE reads a text signal, and {shown(part.this)} is none.")
        like = Like(operand, wanted)
        return Not(like) if part.args.get("negate") else like

    def _arithmetic(self, part: exp.Expr) -> Read:
        left, right = self._number(part.this), self._number(part.expression)
        return None if left is None or right is None else Arithmetic(_SUMS[type(part)], left, right)

    def _number(self, part: exp.Expr) -> Node | None:
        node = self.node(part)
        if node is None or kind_of(node) is Kind.NUMBER:
            return node
        return self._kept(
            problem(Code.TYPE, f"{shown(part)} is a {kind_of(node)}: only numbers can be calculated with.")
        )

    def _comparable(self, part: exp.Expr, left: Node, right: Node) -> bool:
        one, other = kind_of(left), kind_of(right)
        if one is other:
            return True
        hint = _TYPE_HINTS.get(frozenset({one, other}), "Compare values of one kind.")
        self._kept(problem(Code.TYPE, f"{shown(part)} compares a {one} with a {other}. {hint}"))
        return False

    def _ordered(self, part: exp.Expr, node: Node) -> bool:
        if kind_of(node) in _ORDERED:
            return True
        self._kept(
            problem(Code.TYPE, f"{shown(part)}: a {kind_of(node)} has no order that is the same everywhere.")
        )
        return False


_TYPE_HINTS: Final[Mapping[frozenset[Kind], str]] = {
    frozenset({Kind.NUMBER, Kind.TEXT}): "Write numbers without quotes and text with them.",
    frozenset({Kind.DATE, Kind.TEXT}): "Write dates as DATE '2024-12-31'.",
    frozenset({Kind.FLAG, Kind.TEXT}): "Write a flag alone, with NOT before it, or = TRUE.",
    frozenset({Kind.FLAG, Kind.NUMBER}): "Write a flag alone, with NOT before it, or = TRUE.",
}


def _flattened(part: exp.Expr) -> list[exp.Expr]:
    """The operands of a chain of one connector, without recursion: chains may be hundreds long."""
    found: list[exp.Expr] = []
    waiting = [part]
    while waiting:
        current = waiting.pop()
        if type(current) is type(part):
            waiting += [current.expression, current.this]
        else:
            found.append(current)
    return found


def _has_more(part: exp.Expr) -> bool:
    """Whether the parser attached something we would lose. A dotted name is left to the name check."""
    if isinstance(part, exp.Column):
        return not isinstance(part.this, exp.Identifier)
    return any(value and key not in _ARGUMENTS for key, value in part.args.items())
