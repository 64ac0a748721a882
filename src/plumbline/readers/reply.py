"""What a question to a language model comes back with: an answer, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plumbline.reading.claims import Claim
    from plumbline.reading.model import Remark


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, its name as the provider gave it, and the tokens it used."""

    claims: tuple[Claim, ...]
    model: str
    words_in: int
    words_out: int


class NoAnswerError(Exception):
    """A question without a usable answer. Never leaves the room: readers fall back and remark.

    ``again``: worth asking again, not before ``after`` seconds. ``billed``: tokens may have been used.
    """

    def __init__(
        self, remark: Remark, *, again: bool = True, after: float = 0.0, billed: bool = False
    ) -> None:
        super().__init__(remark.value)
        self.remark, self.again, self.after, self.billed = remark, again, after, billed


class Asked(Protocol):
    """Anything that can be asked about one message."""

    def ask(self, content: str) -> Reply:
        """The claims about one message; ``NoAnswerError`` when there are none."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
