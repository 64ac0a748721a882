"""What commands print: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from plumbline.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbline.domain.issues import Issue

errors = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Output:
    """How this invocation wants its result: for people, as JSON, or not at all."""

    json: bool = False
    quiet: bool = False

    @property
    def console(self) -> Console:
        """A console for people; silent when they want JSON or nothing."""
        return Console(highlight=False, quiet=self.json or self.quiet)

    def data(self, value: object) -> None:
        """Print a result for machines."""
        if self.json:
            typer.echo(json_text(plain(value)))

    def say(self, text: str) -> None:
        """Print a line for people."""
        self.console.print(text, markup=False, soft_wrap=True)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON is what it is
    """Dataclasses and tuples as JSON knows them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def fail(code: str, message: str, status: Exit = Exit.UNUSABLE) -> typer.Exit:
    """Say what is wrong; raise what comes back."""
    errors.print(f"plumbline: {message} [{code}]", markup=False, soft_wrap=True)
    return typer.Exit(status)


def issue_lines(issues: Iterable[Issue]) -> list[dict[str, object]]:
    """Issues as JSON."""
    return [
        {
            "code": str(issue.code),
            "severity": issue.severity.value,
            "line": issue.line,
            "path": issue.path,
            "message": issue.message,
        }
        for issue in issues
    ]


def json_text(value: object) -> str:
    """JSON as a person would keep it in a file."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
