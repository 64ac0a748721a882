"""How commands tell about rows that they cannot use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.cli.output import complain
from plumbline.report.words import count

if TYPE_CHECKING:
    import polars as pl

_LISTED: Final = 5


def tell_left_out(left_out: pl.DataFrame, of: str = "", *, quiet: bool) -> None:
    """Print how many row issues there are, and the first of them with place, value and reason."""
    if quiet or left_out.is_empty():
        return
    complain(f"{count(left_out.height, 'row')} left out{of and f' {of}'}:")
    for row, column, value, rule, code in left_out.head(_LISTED).rows():
        place = ", ".join([f"row {row}", *([column] if column else [])])
        complain(f"  {place}: {value!r}: {rule} [{code}]")
