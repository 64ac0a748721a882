"""A language model as a reader: asked about the sender's masked words, believed only where it quotes them.

Whatever happens on the way, a reading comes back: the model's, or the embedded reader's with a remark that
says why. See ``docs/howto/second-reader.md`` for what is sent and what never is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from plumbline.domain.errors import ReaderSettingsError
from plumbline.readers.budget import Breaker, Budget, Pace, Spent
from plumbline.readers.prompt import Prompt, content_of, the_prompt
from plumbline.readers.reply import NoAnswerError
from plumbline.reading.claims import check_claims, readings_of
from plumbline.reading.cues import default_cues
from plumbline.reading.embedded import EmbeddedReader
from plumbline.reading.model import Abstention, Field, Remark, abstain_all
from plumbline.reading.prepare import prepare
from plumbline.reading.shown import show
from plumbline.store.answers import Answered, answer_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from plumbline.readers.reply import Asked, Reply
    from plumbline.readers.settings import SecondReader
    from plumbline.reading.model import Message, Reader, Readings
    from plumbline.reading.prepare import Prepared
    from plumbline.reading.shown import Shown
    from plumbline.store.answers import AnswerCache

_NOT_INSTALLED: Final = "A language model as second reader needs more parts: pip install 'plumbline[llm]'"
#: Tokens of the schema and of what surrounds a message, at most.
_AROUND: Final = 3_000
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the second reader said, and as which reader; ``None`` with remarks on why it said nothing."""

    readings: Readings | None
    identity: str
    key: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time, for everything that waits; replaced in tests."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    today: Callable[[], str] = lambda: f"{datetime.now(UTC):%Y-%m-%d}"


