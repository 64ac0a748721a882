"""The address of a database. Its secrets are used and never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from plumbline.connectors.errors import QueryError

_HIDDEN: Final = "***"
_SECRET_WORDS: Final = re.compile(r"pass|pwd|secret|token|key|credential|sslcert", re.IGNORECASE)
#: ``password=…`` and the like inside the text of a query.
_WRITTEN: Final = re.compile(
    r"((?:password|passwd|pwd|secret|token|api_?key)\s*=\s*)('[^']*'|[^\s;,)']+)", re.IGNORECASE
)
_DRIVERS: Final = {
    "postgresql": "psycopg",
    "postgres": "psycopg",
    "mysql": "pymysql",
    "mariadb": "pymysql",
    "mssql": "pyodbc",
    "oracle": "oracledb",
}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """``str`` of it shows everything but secrets; ``secret`` is the whole address, for the driver only."""

    secret: str = field(repr=False)

    @classmethod
    def of(cls, text: str) -> DatabaseUrl:
        """Read an address; ``QueryError`` when it is none."""
        if not re.match(r"[a-zA-Z][\w+.-]*:", text):
            raise QueryError(
                "the address of a database begins like duckdb:///leads.db or postgresql://host/name"
            )
        return cls(re.sub(r"^postgres:", "postgresql:", text))

    @property
    def system(self) -> str:
        """What kind of database it is, such as ``duckdb``."""
        return self._parts.scheme.partition("+")[0].lower()

    @property
    def file(self) -> str:
        """The file of an embedded database. Three slashes begin a relative path, four an absolute one."""
        return unquote(self._parts.path.removeprefix("/")) or ":memory:"

    @property
    def hint(self) -> str:
        """The package that talks to this kind of database."""
        return _DRIVERS.get(self.system, "")

    def scrubbed(self, text: str) -> str:
        """Text of somebody else, such as a driver's error, without the secrets of this address."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return _WRITTEN.sub(rf"\1{_HIDDEN}", text)

    def __str__(self) -> str:
        parts = self._parts
        who, at, where = parts.netloc.rpartition("@")
        name, colon, _ = who.partition(":")
        shown = f"{name}{colon}{_HIDDEN if colon else ''}{at}{where}"
        query = urlencode(
            [(k, _HIDDEN if _SECRET_WORDS.search(k) else v) for k, v in self._options], safe="*/"
        )
        return f"{parts.scheme}://{shown}{parts.path}{'?' + query if query else ''}"

    def __repr__(self) -> str:
        return f"DatabaseUrl({self})"

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.secret)

    @property
    def _options(self) -> list[tuple[str, str]]:
        return parse_qsl(self._parts.query, keep_blank_values=True)

    @property
    def _secrets(self) -> set[str]:
        who = self._parts.netloc.rpartition("@")[0]
        written = who.partition(":")[2]
        options = [value for name, value in self._options if _SECRET_WORDS.search(name)]
        return {one for one in (written, unquote(written), *options, self.secret) if one}
