"""Text brought to one spelling: letters without accents, lower case, single spaces."""
# ruff: noqa: RUF001 - look-alikes are what is folded here

from __future__ import annotations

from typing import Final

import polars as pl  # noqa: TC002 - expressions are made here

#: Letters that have no decomposition in Unicode, and signs that stand for words.
_LETTERS: Final = {
    "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "&": " and ", "@": " at ", "'": "", "’": "", "‘": "", "`": "", "´": "",
}  # fmt: skip


def folded(text: pl.Expr) -> pl.Expr:
    """Lower case, no accents, letters and digits of any script, single spaces; null when nothing is left."""
    plain = text.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    letters = plain.str.replace_many(list(_LETTERS), list(_LETTERS.values()))
    words = letters.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return words.replace("", None)


def compact(text: pl.Expr) -> pl.Expr:
    """Folded text without its spaces."""
    return folded(text).str.replace_all(" ", "")