class LlmReader:
    """A reader that asks a language model. Use as a context manager, or close it.

    ``objected`` says of a sender's key whether that person objected to profiling: nothing of theirs is read
    or sent. A message without a key is not sent, unless ``anonymous`` says that objections were seen to.
    """

    def __init__(
        self,
        settings: SecondReader,
        *,
        objected: Callable[[str], bool],
        cache: AnswerCache | None = None,
        anonymous: bool = False,
        first: Reader | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.settings, self.prompt = settings, the_prompt()
        self.objected, self.anonymous = objected, anonymous
        self.first = first or EmbeddedReader()
        self._cache = cache
        self._around = surroundings or Surroundings()
        self._budget = Budget(settings.limits, settings.prices)
        self._pace = Pace(settings.limits.per_minute, self._around.clock, self._around.sleep)
        self._breaker = Breaker(self._around.clock)
        self._stopped: set[str] = set()
        self._spelling = default_cues().spelling
        self._asked = open_provider(settings, self.prompt)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections. Closing twice is harmless."""
        self._asked.close()

    @property
    def name(self) -> str:
        """Model, and prompt with version and hash, as decisions store it."""
        return self._name(self.settings.model)

    @property
    def spent(self) -> Spent:
        """What this run used so far."""
        return replace(self._budget.spent)

    def read(self, message: Message) -> Readings:
        """The model's reading; the embedded reader's with a remark where there is none."""
        if self.objects(message):
            return abstain_all(message, self.name, Abstention.OBJECTED)
        first = self.first.read(message)
        opinion = self.opinion(message, first)
        if opinion.readings is not None:
            return opinion.readings
        return replace(first, remarks=(*first.remarks, *opinion.remarks))

    def objects(self, message: Message) -> bool:
        """Whether the sender objected, as far as anybody knows."""
        return bool(message.sender) and self.objected(message.sender)

    def opinion(self, message: Message, first: Readings) -> Opinion:
        """What the model says of a message that ``first`` is the embedded reading of."""
        prepared = prepare(message, self._spelling)
        shown = show(prepared, (quote for reading in first.readings for quote in reading.quotes))
        if prepared.unreadable or shown.empty:
            why = Abstention.UNREADABLE if prepared.unreadable else Abstention.EMPTY
            nothing = abstain_all(message, self.name, why, prepared.language)
            return Opinion(replace(nothing, notes=prepared.notes), self._identity(self.settings.model))
        why_not = self._why_not_sent(message, first)
        if why_not is not None:
            return Opinion(None, self._identity(self.settings.model), remarks=(why_not,))
        return self._opinion(message, prepared, shown)

    def _why_not_sent(self, message: Message, first: Readings) -> Remark | None:
        rights = first[Field.DATA_RIGHTS]
        if rights.value != "no" and (rights.value or rights.quotes):
            self._stopped.add(message.sender)
            return Remark.NOT_SENT
        if not message.sender:
            return None if self.anonymous else Remark.NO_SENDER
        gone = message.sender in self._stopped or self.objected(message.sender)
        return Remark.NOT_SENT if gone else None

    def _opinion(self, message: Message, prepared: Prepared, shown: Shown) -> Opinion:
        content = content_of(message, shown)
        key = answer_key(self._identity(self.settings.model), content)
        answered = self._cache.get(key) if self._cache else None
        if answered is None:
            try:
                reply = self._reply(content)
            except NoAnswerError as error:
                return Opinion(None, self._identity(self.settings.model), key, (error.remark,))
            answered = Answered(check_claims(reply.claims, shown), reply.model)
            if self._cache:
                self._cache.put(key, answered, self._around.today())
        readings = readings_of(answered.checked, message, prepared, shown, self._name(answered.model))
        return Opinion(readings, self._identity(answered.model), key, readings.remarks)

    def _reply(self, content: str) -> Reply:
        """Ask until an answer comes, attempts are used up, or limits are reached."""
        if self._breaker.open:
            raise NoAnswerError(Remark.DOWN)
        for attempt in range(1, self.settings.attempts + 1):
            try:
                reply = self._once(content)
            except NoAnswerError as error:
                if error.remark is Remark.SPENT:
                    raise
                if not error.again or attempt == self.settings.attempts:
                    self._breaker.failed()
                    raise
                wait = max(error.after, _FIRST_WAIT * 2 ** (attempt - 1))
                self._around.sleep(min(wait, _LONGEST_WAIT))
            else:
                self._breaker.worked()
                return reply
        raise AssertionError

    def _once(self, content: str) -> Reply:
        """One request. The most it may cost is set aside before it is sent: a token is at least a byte."""
        most_in = len(content.encode()) + len(self.prompt.text.encode()) + _AROUND
        most_out = self.settings.words_out
        if not self._budget.take(most_in, most_out):
            raise NoAnswerError(Remark.SPENT)
        self._pace.wait()
        try:
            reply = self._asked.ask(content)
        except NoAnswerError as error:
            if not error.billed:
                self._budget.give_back(most_in, most_out)
            raise
        self._budget.give_back(most_in - reply.words_in, most_out - reply.words_out)
        return reply

    def _name(self, model: str) -> str:
        return f"llm {model} {self.prompt.name}"

    def _identity(self, model: str) -> str:
        """Everything whose change makes another reader: place, model asked for and answering, prompt, way."""
        asked = self.settings.model
        served = model if model == asked else f"{asked} > {model}"
        host = urlsplit(self.settings.place).netloc
        way = f"{self.settings.answer} {self.settings.temperature}"
        return f"{self.settings.provider} {host} {served} {self.prompt.name} {way}"


def open_provider(settings: SecondReader, prompt: Prompt) -> Asked:
    """The model behind the settings.

    Raises:
        ReaderSettingsError: The extra ``llm`` is not installed, or the key is not in the environment.
    """
    try:
        from plumbline.readers.provider import Provider  # noqa: PLC0415 - the only door to an extra
    except ImportError as error:
        raise ReaderSettingsError(_NOT_INSTALLED) from error
    return Provider(settings, prompt)
