"""The cue file: what words say what, and what their surroundings do to them; data to be edited."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plumbline.domain.errors import PlumblineError
from plumbline.domain.issues import Issue
from plumbline.reading.model import DEFAULTS, VALUES, Field, Reading
from plumbline.reading.patterns import Pattern, PatternError, parse_pattern
from plumbline.reading.spelling import spelling_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Values that are worked out from the time expression near the cue rather than written in the file.
WORKED_OUT: Final = frozenset(
    {(Field.TIMELINE, "when"), (Field.TIMELINE, "later"), (Field.URGENCY, "deadline")}
)
SCOPES: Final = (
    "negated",
    "conditional",
    "hedged",
    "past",
    "third",
    "question",
    "ironic",
    "opinion",
    "belongs",
)
WHERE: Final = ("clause", "before", "sentence", "near", "message")
ZONES: Final = ("own", "signature", "anywhere")
_WORD: Final = re.compile(r"[^\W\d_]+")
MAX_BYTES: Final = 1_000_000


class InvalidCuesError(PlumblineError):
    """A cue file that cannot be used. ``issues`` holds all its problems."""

    code = "invalid_cues"

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__(
            f"{len(self.issues)} problem(s) in the cue file:\n" + "\n".join(f"  {i}" for i in self.issues)
        )


@dataclass(frozen=True, slots=True)
class Cue:
    """``says`` fields and values, unless a scope of ``unless`` holds; in a scope of ``turns`` others.

    ``one_clause``: its words count only where no comma or "but" stands between them.
    """

    id: str
    says: tuple[tuple[Field, str], ...]
    weight: int
    patterns: tuple[Pattern, ...]
    unless: frozenset[str]
    turns: Mapping[str, tuple[tuple[Field, str], ...]]
    zone: str = "own"
    channels: frozenset[str] = frozenset()
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    one_clause: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Markers; ``where``: clause (``reach`` words before), before, sentence, near (next one too), message.

    In the file a name may carry an ending (``past-thanks``), for markers that reach differently.
    """

    name: str
    where: str
    reach: int
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class CueFile:
    """A whole cue file, ready to match. ``confidence`` per field and strength, per 10,000."""

    version: str
    cues: tuple[Cue, ...]
    scopes: tuple[Scope, ...]
    spelling: Mapping[str, str]
    not_names: frozenset[str]
    confidence: Mapping[Field, Mapping[str, int]]
    abstain_below: int
    silence: Mapping[Field, Reading] = field(init=False)

    def __post_init__(self) -> None:
        """What every field reads where no words speak, made once."""
        quiet = {name: self._quiet(name) for name in Field}
        object.__setattr__(self, "silence", quiet)

    def _quiet(self, name: Field) -> Reading:
        confidence = self.confidence[name]["default"] if name in self.confidence else 0
        return Reading(name, DEFAULTS[name], confidence)


@cache
def default_cues() -> CueFile:
    """The cue file of the package, read once."""
    return load_cues(resources.files("plumbline.reading").joinpath("cues.yaml").read_text(encoding="utf-8"))


def load_cues(text: str) -> CueFile:
    """Read a cue file; ``InvalidCuesError`` with all problems found."""
    return _Loader(_plain(text)).load()


def _plain(text: str) -> dict[str, Any]:
    if len(text) > MAX_BYTES:
        raise InvalidCuesError(
            [Issue("cue_file_too_large", f"a cue file has at most {MAX_BYTES} characters")]
        )
    try:
        data = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidCuesError([Issue("cue_yaml", f"not readable as YAML: {first_line}")]) from None
    if not isinstance(data, dict):
        raise InvalidCuesError([Issue("cue_yaml", "a cue file is a mapping of keys")])
    return data


