"""The parts of a workbook that say how to read its sheets: their list, shared texts, date styles.

Office Open XML is a zip of XML files (ECMA-376, part 1, SpreadsheetML). The parts are read as a stream, so a
sheet of a million rows costs no more memory than its shared texts.
"""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from posixpath import join, normpath
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from plumbline.connectors.errors import BinaryFileError, DamagedFileError
from plumbline.connectors.excel.formats import BUILT_IN, When, when_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

CHUNK: Final = 1 << 18
#: A workbook whose shared texts or styles unpack to more than this is refused.
PART_LIMIT: Final = 1 << 31
_WORKBOOK: Final = "xl/workbook.xml"
_ENCRYPTED: Final = b"\xd0\xcf\x11\xe0"

Attributes = dict[str, str]
#: Part to id and kind.
Relations = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: what people call it, its part in the archive, and whether people see it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """What is needed to read any sheet. ``whens`` says per cell style whether its numbers are dates."""

    sheets: tuple[Sheet, ...]
    texts: tuple[str, ...]
    whens: tuple[When | None, ...]
    from_1904: bool


def read_workbook(path: Path) -> Workbook:
    """Everything but the cells. ``DamagedFileError`` when the file is no workbook."""
    with archive(path) as parts:
        place = _workbook_part(parts)
        related = _relations(parts, place)
        sheets, from_1904 = _sheets(parts, place, related)
        texts, styles = (_part_of(related, kind) for kind in ("sharedStrings", "styles"))
        return Workbook(sheets, _texts(parts, texts), _whens(parts, styles), from_1904)


@contextmanager
def archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The open archive; whatever is wrong with its bytes is said as a ``DamagedFileError``."""
    with path.open("rb") as file:
        if file.read(len(_ENCRYPTED)) == _ENCRYPTED:
            raise BinaryFileError(
                "this is an old Excel workbook (.xls) or one with a password; save it as .xlsx without one"
            )
    try:
        with zipfile.ZipFile(path) as parts:
            yield parts
    # NotImplementedError is what zipfile raises for a compression or an encryption that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError) as error:
        raise DamagedFileError(f"the workbook cannot be read: {error}") from error
    except (expat.ExpatError, ValueError, IndexError, OverflowError) as error:
        raise DamagedFileError(f"the workbook's inner structure is broken: {error}") from error


def xml_parser(
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] | None = None,
) -> expat.XMLParserType:
    """A parser that calls back with names without their namespaces. Documents with a DTD are refused."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition("}")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition("}")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise DamagedFileError("the workbook declares a document type, which no workbook does")


def _parse(parts: zipfile.ZipFile, name: str, parser: expat.XMLParserType) -> None:
    """Read a whole part; one that is not there holds nothing."""
    if name not in parts.namelist():
        return
    if parts.getinfo(name).file_size > PART_LIMIT:
        raise DamagedFileError(f"{name} is larger than {PART_LIMIT:,} bytes")
    with parts.open(name) as handle:
        feed(parser, handle)


def feed(parser: expat.XMLParserType, handle: IO[bytes]) -> None:
    """Give a parser everything there is."""
    while chunk := handle.read(CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _sheets(parts: zipfile.ZipFile, place: str, related: Relations) -> tuple[tuple[Sheet, ...], bool]:
    found: list[tuple[str, str, bool]] = []
    flags = {"date1904": ""}

    def start(name: str, attributes: Attributes) -> None:
        local = _local(attributes)
        if name == "workbookPr":
            flags["date1904"] = local.get("date1904", "")
        elif name == "sheet":
            found.append((local["name"], local["id"], local.get("state", "visible") != "visible"))

    _parse(parts, place, xml_parser(start))
    # Charts and old macros are sheets too, but hold no cells.
    targets = {key: target for target, (key, kind) in related.items() if kind == "worksheet"}
    kept = [Sheet(name, targets[key], hidden) for name, key, hidden in found if key in targets]
    if not kept:
        raise DamagedFileError("the workbook holds no sheet of cells")
    return tuple(kept), flags["date1904"] in {"1", "true"}


def _workbook_part(parts: zipfile.ZipFile) -> str:
    if _WORKBOOK in parts.namelist():
        return _WORKBOOK
    named = [target for target in _relations(parts, "") if target.endswith("workbook.xml")]
    if not named:
        raise DamagedFileError("it is a zip archive, but no workbook (.xlsx)")
    return named[0]


def _part_of(related: Relations, wanted: str) -> str:
    return next((target for target, (_, kind) in related.items() if kind == wanted), "")


def _relations(parts: zipfile.ZipFile, place: str) -> Relations:
    """Parts that a part speaks of: where they are, the ids it calls them by, what they are."""
    folder, _, name = place.rpartition("/")
    found: Relations = {}

    def start(element: str, attributes: Attributes) -> None:
        if element == "Relationship":
            target = attributes["Target"]
            whole = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            found[whole] = attributes["Id"], attributes["Type"].rpartition("/")[2]

    _parse(parts, join(folder, "_rels", f"{name}.rels"), xml_parser(start))
    return found


def _local(attributes: Attributes) -> Attributes:
    return {name.rpartition("}")[2]: value for name, value in attributes.items()}


def _texts(parts: zipfile.ZipFile, place: str) -> tuple[str, ...]:
    texts: list[str] = []
    pieces: list[str] = []
    inside: list[str] = []

    def start(name: str, _: Attributes) -> None:
        inside.append(name)
        if name == "si":
            pieces.clear()

    def end(name: str) -> None:
        inside.pop()
        if name == "si":
            texts.append("".join(pieces))

    def text(data: str) -> None:
        # The reading aid of Japanese texts (rPh) is no part of the text.
        if inside[-1] == "t" and "rPh" not in inside:
            pieces.append(data)

    _parse(parts, place, xml_parser(start, end, text))
    return tuple(texts)


def _whens(parts: zipfile.ZipFile, place: str) -> tuple[When | None, ...]:
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "numFmt" and inside[-1] == "numFmts":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "xf" and inside[-1] == "cellXfs":
            styles.append(int(attributes.get("numFmtId", "0")))
        inside.append(name)

    def end(_: str) -> None:
        inside.pop()

    _parse(parts, place, xml_parser(start, end))
    return tuple(when_of(codes[one]) if one in codes else BUILT_IN.get(one) for one in styles)
