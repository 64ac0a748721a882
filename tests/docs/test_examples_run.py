"""What the documentation shows is carried out, page by page, in order, in a folder of the page's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from helpers_cli import PLUMBLINE, Outcome
from helpers_docs import (
    NOT_RUN,
    PAGES,
    ROOT,
    Block,
    Command,
    blocks,
    carry_out,
    commands,
    name_of,
    not_shown,
)

RUN = [page for page in PAGES if blocks(page, "console", "python")]


@pytest.fixture
def desk(page: Path, tmp_path: Path, leads: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; on the front page, which speaks of a file that the reader has, with that file."""
    # A reader has the command at hand, also in Python examples and where no environment is activated.
    monkeypatch.setenv("PATH", f"{Path(PLUMBLINE).parent}{os.pathsep}{os.environ['PATH']}")
    if page == ROOT / "README.md":
        shutil.copy(leads, tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_the_examples_of_a_page_do_what_it_says(page: Path, desk: Path) -> None:
    names: dict[str, object] = {"__name__": "docs"}
    for block in blocks(page, "console", "python"):
        if block.lang == "python":
            run_python(block, names, desk)
        for command in commands(block) if block.lang == "console" else ():
            if command.is_run:
                check(command, carry_out(command, desk))


def check(command: Command, done: Outcome) -> None:
    told = f"{command}\n{done.out}{done.err}"
    assert done.status == command.status, f"ended with {done.status}, not {command.status}: {told}"
    assert not_shown(command, done) == [], f"is shown and does not come out: {told}"


def run_python(block: Block, names: dict[str, object], folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)
    try:
        exec(compile("\n" * (block.line - 1) + block.text, str(block.page), "exec"), names)  # noqa: S102 - this is what it is for
    finally:
        os.chdir(before)


def test_every_console_block_has_a_command_and_few_are_only_shown() -> None:
    found = [command for page in PAGES for block in blocks(page, "console") for command in commands(block)]
    assert all(commands(block) for page in PAGES for block in blocks(page, "console"))
    only_shown = {command.program for command in found if not command.is_run}
    assert only_shown <= set(NOT_RUN)
    assert sum(command.is_run for command in found) > 40


def command(text: str, shown: str = "", status: int = 0) -> Command:
    return Command(Block(ROOT / "README.md", 1, "console", text), 1, text, tuple(shown.splitlines()), status)


def test_the_check_sees_another_status_and_another_output(tmp_path: Path) -> None:
    """Negative control: a page that promises something else fails."""
    version = command("plumbline --version", "0.1.0")
    check(version, carry_out(version, tmp_path))
    for wrong in (
        command("plumbline --version", "7.7.7"),
        command("plumbline --version", status=1),
        command("plumbline no-such-command"),
        command("false"),
        command("printf 'b\\na\\n'", "a\nb"),
    ):
        with pytest.raises(AssertionError):
            check(wrong, carry_out(wrong, tmp_path))
    skipping = command("printf 'a1\\nb\\nc\\n'", "a…\n…\nc")
    check(skipping, carry_out(skipping, tmp_path))


def test_a_status_is_read_from_a_comment_that_people_can_read() -> None:
    block = Block(
        ROOT / "README.md", 1, "console", "$ plumbline x  # they differ: exit status 1\nshown\n$ ls"
    )
    first, second = commands(block)
    assert (first.status, first.shown, second.status) == (1, ("shown",), 0)


def test_a_block_of_python_that_is_wrong_fails(tmp_path: Path) -> None:
    """Negative control."""
    with pytest.raises(AssertionError):
        run_python(Block(ROOT / "README.md", 1, "python", "assert 1 == 2"), {}, tmp_path)
