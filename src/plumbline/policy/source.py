"""From YAML text to plain data with the line of every place. Refuses what a policy never needs.

Built on the parser's events rather than on a loader: nothing is ever constructed, unfolded or executed, so a
hostile file costs no more than its own length, and all problems are found in one pass.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from plumbline.domain.issues import Issue
from plumbline.policy.codes import Code, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ruamel.yaml.events import Event


#: Keys and list positions from the top of the file: ``("rules", 3, "when")``.
Path = tuple["str | int", ...]

MAX_BYTES: Final = 1_000_000
MAX_NODES: Final = 30_000
MAX_DEPTH: Final = 12

_WORDS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Source:
    """What a policy file says, before anything is known about policies. ``hash`` is of the text itself."""

    data: dict[str, Any]
    lines: dict[Path, int]
    hash: str

    def line(self, path: Path) -> int:
        """The line of a place, or of the nearest place above it when it is not there (a missing key)."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def source_hash(text: str) -> str:
    """SHA-256 of the text as it stands, comments and all."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_source(text: str) -> tuple[Source | None, list[Issue]]:
    """Read the text of a policy. Without a source, the issues say why."""
    refusal = _too_large_or_empty(text)
    if refusal:
        return None, [refusal]
    composer = _Composer()
    composed = composer.compose(text)
    if composed and not isinstance(composer.root, dict):
        composer.problem(
            Code.NOT_A_MAPPING, "a policy file is a mapping of keys, such as 'policy: new-business'", 1
        )
    if not composed or not isinstance(composer.root, dict):
        return None, composer.issues
    return Source(composer.root, composer.lines, source_hash(text)), composer.issues


def rewrite(text: str, path: Path, value: Any) -> str:  # noqa: ANN401 - any plain value of a policy
    """The same file with one value changed; comments and order stay. ``KeyError`` without such a place."""
    yaml = _yaml("rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    document = yaml.load(text)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _yaml(kind: str) -> YAML:
    return YAML(typ=kind, pure=True)


def _too_large_or_empty(text: str) -> Issue | None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        return Issue(Code.FILE_TOO_LARGE, f"The file has {size:,} bytes; a policy has at most {MAX_BYTES:,}.")
    if not text.strip() or all(
        line.lstrip().startswith("#") or not line.strip() for line in text.splitlines()
    ):
        return Issue(
            Code.EMPTY_FILE, "The file holds no policy; 'plumbline init' writes one to start from.", line=1
        )
    return None


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled. ``key`` waits for its value."""

    path: Path
    data: dict[str, Any] | list[Any]
    key: str | None = None


class _Stop(Exception):  # noqa: N818 - not an error: the rest of the file is not looked at
    """Reading on would tell nothing."""


@dataclass(slots=True)
class _Composer:
    """Builds plain data from parse events and remembers where each place stands."""

    root: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    nodes: int = 0
    documents: int = 0

    def compose(self, text: str) -> bool:
        """Whether the whole file could be read."""
        try:
            self._take_all(_yaml("safe").parse(io.StringIO(text)))
        except _Stop:
            return False
        except YAMLError as error:
            self.issues.append(_syntax_issue(error))
            return False
        return True

    def problem(self, code: Code, message: str, line: int, path: Path = ()) -> None:
        self.issues.append(Issue(code, sentence(message), dotted(path), line))

    def _take_all(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, NodeEvent):
                self._node(event, event.start_mark.line + 1)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                self.stack.pop()
            elif isinstance(event, DocumentStartEvent):
                self._document(event, event.start_mark.line + 1)

    def _document(self, event: DocumentStartEvent, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self._refuse(
                Code.SECOND_DOCUMENT,
                "the file holds a second document ('---'); keep one policy per file",
                line,
            )
        if event.version not in (None, (1, 2)) or event.tags:
            self._refuse(Code.YAML_VERSION, "directives are refused; a policy is YAML 1.2", line)

    def _node(self, event: NodeEvent, line: int) -> None:
        self._count(line)
        self._refuse_sharing(event, line)
        if self._waits_for_key():
            self._key(event, line)
        elif isinstance(event, ScalarEvent):
            self._place(_plain(event), line)
        else:
            self._open({} if isinstance(event, MappingStartEvent) else [], line)

    def _count(self, line: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(Code.TOO_MANY_NODES, f"more than {MAX_NODES:,} keys and values", line)

    def _refuse_sharing(self, event: NodeEvent, line: int) -> None:
        if isinstance(event, AliasEvent):
            self._refuse(Code.YAML_ANCHOR, f"alias '*{event.anchor}' is refused; write the value out", line)
        if event.anchor is not None:
            self.problem(Code.YAML_ANCHOR, f"anchor '&{event.anchor}' is refused; write the value out", line)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.problem(Code.YAML_TAG, f"tag '{tag}' is refused; a policy is plain data", line)

    def _waits_for_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].data, dict) and self.stack[-1].key is None

    def _key(self, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            self._refuse(Code.YAML_KEY, "a key is a plain word, not a mapping or a list", line)
        top = self.stack[-1]
        top.key = str(event.value)
        path = (*top.path, top.key)
        if path in self.lines:
            first = self.lines[path]
            self.problem(
                Code.DUPLICATE_KEY, f"'{top.key}' stands twice here, first on line {first}", line, path
            )
        self.lines.setdefault(path, line)

    def _place(self, value: Any, line: int) -> Path:  # noqa: ANN401 - any plain value
        """Put a value where the next one belongs; the first of two equal keys stays."""
        if not self.stack:
            self.root = value
            return ()
        top = self.stack[-1]
        if isinstance(top.data, list):
            path: Path = (*top.path, len(top.data))
            top.data.append(value)
        else:
            path = (*top.path, top.key or "")
            top.data.setdefault(top.key or "", value)
            top.key = None
        self.lines.setdefault(path, line)
        return path

    def _open(self, data: dict[str, Any] | list[Any], line: int) -> None:
        path = self._place(data, line)
        self.stack.append(_Open(path, data))
        if len(self.stack) > MAX_DEPTH:
            self._refuse(Code.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels", line)

    def _refuse(self, code: Code, message: str, line: int) -> NoReturn:
        self.problem(code, message, line)
        raise _Stop


def dotted(path: Iterable[str | int]) -> str:
    """A place as people read it: ``rules.3.when``."""
    return ".".join(str(step) for step in path)


def _plain(event: ScalarEvent) -> Any:  # noqa: ANN401 - any plain scalar
    """The value of a scalar by the YAML 1.2 core schema; quoted text is text."""
    text = str(event.value)
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _syntax_issue(error: YAMLError) -> Issue:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    hint = "; use spaces instead of the tab" if "'\\t'" in str(problem) else ""
    return Issue(Code.YAML_SYNTAX, f"Not YAML: {problem}{hint}.", line=mark.line + 1 if mark else 0)
