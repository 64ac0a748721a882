"""Requests and answers: keys that make repeats harmless, patience, and errors in their one shape."""

from __future__ import annotations

import json
import random
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from plumbline.client.errors import ApiError
from plumbline.domain.errors import MissingExtraError

try:
    import httpx
except ModuleNotFoundError as error:
    raise MissingExtraError("The client needs httpx: pip install 'plumbline[client]' brings it.") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_API: Final = "/api/v1"
_FULL: Final = 429
_AWAY: Final = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retry:
    """How often something is tried in all, and how long is waited in between, in seconds.

    ``longest`` bounds a wait, also one that the server asks for. ``sleep`` waits; ``chance`` is in [0, 1).
    """

    tries: int = 5
    first: float = 0.25
    longest: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def wait(self, failed: int, asked: str = "") -> None:
        """Wait after so many failures: as the server asks, else longer each time and partly by chance."""
        if asked.isdecimal():
            self.sleep(min(float(asked), self.longest))
        else:
            pause = min(self.first * 2 ** (failed - 1), self.longest)
            self.sleep(pause * (0.5 + self.chance() / 2))


class Wire:
    """One server and one key."""

    def __init__(
        self,
        address: str,
        key: str,
        *,
        timeout: float,
        retry: Retry,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self._retry, self._base = retry, address.rstrip("/") + _API
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            timeout=timeout,
            transport=transport,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask for something."""
        return self._ask("GET", path, params=dict(query or {})).json()

    def act(self, method: str, path: str, body: Mapping[str, Any] | None, key: str = "") -> dict[str, Any]:
        """Have something done, once however often it is asked for on the way."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        answer = self._ask(method, path, json=body, headers=headers)
        told: dict[str, Any] = answer.json()
        return told

    def lines(self, path: str, body: bytes) -> list[dict[str, Any]]:
        """Send NDJSON and read the lines of the answer."""
        headers = {"Content-Type": "application/x-ndjson"}
        answer = self._ask("POST", path, content=body, headers=headers)
        return [json.loads(line) for line in answer.content.splitlines()]

    def pages(self, path: str, query: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
        """Everything on this page and those that follow."""
        after: Mapping[str, Any] = {}
        while True:
            told = self.get(path, {**query, **after})
            yield from told[name]
            if told["after"] is None:
                return
            after = {"after": told["after"]}

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as httpx takes it
        request = self._http.build_request(method, self._base + path, **more)
        for tried in range(1, self._retry.tries + 1):
            last = tried == self._retry.tries
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                if last:
                    name = type(error).__name__
                    raise ApiError(f"{request.url.host} was not reached: {name}.") from error
                self._retry.wait(tried)
                continue
            if answer.is_success:
                return answer
            if last or answer.status_code not in _AWAY | {_FULL}:
                raise _refused(answer)
            self._retry.wait(tried, answer.headers.get("Retry-After", ""))
        raise AssertionError("The last try returns or raises.")


def _refused(answer: httpx.Response) -> ApiError:
    try:
        told = answer.json()["error"]
        return ApiError(str(told["message"]), status=answer.status_code, told=told)
    except (ValueError, KeyError, TypeError):  # something in between answered
        return ApiError(f"It answered with status {answer.status_code}.", status=answer.status_code)
