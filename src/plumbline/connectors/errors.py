"""Why a file could not be read at all. Problems of single rows are results, not errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.domain.errors import MappingError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.domain.issues import Issue


class MissingFileError(UnreadableFileError):
    """There is no such file, or it may not be opened."""

    code = "missing_file"


class NotAFileError(UnreadableFileError):
    """The path is a folder or a device."""

    code = "not_a_file"


class EmptyFileError(UnreadableFileError):
    """The file has no bytes, or no header."""

    code = "empty_file"


class BinaryFileError(UnreadableFileError):
    """The file is no text: a spreadsheet, an archive, a picture."""

    code = "binary_file"


class DamagedFileError(UnreadableFileError):
    """The file ends early or its inner structure is broken."""

    code = "damaged_file"


class WrongDelimiterError(UnreadableFileError):
    """The delimiter that was asked for is not the one the file uses."""

    code = "wrong_delimiter"


class DuplicateHeaderError(UnreadableFileError):
    """Two columns have the same name, so a mapping could not tell them apart."""

    code = "duplicate_header"


class MissingColumnError(UnreadableFileError):
    """A column that this kind of file needs is not there."""

    code = "missing_column"


class NestedColumnError(UnreadableFileError):
    """A Parquet column holds lists, structures or bytes."""

    code = "nested_column"


class MissingSheetError(UnreadableFileError):
    """The workbook has no sheet of the name that was asked for."""

    code = "missing_sheet"


class ArchiveError(UnreadableFileError):
    """A zip archive that does not hold exactly one file."""

    code = "archive"


class ChangedFileError(UnreadableFileError):
    """The file changed while it was read, so what was read is of no single moment."""

    code = "file_changed"


class QueryError(UnreadableFileError):
    """The database refused the connection or the query, or its driver is not installed."""

    code = "query"


class InvalidMappingError(MappingError):
    """The mapping file has problems. ``issues`` holds all of them."""

    code = "invalid_mapping"

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        lines = "\n".join(f"  {issue}" for issue in self.issues)
        super().__init__(f"{len(self.issues)} problem(s) in the mapping:\n{lines}")
