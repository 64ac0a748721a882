"""Which language model is the second reader, on whose terms, and what it may cost: one small YAML file.

Keys never stand in it. It names the environment variable that holds one.
"""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plumbline.domain.errors import ReaderSettingsError

_LARGEST: Final = 100_000
_KEYS: Final = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "ollama": ""}
_PLACES: Final = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "ollama": "http://localhost:11434/v1",
}
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_Word = Annotated[str, Field(min_length=1, max_length=300)]


class Limits(BaseModel):
    """What one run may use. A run that reaches a limit goes on with the embedded reader, and says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests: int = Field(default=1_000, ge=0)
    tokens: int = Field(default=2_000_000, ge=0)
    cost: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    per_minute: int = Field(default=60, ge=1)


class Prices(BaseModel):
    """Per million tokens, in the currency of ``limits.cost``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words_in: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    words_out: float = Field(default=0.0, ge=0, allow_inf_nan=False)


class Terms(BaseModel):
    """The entry in the register of third parties (GOVERNANCE G22). All of it has to be stated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    processor: _Word
    region: _Word
    trains_on_our_data: bool


class SecondReader(BaseModel):
    """The settings of a language model as second reader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: Literal["openai", "anthropic", "ollama"]
    model: _Word
    base_url: str = ""
    key_from: str | None = None
    answer: Literal["native", "prompted"] = "native"
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    timeout: float = Field(default=20.0, gt=0, le=600)
    attempts: int = Field(default=3, ge=1, le=10)
    words_out: int = Field(default=1_200, ge=100, le=20_000)
    prices: Prices = Prices()
    limits: Limits = Limits()
    terms: Terms

    @model_validator(mode="after")
    def _acceptable(self) -> Self:
        if self.terms.trains_on_our_data:
            raise ValueError("terms.trains_on_our_data: a processor that trains on messages may not get any")
        place = urlsplit(self.place)
        if place.scheme not in {"http", "https"} or not place.hostname:
            raise ValueError("base_url: an address that begins with https:// is needed")
        if place.scheme == "http" and place.hostname not in _HERE:
            raise ValueError("base_url: without https messages may only go to this machine")
        if place.username or place.password or place.query:
            raise ValueError("base_url: no keys in addresses; name a variable in key_from")
        if self.limits.cost and not self.is_here and not (self.prices.words_in and self.prices.words_out):
            raise ValueError("prices: needed to keep limits.cost; set limits.cost to 0 to go without")
        return self

    @property
    def place(self) -> str:
        """The address that is asked."""
        return self.base_url or _PLACES[self.provider]

    @property
    def is_here(self) -> bool:
        """Whether it is asked on this machine."""
        return urlsplit(self.place).hostname in _HERE

    def key(self) -> str:
        """The key, out of the environment; empty where none is needed.

        Raises:
            ReaderSettingsError: The variable is named and empty.
        """
        name = _KEYS[self.provider] if self.key_from is None else self.key_from
        if not name:
            return ""
        if not os.environ.get(name):
            raise ReaderSettingsError(f"The second reader needs a key in the environment variable {name}.")
        return os.environ[name]


def load_settings(path: Path | str) -> SecondReader:
    """Read a settings file.

    Raises:
        ReaderSettingsError: The file is missing, no YAML, or something in it cannot be used.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()[: _LARGEST + 1]
        if len(raw) > _LARGEST:
            raise ReaderSettingsError(f"{path} is too large for a settings file.")
        data = YAML(typ="safe", pure=True).load(StringIO(raw.decode("utf-8")))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ReaderSettingsError(f"{path} cannot be read: {error}") from error
    return settings_of(data, str(path))


def settings_of(data: object, where: str = "settings") -> SecondReader:
    """The settings that loaded YAML or JSON holds; every problem at once."""
    try:
        return SecondReader.model_validate(data)
    except ValidationError as error:
        problems = (
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}".lstrip(": ") for each in error.errors()
        )
        raise ReaderSettingsError(f"{where} cannot be used: " + "; ".join(problems)) from error
