"""The documentation as data: its pages, their blocks, and how the commands of a page are carried out."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from helpers_cli import PLUMBLINE, Outcome, plumbline

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
PAGES: Final = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted(path for path in DOCS.rglob("*.md") if not {"_build", "generated"} & set(path.parts)),
)
#: Commands that set up a machine, or go on until they are stopped: shown, not carried out here.
#: ``make test`` would carry out this very test.
NOT_RUN: Final = ("make", "pip", "git", "sphinx-build", "xdg-open", "plumbline serve", "plumbline worker")
#: Terminal width of what the pages show.
COLUMNS: Final = "80"

_FENCE: Final = re.compile(r"^(?P<indent> *)```(?P<lang>[\w{}:-]*) *(?P<rest>.*)$")
_STATUS: Final = re.compile(r"#.*\bexit status (\d+)")
_SHELL: Final = re.compile(r"[|<>;&$`*?~(){}\n]")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; ``line`` is that of its first line of text."""

    page: Path
    line: int
    lang: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a block, the output shown below it, and the exit status its comment names."""

    block: Block
    line: int
    text: str
    shown: tuple[str, ...]
    status: int

    @property
    def program(self) -> str:
        """What is called: a program, or a command of Plumbline that goes on until it is stopped."""
        first, *rest = shlex.split(self.text, comments=True)
        both = f"{first} {rest[0]}" if rest else first
        return both if both in NOT_RUN and "--once" not in rest else first

    @property
    def is_run(self) -> bool:
        return self.program not in NOT_RUN

    def __str__(self) -> str:
        return f"{self.block.page.relative_to(ROOT)}:{self.line}: {self.text}"


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, *langs: str) -> list[Block]:
    """The fenced blocks of a page, perhaps only those in some languages."""
    return [block for block in _blocks(page) if not langs or block.lang in langs]


def _blocks(page: Path) -> Iterator[Block]:
    lang, start, text = None, 0, []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
        fence = _FENCE.match(line)
        if lang is None and fence:
            lang, start, text = fence["lang"], number + 1, []
        elif lang is not None and line.strip() == "```":
            yield Block(page, start, lang, "\n".join(text))
            lang = None
        elif lang is not None:
            text.append(line)


def commands(block: Block) -> list[Command]:
    """The commands of a console block. A line that ends with a backslash goes on in the next one."""
    found: list[tuple[int, list[str], list[str]]] = []
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        if line.startswith("$ "):
            found.append((number, [line[2:]], []))
        elif found and found[-1][1][-1].endswith("\\"):
            found[-1][1].append(line)
        elif found:
            found[-1][2].append(line)
    return [
        Command(block, number, "\n".join(lines), tuple(shown), _status(lines[-1]))
        for number, lines, shown in found
    ]


def _status(line: str) -> int:
    match = _STATUS.search(line)
    return int(match[1]) if match else 0


def carry_out(command: Command, folder: Path) -> Outcome:
    """Run a command in a folder: in this process where it is a plain one, else in a shell."""
    text = command.text.replace("\\\n", " ")
    words = shlex.split(text, comments=True)
    code = text.split(" #")[0]
    if words[0] == "plumbline" and not _SHELL.search(code):
        return _in_process(words[1:], folder)
    env = {**os.environ, "COLUMNS": COLUMNS, "PATH": f"{Path(PLUMBLINE).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", text], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def _in_process(words: list[str], folder: Path) -> Outcome:
    before = Path.cwd()
    os.chdir(folder)
    try:
        return plumbline(*words, columns=COLUMNS)
    finally:
        os.chdir(before)


def not_shown(command: Command, done: Outcome) -> list[str]:
    """Shown lines that do not come out, in their order. ``…`` skips lines, and text within a line."""
    # Numbers are kept beside their nouns by hard spaces; nobody types those.
    lines = iter((done.out + done.err).replace("\N{NO-BREAK SPACE}", " ").splitlines())
    missing = []
    for shown in command.shown:
        pattern = ".*".join(re.escape(part) for part in shown.rstrip().split("…"))
        if shown.strip() in {"", "…"}:
            continue
        if not any(re.fullmatch(pattern, line.rstrip()) for line in lines):
            missing.append(shown)
    return missing
