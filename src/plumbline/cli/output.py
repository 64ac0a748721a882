"""What commands print: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plumbline.report.words import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbline.domain.issues import Issue

# Options and arguments that several commands share.
Run = Annotated[Path, typer.Argument(help="The folder of a run.")]
Ledger = Annotated[Path | None, typer.Option("--ledger", help="The ledger, when it is not in the folder.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but problems.")]
SecondReader = Annotated[
    Path | None, typer.Option("--second-reader", help="Settings of a language model as second reader.")
]
Corrections = Annotated[
    Path | None, typer.Option("--corrections", help="What people corrected: it sets confidences right.")
]
Us = Annotated[
    list[str] | None, typer.Option("--us", help="A name of ours, so that our own words are not read.")
]

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
        """Print a line for people. What a lead's data holds is shown, never obeyed by the terminal."""
        self.console.print(visible(text), markup=False, soft_wrap=True)


def table_of(head: Iterable[str], rows: Iterable[Iterable[object]], right: tuple[int, ...] = ()) -> Table:
    """A plain table. Cells are shown as they are: brackets are no markup, long words are folded."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for at, name in enumerate(head):
        table.add_column(name, justify="right" if at in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible("" if cell is None else str(cell))) for cell in row))
    return table


def complain(text: str) -> None:
    """Print a line to standard error."""
    errors.print(visible(text), markup=False, soft_wrap=True)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON is what it is
    """Dataclasses and tuples as JSON knows them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


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
