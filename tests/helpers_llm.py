"""A server on this machine that speaks the OpenAI chat-completions protocol, well or badly as a test says.

At ``/v1/messages`` it speaks Anthropic's.

The good one answers by reading what it was sent with the embedded reader, so that its answers are about the
words it got and nothing else.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from plumbline.readers.settings import SecondReader, settings_of
from plumbline.reading import EmbeddedReader, Message

#: What a handler may do: give an answer (JSON object or text), or a status with headers, or raw bytes.
Answer = dict[str, Any] | str | tuple[int, dict[str, str]] | bytes
Behave = Callable[[dict[str, Any]], Answer]

_READER = EmbeddedReader()


def read_well(data: dict[str, Any]) -> dict[str, Any]:
    """What an honest model would answer about the words it was sent."""
    received = date.fromisoformat(data["received"]) if data["received"] else None
    found = _READER.read(Message(data["words"], data["channel"], received))
    said = {}
    for reading in found.readings:
        if reading.value is not None:
            quotes = [quote.text for quote in reading.quotes]
            said[reading.field.value] = {"value": reading.value, "quotes": quotes, "certainty": "certain"}
    return said


class ChatServer:
    """``requests`` holds every body received; ``behave`` decides the answer to the data of a message."""

    def __init__(self, behave: Behave = read_well, model: str = "small-1") -> None:
        self.behave, self.model = behave, model
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def settings(self, **more: Any) -> SecondReader:
        terms = {"processor": "this test", "region": "this machine", "trains_on_our_data": False}
        plain = {
            "provider": "openai",
            "model": "small-1",
            "base_url": self.url,
            "key_from": "",
            "terms": terms,
        }
        limits = {"per_minute": 1_000_000, "requests": 1_000_000, "tokens": 10**12, **more.pop("limits", {})}
        return settings_of({**plain, "limits": limits, **more})

    @property
    def sent(self) -> str:
        """Everything that ever left for the server, as one text."""
        return json.dumps([self.requests, self.headers], ensure_ascii=False)

    @property
    def words(self) -> list[str]:
        """The words of the messages that were sent."""
        return [_data(body)["words"] for body in self.requests]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _data(body: dict[str, Any]) -> dict[str, Any]:
    content = body["messages"][-1]["content"]
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    return json.loads(text.replace("\u200d", ""))


def anthropic_message(content: str, model: str) -> dict[str, Any]:
    return {
        "id": "msg-1", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
        "stop_sequence": None, "content": [{"type": "text", "text": content}],
        "usage": {"input_tokens": 900, "output_tokens": 100},
    }  # fmt: skip


def completion(content: str, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    return {
        "id": "chat-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000},
    }  # fmt: skip


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            server.requests.append(body)
            server.headers.append(dict(self.headers))
            self._give(server.behave(_data(body)))

        def _give(self, answer: Answer) -> None:
            status, headers, out = 200, {}, b""
            if isinstance(answer, tuple):
                status, headers = answer
                out = json.dumps({"error": {"message": "no", "type": "x"}}).encode()
            elif isinstance(answer, bytes):
                out = answer
            else:
                text = answer if isinstance(answer, str) else json.dumps(answer)
                shape = anthropic_message if self.path.endswith("/messages") else completion
                out = json.dumps(shape(text, server.model)).encode()
            try:
                self._send(status, headers, out)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, status: int, headers: dict[str, str], out: bytes) -> None:
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

    return Handler
