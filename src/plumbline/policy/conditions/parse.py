"""From text to a checked tree, or to all problems of the text at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import TokenType, exp
from sqlglot.errors import ParseError
from sqlglot.parser import Parser

from plumbline.domain.words import Kind
from plumbline.policy.conditions.codes import Code, problem
from plumbline.policy.conditions.limits import MAX_ARITHMETIC, MAX_NODES
from plumbline.policy.conditions.reader import Reader
from plumbline.policy.conditions.tokens import read_tokens
from plumbline.policy.conditions.tree import (
    Arithmetic,
    Bounded,
    Condition,
    Expression,
    Node,
    kind_of,
    names_of,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlglot import Token

    from plumbline.domain.issues import Issue

_UNREADABLE: Final = "This is no condition. Write it like: employees >= 250 AND country = 'GB'."
_STATEMENTS: Final = frozenset({"SELECT", "WITH", "UNION", "INSERT", "UPDATE", "DELETE", "DROP", "CREATE"})


def parse_condition(text: str, names: Mapping[str, Kind]) -> tuple[Condition | None, list[Issue]]:
    """A condition over these names, or ``None`` and every problem found in it.

    Issues carry no path and no line: the caller knows where the text stands.
    """
    tree, issues = _read(text, names, Kind.FLAG)
    return (None if tree is None else Condition(text, tree, names_of(tree))), issues


def parse_value(text: str, names: Mapping[str, Kind], kind: Kind) -> tuple[Expression | None, list[Issue]]:
    """A number or a flag made from these names, or ``None`` and every problem found in it.

    A calculated number beyond 1e15 is unknown, so that it can be used like any other.
    """
    if kind not in (Kind.NUMBER, Kind.FLAG):
        return None, [problem(Code.TYPE, f"An expression makes a number or a flag, not a {kind}.")]
    tree, issues = _read(text, names, kind)
    if isinstance(tree, Arithmetic):
        tree = Bounded(tree)
    return (None if tree is None else Expression(text, tree, kind, names_of(tree))), issues


def _read(text: str, names: Mapping[str, Kind], kind: Kind) -> tuple[Node | None, list[Issue]]:
    tokens, issues = read_tokens(text, names)
    if not tokens:
        return None, issues
    parsed = _parse(text, tokens)
    if not isinstance(parsed, exp.Expr):
        return None, [*issues, parsed]
    reader = Reader(names)
    tree = reader.flag(parsed) if kind is Kind.FLAG else reader.value(parsed)
    issues += [issue for issue in reader.issues if issue not in issues]
    if tree is not None:
        issues += [*_wrong_kind(tree, kind), *_too_large(tree)]
    return (None if issues else tree), issues


def _parse(text: str, tokens: Sequence[Token]) -> exp.Expr | Issue:
    try:
        parsed = Parser().parse_into(exp.Condition, list(tokens), text)[0]
    except ParseError as error:
        return _syntax(error, tokens)
    except RecursionError:
        return problem(Code.TOO_LARGE, "The condition is nested too deeply. Remove parentheses.")
    except Exception:  # noqa: BLE001 - the parser is not ours and stumbles over some nonsense (IndexError, ...)
        return problem(Code.SYNTAX, _UNREADABLE)
    return parsed if isinstance(parsed, exp.Expr) else problem(Code.SYNTAX, "No condition was found.")


def _syntax(error: ParseError, tokens: Sequence[Token]) -> Issue:
    if any(t.token_type is not TokenType.STRING and t.text.upper() in _STATEMENTS for t in tokens):
        return problem(Code.SUBQUERY, "A condition sees one lead: it cannot contain a query or a command.")
    place = error.errors[0] if error.errors else {}
    near, column = str(place.get("highlight") or "")[:30], place.get("col")
    where = f" It stops making sense near '{near}', character {column}." if near else ""
    return problem(Code.SYNTAX, f"{_UNREADABLE}{where}")


def _wrong_kind(tree: Node, kind: Kind) -> list[Issue]:
    if kind_of(tree) is kind:
        return []
    return [problem(Code.TYPE, f"A {kind} is needed here, and this is a {kind_of(tree)}.")]


def _too_large(tree: Node) -> list[Issue]:
    nodes = list(walk(tree))
    issues = []
    if len(nodes) > MAX_NODES:
        issues.append(problem(Code.TOO_LARGE, f"The condition has more than {MAX_NODES} parts. Split it."))
    if sum(isinstance(node, Arithmetic) for node in nodes) > MAX_ARITHMETIC:
        issues.append(
            problem(
                Code.TOO_LARGE,
                f"A condition calculates at most {MAX_ARITHMETIC} times. Move a part into a derived signal.",
            )
        )
    return issues
