"""Problems as data: bad input is a result, not an exception (law 12)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error blocks; a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of a written file (policy, mapping, scorecard), with the place it stands at.

    ``path`` names the place as keys joined by dots (``rules.3.when``); ``line`` counts from 1, 0 is unknown.
    """

    code: str
    message: str
    path: str = ""
    line: int = 0
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        where = f"{self.path}: " if self.path else ""
        return f"{place}{where}{self.message} [{self.code}]"


#: The columns of a frame of row issues: problems of data rows, one line each.
ROW_ISSUE_COLUMNS = ("row", "column", "value", "rule", "code")
