"""The embedded reader and a second one, side by side: in the shadow first, then together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from plumbline.reading.model import Abstention, Remark, abstain_all
from plumbline.reading.second import join, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from plumbline.readers.llm import LlmReader, Opinion
    from plumbline.reading.model import Message, Readings
    from plumbline.reading.second import Question
    from plumbline.store.trials import TrialFile


@dataclass(frozen=True, slots=True)
class Both:
    """``readings`` are what counts, ``first`` and ``second`` what each said, ``questions`` for a person."""

    readings: Readings
    first: Readings
    second: Readings | None = None
    questions: tuple[Question, ...] = ()
    counted: bool = False


class TwoReaders:
    """A reader that asks two. The second counts only once a person let exactly this one count (G22)."""

    def __init__(
        self, second: LlmReader, trials: TrialFile, *, now: Callable[[], datetime] | None = None
    ) -> None:
        self.first, self.second, self.trials = second.first, second, trials
        self._now = now or (lambda: datetime.now(UTC))

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.first.name} + {self.second.name}"

    def read(self, message: Message) -> Readings:
        """What counts of both readings."""
        return self.read_both(message).readings

    def read_many(self, messages: Iterable[Message], *, at_once: int = 4) -> Iterator[Both]:
        """Many messages, in order, several of them under way at once."""
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            yield from pool.map(self.read_both, messages)

    def read_both(self, message: Message) -> Both:
        """Both readings of a message and what they come to."""
        if self.second.objects(message):
            nothing = abstain_all(message, self.first.name, Abstention.OBJECTED)
            return Both(nothing, nothing)
        first = self.first.read(message)
        opinion = self.second.opinion(message, first)
        if opinion.readings is None or not opinion.key:
            return Both(_with(first, opinion.remarks), first)
        self._record(opinion, opinion.readings, first)
        if not self.trials.counts(opinion.identity):
            return Both(_with(first, self._shadow(opinion)), first, opinion.readings)
        joint = join(first, opinion.readings)
        return Both(joint.readings, first, opinion.readings, joint.questions, counted=True)

    def _record(self, opinion: Opinion, second: Readings, first: Readings) -> None:
        day = f"{self._now():%Y-%m-%d}"
        self.trials.record(opinion.identity, opinion.key, values_of(first), values_of(second), day)

    def _shadow(self, opinion: Opinion) -> tuple[Remark, ...]:
        """A model that nobody let count, perhaps because the provider changed it under its name."""
        changed = " > " in opinion.identity
        return (*opinion.remarks, *((Remark.CHANGED,) if changed else ()), Remark.SHADOW)


def _with(readings: Readings, remarks: tuple[Remark, ...]) -> Readings:
    return replace(readings, remarks=tuple(dict.fromkeys((*readings.remarks, *remarks))))
