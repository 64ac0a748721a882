"""Problems of a written file in a terminal: where, what, and the code to look up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from plumbline.domain.issues import Severity
from plumbline.report import words
from plumbline.report.terminal.sheet import QUIET, STRONG, Sheet, grid, indented, join, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType

    from plumbline.domain.issues import Issue


def print_issues(issues: Sequence[Issue], console: Console) -> None:
    """Print problems in the order of their lines: first those that block, then those worth a look."""
    blocking = [issue for issue in issues if issue.severity is Severity.ERROR]
    warnings = [issue for issue in issues if issue.severity is not Severity.ERROR]
    parts: list[RenderableType] = []
    if blocking:
        parts += _block(f"{words.count(len(blocking), 'problem')} to solve", blocking)
    if warnings:
        parts += [
            *([Text()] if blocking else []),
            *_block(f"{words.count(len(warnings), 'thing')} to look at", warnings),
        ]
    console.print(Sheet(tuple(parts or [say("No problems found.")])))


def _block(name: str, issues: list[Issue]) -> list[RenderableType]:
    table = grid("right", "left")
    for issue in sorted(issues, key=lambda issue: (issue.line, issue.path)):
        line = f"line {issue.line}" if issue.line else ""
        table.add_row(
            say(line, QUIET), join(say(issue.path, STRONG), say(issue.message, limit=1000), between=": ")
        )
        table.add_row("", say(issue.code, QUIET))
    return [say(name, STRONG), indented(table)]
