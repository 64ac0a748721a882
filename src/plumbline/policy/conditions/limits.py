"""What a condition may not exceed. Checked before the text reaches the parser, whose stack is finite."""

from __future__ import annotations

from typing import Final

MAX_CHARACTERS: Final = 10_000
MAX_TOKENS: Final = 2_000
MAX_NODES: Final = 500
#: The parser takes some twenty stack frames for a level: this leaves half of Python's stack to the caller.
MAX_NESTING: Final = 25
#: With leaves between 1e-15 and 1e15 eight operations stay well inside the range of a double.
MAX_ARITHMETIC: Final = 8
#: Keeps the compiled pattern small in every engine.
MAX_PATTERN: Final = 200
