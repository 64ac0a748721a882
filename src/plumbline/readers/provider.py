"""One question to a language model through pydantic-ai: typed answer, no tools, no memory, no own retries.

Importing this needs the extra ``llm``; nothing but ``readers.llm`` imports it, and only when it is used.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from anyio.from_thread import start_blocking_portal
from pydantic_ai import Agent, NativeOutput, PromptedOutput, exceptions
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings

from plumbline.domain.errors import ReaderSettingsError
from plumbline.readers.answer import Answer, claims_of
from plumbline.readers.prompt import SHAPE, Prompt
from plumbline.readers.reply import NoAnswerError, Reply
from plumbline.reading.model import Remark

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from pydantic_ai.models import Model

    from plumbline.readers.settings import SecondReader

    _Close = Callable[[], Awaitable[None]]


class Provider:
    """A model, ready to be asked from any thread. Use as a context manager, or close it.

    Raises:
        ReaderSettingsError: The key is not in the environment, or the model cannot do what is asked of it.
    """

    def __init__(self, settings: SecondReader, prompt: Prompt) -> None:
        self.settings = settings
        self._agent, close = _agent(settings, prompt)
        self._stack = ExitStack()
        # One loop in one thread: works from any thread and inside notebooks, where a loop already runs.
        self._portal = self._stack.enter_context(start_blocking_portal())
        self._stack.callback(lambda: self._portal.call(close))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and the thread. Closing twice is harmless."""
        self._stack.close()

    def ask(self, content: str) -> Reply:
        """The model's claims about one message.

        Raises:
            NoAnswerError: None came, or none that can be read.
        """
        return self._portal.call(self._ask, content)

    async def _ask(self, content: str) -> Reply:
        try:
            async with asyncio.timeout(self.settings.timeout):
                result = await self._agent.run(content)
        except TimeoutError as error:
            raise NoAnswerError(Remark.SLOW, billed=True) from error
        except exceptions.AgentRunError as error:
            raise _no_answer(error) from error
        except exceptions.UserError as error:  # the model cannot do what the settings ask for
            raise NoAnswerError(Remark.REFUSED, again=False) from error
        except Exception as error:  # a body that is no chat completion trips the client in its own ways
            raise NoAnswerError(Remark.MALFORMED, billed=True) from error
        usage = result.usage
        claims = tuple(claims_of(result.output))
        model = result.response.model_name or self.settings.model
        return Reply(claims, model, usage.input_tokens, usage.output_tokens)


def _no_answer(error: Exception) -> NoAnswerError:
    if isinstance(error, exceptions.ModelTimeoutError | exceptions.ModelRequestTimeout):
        return NoAnswerError(Remark.SLOW, billed=True)
    if isinstance(
        error,
        exceptions.ContentFilterError
        | exceptions.ModelRequestRejectedError
        | exceptions.ModelQuotaExceededError,
    ):
        return NoAnswerError(Remark.REFUSED, again=False)
    if isinstance(error, exceptions.ModelRateLimitError):
        return NoAnswerError(Remark.DOWN, after=float(getattr(error, "retry_after", None) or 0))
    if isinstance(error, exceptions.ModelAPIError):
        return NoAnswerError(Remark.DOWN)
    return NoAnswerError(Remark.MALFORMED, billed=True)


def _agent(settings: SecondReader, prompt: Prompt) -> tuple[Agent[Any, Any], _Close]:
    """The agent, and what closes its connections."""
    output = NativeOutput(Answer) if settings.answer == "native" else PromptedOutput(Answer, template=SHAPE)
    how = ModelSettings(max_tokens=settings.words_out, timeout=settings.timeout, max_retries=0)
    if settings.temperature is not None:
        how["temperature"] = settings.temperature
    model, close = _model(settings)
    if settings.answer == "native" and not model.profile.get("supports_json_schema_output", False):
        raise ReaderSettingsError(f"{settings.model} has no native schemas here: set `answer: prompted`.")
    agent = Agent(
        model,
        output_type=output,
        instructions=prompt.text,
        retries=0,
        model_settings=how,
        name="second-reader",
    )
    return agent, close


def _model(settings: SecondReader) -> tuple[Model, _Close]:
    # Without a key some clients would look for one by themselves.
    key = settings.key() or "none"
    if settings.provider == "anthropic":
        theirs = AnthropicProvider(base_url=settings.place, api_key=key)
        return AnthropicModel(settings.model, provider=theirs), theirs.client.close
    if settings.provider == "ollama":
        local = OllamaProvider(base_url=settings.place, api_key=key)
        return OllamaModel(settings.model, provider=local), local.client.close

    spoken = OpenAICompatibleProvider("openai-compatible", base_url=settings.place, api_key=key)
    return OpenAIChatModel(settings.model, provider=spoken), spoken.client.close