class _Loader:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.issues: list[Issue] = []
        self.classes = {name: _lines(words) for name, words in self.part("words").items()}
        self.negators = frozenset(
            " ".join(_lines(self.part("scopes").get("negated", {}).get("markers", ""))).split()
        )
        self.seen: set[str] = set()

    def load(self) -> CueFile:
        unknown = set(self.data) - {
            "version",
            "about",
            "spelling",
            "words",
            "scopes",
            "not_names",
            "confidence",
            "abstain_below",
            "cues",
        }
        for key in sorted(unknown):
            self.problem("cue_unknown_key", f"unknown key {key!r}", str(key))
        cues = tuple(
            self._guard(self._cue, index, raw) for index, raw in enumerate(self.data.get("cues") or ())
        )
        scopes = tuple(self._scope(name, raw) for name, raw in self.part("scopes").items())
        made = CueFile(
            version=str(self.data.get("version", "0")),
            cues=tuple(cue for cue in cues if cue is not None),
            scopes=scopes,
            spelling=spelling_table(self.part("spelling")),
            not_names=self._not_names(cues),
            confidence=self._confidence(),
            abstain_below=int(self.data.get("abstain_below", 0)),
        )
        if self.issues:
            raise InvalidCuesError(self.issues)
        return made

    def _not_names(self, cues: Sequence[Cue | None]) -> frozenset[str]:
        """Words listed, and every word that some cue knows: a capital letter makes no name of them."""
        known = {
            word for cue in cues if cue for pattern in cue.patterns for word in _WORD.findall(pattern.source)
        }
        classed = {word for words in self.classes.values() for line in words for word in line.split()}
        return frozenset(known | classed | set(" ".join(_lines(self.data.get("not_names", ""))).split()))

    def part(self, name: str) -> dict[str, Any]:
        found = self.data.get(name) or {}
        return found if isinstance(found, dict) else {}

    def problem(self, code: str, message: str, path: str) -> None:
        self.issues.append(Issue(code, message, path))

    def _guard(self, make: Callable[[str, dict[str, Any]], Cue], index: int, raw: Any) -> Cue | None:  # noqa: ANN401
        path = f"cues.{raw.get('id', index) if isinstance(raw, dict) else index}"
        if not isinstance(raw, dict):
            self.problem("cue_shape", "a cue is a mapping with id, says and patterns", path)
            return None
        return make(path, raw)

    def _cue(self, path: str, raw: dict[str, Any]) -> Cue:
        known = {
            "id",
            "says",
            "weight",
            "patterns",
            "unless",
            "turns",
            "zone",
            "channels",
            "examples",
            "not",
            "one_clause",
        }
        for key in sorted(set(raw) - known):
            self.problem("cue_unknown_key", f"unknown key {key!r}", path)
        if not raw.get("id") or str(raw["id"]) in self.seen:
            self.problem("cue_id", "every cue has an id of its own", path)
        self.seen.add(str(raw.get("id")))
        weight, zone = raw.get("weight", 2), raw.get("zone", "own")
        if not isinstance(weight, int) or not 1 <= weight <= 5 or zone not in ZONES:
            self.problem("cue_value", "a weight is 1 to 5, a zone own, signature or anywhere", path)
        unless = _names(raw.get("unless", "negated third past ironic opinion"))
        turns = {name: self._says(said, path) for name, said in (raw.get("turns") or {}).items()}
        for name in sorted((set(unless) | set(turns)) - set(SCOPES)):
            self.problem("cue_scope", f"unknown scope {name!r}; there are {', '.join(SCOPES)}", path)
        return Cue(
            str(raw.get("id")), self._says(raw.get("says"), path), int(weight),
            self._patterns(raw.get("patterns"), path), frozenset(unless) - frozenset(turns), turns, str(zone),
            frozenset(_names(raw.get("channels", ""))),
            _lines(raw.get("examples", "")), _lines(raw.get("not", "")), raw.get("one_clause") is True,
        )  # fmt: skip

    def _says(self, raw: Any, path: str) -> tuple[tuple[Field, str], ...]:  # noqa: ANN401
        said = []
        for key, value in raw.items() if isinstance(raw, dict) else ():
            legal = key in set(Field) and (value in VALUES[Field(key)] or (Field(key), value) in WORKED_OUT)
            if not legal:
                self.problem("cue_says", f"{key}: {value!r} is no field and value a reading can have", path)
            else:
                said.append((Field(key), str(value)))
        if not said:
            self.problem("cue_says", "a cue says at least one field", path)
        return tuple(said)

    def _patterns(self, raw: Any, path: str) -> tuple[Pattern, ...]:  # noqa: ANN401
        patterns = []
        for line in _lines(raw or ""):
            try:
                patterns.append(parse_pattern(line, self.classes, self.negators))
            except PatternError as error:
                self.problem("cue_pattern", str(error), path)
        if not patterns:
            self.problem("cue_pattern", "no pattern", path)
        return tuple(patterns)

    def _scope(self, name: str, raw: dict[str, Any]) -> Scope:
        kind = str(name).split("-", 1)[0]
        if kind not in SCOPES or raw.get("where") not in WHERE:
            self.problem(
                "cue_scope", f"{name!r} is no scope, or where is none of {', '.join(WHERE)}", f"scopes.{name}"
            )
        markers = self._patterns(raw.get("markers"), f"scopes.{name}")
        return Scope(kind, str(raw.get("where")), int(raw.get("reach", 6)), markers)

    def _confidence(self) -> dict[Field, dict[str, int]]:
        table = self.part("confidence")
        for name in Field:
            if set(table.get(name, {})) != {"strong", "fair", "weak", "conflict", "default"}:
                self.problem(
                    "cue_confidence", "needs strong, fair, weak, conflict and default", f"confidence.{name}"
                )
        return {name: dict(table.get(name, {})) for name in Field}


def _lines(text: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Lines of a block, or items of a list, without blank ones."""
    items = text if isinstance(text, list) else str(text).splitlines()
    return tuple(line for item in items if (line := str(item).strip()))


def _names(text: Any) -> tuple[str, ...]:  # noqa: ANN401
    return tuple(text) if isinstance(text, list) else tuple(str(text).split())
