"""What an engine asks of a file of leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl


class IntakeBatch(Protocol):
    """Some rows: ``received`` as the main path takes them, ``rejected`` and ``noted`` as row issues."""

    @property
    def received(self) -> pl.DataFrame:
        """``row``, ``lead.id`` and the mapped fields as text."""
        ...

    @property
    def rejected(self) -> pl.DataFrame:
        """One line per row that could not be read."""
        ...

    @property
    def noted(self) -> pl.DataFrame:
        """Lines about rows that stay, and without a row's number about the file as a whole."""
        ...


class Intake(Protocol):
    """A file of leads through its mapping. ``batches`` gives the same batches every time it is called."""

    @property
    def name(self) -> str:
        """What people call the file."""
        ...

    def sha256(self) -> str:
        """Hash of everything that decides what the rows are."""
        ...

    def batches(self, size: int) -> Iterator[IntakeBatch]:
        """The rows in order, at most ``size`` in a batch."""
        ...
