"""Which encoding a text file has, and its bytes as UTF-8."""

from __future__ import annotations

import codecs
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from plumbline.connectors.errors import BinaryFileError, DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

UTF8: Final = "utf-8"
_BOMS: Final = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY: Final = {
    b"PK\x03\x04": "a zip archive or an Excel workbook; its name must end in .zip or .xlsx",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls); save it as .xlsx",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "an SQLite database",
    b"PAR1": "a Parquet file; name it .parquet",
    b"\x1f\x8b": "gzip inside gzip",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"BZh": "a bzip2 archive",
    b"\x7fELF": "a program",
}


def detect(sample: bytes) -> str:
    """The encoding of a sample of a text file; ``BinaryFileError`` when it is no text.

    UTF-8 wins as soon as one line with non-ASCII characters is valid UTF-8: other text is almost never so
    by accident, and the lines that are not are then reported instead of being turned into other letters.
    """
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    _refuse_binary(sample)
    if sample.count(0) * 5 > len(sample):
        return _utf16(sample)
    return UTF8 if _looks_utf8(sample) else "cp1252"


def _refuse_binary(sample: bytes) -> None:
    for magic, what in _BINARY.items():
        if sample.startswith(magic):
            raise BinaryFileError(f"this is {what}")


def _utf16(sample: bytes) -> str:
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 10 > max(even, odd):
        raise BinaryFileError("the file is not text: it is full of NUL bytes")
    return "utf-16-le" if odd > even else "utf-16-be"


def _looks_utf8(sample: bytes) -> bool:
    # The sample may begin or end inside a character, so its outer lines do not count.
    lines = [line for line in sample.split(b"\n")[1:-1] or [sample] if not line.isascii()]
    return not lines or any(_is_utf8(line) for line in lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def known(encoding: str) -> bool:
    """Whether Python can decode this encoding as text."""
    try:
        return codecs.lookup(encoding)._is_text_encoding  # noqa: SLF001  # the only way to ask
    except LookupError:
        return False


def utf8_blocks(handle: IO[bytes], encoding: str, size: int) -> Iterator[bytes]:
    """The bytes of an open file in UTF-8, without a byte-order mark, in blocks of about ``size`` bytes.

    Bytes that are no text in ``encoding`` stay in the stream as invalid UTF-8: the rows they stand in are
    found and rejected later, with their numbers.
    """
    blocks = raw_blocks(handle, size)
    if codecs.lookup(encoding).name != UTF8:
        blocks = _transcoded(blocks, encoding)
    first = next(blocks, b"")
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from blocks


def raw_blocks(handle: IO[bytes], size: int) -> Iterator[bytes]:
    """The bytes of an open file as they are. ``DamagedFileError`` when they cannot be read to the end."""
    try:
        while block := handle.read(size):
            yield block
    # gzip raises all three for truncated and damaged files
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise DamagedFileError(f"the file cannot be read to its end: {error}") from error


def _transcoded(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    escape = "surrogatepass" if codecs.lookup(encoding).name.startswith("utf-") else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors=escape)
    try:
        for block in blocks:
            yield decoder.decode(block).encode(UTF8, errors=escape)
        yield decoder.decode(b"", final=True).encode(UTF8, errors=escape)
    except UnicodeError as error:  # half a character at the end; single bytes never raise
        raise DamagedFileError(f"the file is no {encoding} text: {error}") from error
