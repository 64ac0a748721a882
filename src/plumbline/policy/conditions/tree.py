"""The tree of a condition. It alone decides meaning; every engine only renders it.

Meaning, everywhere the same:

- Three values: true, false, unknown (null). A comparison with an unknown side is unknown; NOT unknown is
  unknown; FALSE AND unknown is false; TRUE OR unknown is true; ``x NOT IN (...)`` with x unknown is unknown.
- Numbers are IEEE doubles, -0.0 equals 0.0, and a division by zero is unknown.
- Text is compared byte by byte: case, accents and trailing spaces count. It has no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - the dataclasses are read at run time
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from plumbline.domain.words import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: No number of a lead is larger, and no literal (the triage room refuses the value, the parser the literal).
LARGEST: Final = 1e15
#: Inside a product or quotient a number closer to zero counts as zero. See :class:`Bounded`.
SMALLEST: Final = 1e-15

Value: TypeAlias = "float | str | bool | date"


class Op(StrEnum):
    """Comparisons. The value is the SQL spelling."""

    EQ = "="
    NE = "<>"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Sum(StrEnum):
    """Arithmetic. The value is the SQL spelling."""

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"


@dataclass(frozen=True, slots=True)
class Name:
    """A signal or a result."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal. Numbers are floats, never -0.0, with a magnitude of 0 or 1e-15 to 1e15."""

    value: Value
    kind: Kind


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number made safe to multiply: beyond 1e15 it is unknown, closer to zero than 1e-15 it is zero.

    With this at the leaves and at most eight operations no product can overflow or underflow, which matters
    because engines differ there: PostgreSQL raises an error where the others answer infinity or zero.
    """

    operand: Name | Arithmetic


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers make one. Division by zero is unknown."""

    op: Sum
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one kind. Order only on numbers and dates."""

    op: Op
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between:
    """``low <= operand AND operand <= high``."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In:
    """Equal to one of the options."""

    operand: Node
    options: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether the value is unknown. The only question that is never answered by unknown."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Like:
    """``%`` stands for any run of characters, ``_`` for exactly one. There is no escape."""

    operand: Name
    pattern: str


@dataclass(frozen=True, slots=True)
class Not:
    """True becomes false, false true, unknown stays."""

    operand: Node


@dataclass(frozen=True, slots=True)
class And:
    """All parts. No part is an ``And`` itself: build with :func:`conjunction`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any part. No part is an ``Or`` itself: build with :func:`disjunction`."""

    parts: tuple[Node, ...]


Node: TypeAlias = (
    "Name | Constant | Bounded | Arithmetic | Compare | Between | In | IsNull | Like | Not | And | Or"
)

TRUE: Final = Constant(value=True, kind=Kind.FLAG)
FALSE: Final = Constant(value=False, kind=Kind.FLAG)


@dataclass(frozen=True, slots=True)
class Condition:
    """A question about one lead, with the names it reads in order of appearance."""

    text: str
    tree: Node
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A value made from other values: a number or a flag."""

    text: str
    tree: Node
    kind: Kind
    fields: tuple[str, ...]


def conjunction(parts: Iterable[Node]) -> Node:
    """All of them; nested ANDs become one, a single part stays itself, none is TRUE."""
    flat = tuple(leaf for part in parts for leaf in conjuncts(part))
    return flat[0] if len(flat) == 1 else And(flat) if flat else TRUE


def disjunction(parts: Iterable[Node]) -> Node:
    """Any of them; nested ORs become one, a single part stays itself, none is FALSE."""
    flat = tuple(leaf for part in parts for leaf in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat) if flat else FALSE


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold: what to show as "kept out by" for a rule that nearly fired."""
    return node.parts if isinstance(node, And) else (node,)


def kind_of(node: Node) -> Kind:
    """The kind of the value a node has."""
    match node:
        case Name(kind=kind) | Constant(kind=kind):
            return kind
        case Arithmetic() | Bounded():
            return Kind.NUMBER
        case _:
            return Kind.FLAG


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Name() | Constant():
            return ()
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Between(operand=operand, low=low, high=high):
            return (operand, low, high)
        case In(operand=operand, options=options):
            return (operand, *options)
        case And(parts=parts) | Or(parts=parts):
            return parts
        case _:
            return (node.operand,)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def names_of(node: Node) -> tuple[str, ...]:
    """The names a tree reads, each once, in order of appearance."""
    return tuple(dict.fromkeys(part.name for part in walk(node) if isinstance(part, Name)))


def bounded(node: Node) -> Node:
    """An arithmetic tree with its names bounded where it multiplies or divides; any other node as it is."""
    multiplies = any(isinstance(part, Arithmetic) and part.op in (Sum.MUL, Sum.DIV) for part in walk(node))
    return _bound_names(node) if multiplies else node


def _bound_names(node: Node) -> Node:
    match node:
        case Name():
            return Bounded(node)
        case Arithmetic(op=op, left=left, right=right):
            return Arithmetic(op, _bound_names(left), _bound_names(right))
        case _:
            return node
