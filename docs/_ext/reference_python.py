"""The names of ``import plumbline`` as a page: signatures and docstrings, nothing else."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import plumbline

if TYPE_CHECKING:
    from collections.abc import Iterator


def python() -> Iterator[str]:
    """One section per public name."""
    for name in plumbline.__all__:
        thing = getattr(plumbline, name)
        yield f"## {name}\n"
        yield from _class(thing) if inspect.isclass(thing) else _function(name, thing)


def _function(name: str, thing: Any) -> Iterator[str]:
    yield f"```text\nplumbline.{name}{_signature(thing)}\n```\n"
    yield _text(thing)


def _class(thing: Any) -> Iterator[str]:
    yield _text(thing)
    rows = [line for name, member in vars(thing).items() if (line := _member(name, member))]
    if rows:
        yield "\n".join(["| member | meaning |", "| --- | --- |", *rows]) + "\n"


def _member(name: str, member: Any) -> str:
    """A public method or property as a row of a table; empty for anything else."""
    is_method = inspect.isfunction(member)
    if name.startswith("_") or not (is_method or isinstance(member, property)):
        return ""
    spelling = f"{name}{_signature(member)}" if is_method else name
    first_line = (inspect.getdoc(member) or "").splitlines()[0].replace("``", "`")
    return f"| `{spelling}` | {first_line} |".replace("|None", "\\|None")


def _signature(thing: Any) -> str:
    """The signature without what every reader knows: ``self``, and the classes' own modules."""
    text = str(inspect.signature(thing)).replace("'", "").replace("(self, ", "(").replace("(self)", "()")
    return re.sub(r" \| ", " or ", text)


def _text(thing: Any) -> str:
    """A docstring as Markdown: its sections become lists."""
    text = (inspect.getdoc(thing) or "").replace("``", "`")
    text = re.sub(r"^(Args|Raises|Returns):$", r"\1:\n", text, flags=re.MULTILINE)
    text = re.sub(r"^ {8}(?=\S)", "      ", text, flags=re.MULTILINE)
    return re.sub(r"^ {4}(\w+):", r"- `\1`:", text, flags=re.MULTILINE) + "\n"
