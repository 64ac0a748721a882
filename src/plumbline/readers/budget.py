"""What a run may spend on a second reader, and how fast. Time comes in as functions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbline.readers.settings import Limits, Prices

_MINUTE: Final = 60.0


@dataclass(slots=True)
class Spent:
    """What was used so far. ``cost`` in the currency of the prices."""

    requests: int = 0
    tokens: int = 0
    cost: float = 0.0


@dataclass(slots=True)
class Budget:
    """Takes the most a request may cost before it is sent, and gives back what it did not.

    So a limit holds also when answers fail, and when several threads ask at once.
    """

    limits: Limits
    prices: Prices
    spent: Spent = field(default_factory=Spent)
    _lock: Lock = field(default_factory=Lock)

    def take(self, words_in: int, words_out: int) -> bool:
        """Reserve a request of so many tokens; ``False`` when a limit would be passed."""
        cost = self._cost(words_in, words_out)
        with self._lock:
            after = Spent(
                self.spent.requests + 1, self.spent.tokens + words_in + words_out, self.spent.cost + cost
            )
            if not self._within(after):
                return False
            self.spent = after
        return True

    def give_back(self, words_in: int, words_out: int) -> None:
        """Return tokens that were reserved and not used. The request itself stays counted."""
        with self._lock:
            self.spent.tokens -= words_in + words_out
            self.spent.cost -= self._cost(words_in, words_out)

    def _within(self, spent: Spent) -> bool:
        return (
            spent.requests <= self.limits.requests
            and spent.tokens <= self.limits.tokens
            and (not self.limits.cost or spent.cost <= self.limits.cost)
        )

    def _cost(self, words_in: int, words_out: int) -> float:
        return (words_in * self.prices.words_in + words_out * self.prices.words_out) / 1e6


@dataclass(slots=True)
class Pace:
    """At most so many requests in any minute: the next one waits."""

    per_minute: int
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    _sent: deque[float] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def wait(self) -> None:
        """Return when a request may be sent."""
        with self._lock:
            while len(self._sent) >= self.per_minute:
                left = self._sent[0] + _MINUTE - self.clock()
                if left > 0:
                    self.sleep(left)
                self._sent.popleft()
            self._sent.append(self.clock())


@dataclass(slots=True)
class Breaker:
    """After so many failures in a row a provider is left alone for a while, not asked a thousand times."""

    clock: Callable[[], float]
    after: int = 3
    rest: float = 60.0
    _failed: int = 0
    _until: float = float("-inf")

    @property
    def open(self) -> bool:
        """Whether it is being left alone."""
        return self._failed >= self.after and self.clock() < self._until

    def failed(self) -> None:
        """One more failure."""
        self._failed += 1
        self._until = self.clock() + self.rest

    def worked(self) -> None:
        """An answer came."""
        self._failed = 0
