"""The fixed prompt: a file with a version, and a hash over all that a model gets besides the message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from plumbline.reading.claims import CERTAINTY
from plumbline.reading.model import VALUES

if TYPE_CHECKING:
    from plumbline.reading.model import Message
    from plumbline.reading.shown import Shown

#: What is added for models that are told the shape of the answer in words.
SHAPE: Final = "Answer with one JSON object of this schema, and nothing before or after it:\n\n{schema}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """``hash`` covers the text and the vocabulary: a change of either makes another reader."""

    version: str
    text: str
    hash: str

    @property
    def name(self) -> str:
        """As stored with every reading: ``prompt 1 3f9a1c0b2d4e``."""
        return f"prompt {self.version} {self.hash[:12]}"


@cache
def the_prompt() -> Prompt:
    """The prompt that this version of Plumbline ships."""
    raw = files("plumbline.readers").joinpath("prompt.md").read_text("utf-8")
    return make_prompt(raw)


def make_prompt(raw: str) -> Prompt:
    """A prompt file's content: a head with its version between ``---`` lines, then the text."""
    _, head, text = raw.split("---\n", 2)
    version = head.partition("version:")[2].strip().strip('"')
    vocabulary = json.dumps([VALUES, [*CERTAINTY], SHAPE], sort_keys=True)
    digest = sha256(f"{version}\n{text}\n{vocabulary}".encode()).hexdigest()
    return Prompt(version, text.strip(), digest)


def content_of(message: Message, shown: Shown) -> str:
    """The user turn: data in JSON, no more of it than reading needs. The sender's key and name stay here."""
    names = [name for name in message.our_names if name and name in shown.text]
    return json.dumps(
        {
            "channel": message.channel,
            "received": message.received.isoformat() if message.received else None,
            "our_names": names,
            "words": shown.text,
        },
        ensure_ascii=False,
    )
