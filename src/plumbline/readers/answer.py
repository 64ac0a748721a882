"""The typed answer a model has to give. Lenient where one bad field must not cost the other eight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, create_model, model_validator
from pydantic import Field as Described
from pydantic.json_schema import SkipJsonSchema  # noqa: TC002 - pydantic reads it

from plumbline.reading.claims import CERTAINTY, Claim
from plumbline.reading.model import VALUES, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 20


class _Said(BaseModel):
    """One field as the model gives it. The schema names the vocabulary; ``claims`` checks it."""

    model_config = ConfigDict(extra="ignore", strict=True)

    quotes: list[str] = Described(default_factory=list)
    certainty: str = Described(default="likely", json_schema_extra={"enum": [*CERTAINTY]})


class _Answer(BaseModel):
    """A field that has the wrong shape counts as not said; ``made_up`` counts fields nobody asked for."""

    model_config = ConfigDict(extra="ignore")

    made_up: SkipJsonSchema[int] = 0

    @model_validator(mode="before")
    @classmethod
    def _keep_the_shapely(cls, data: Any) -> Any:  # noqa: ANN401 - it comes from outside
        if not isinstance(data, Mapping):
            return data
        known = {name: _shaped(said) for name, said in data.items() if name in _NAMES}
        return {**known, "made_up": len(data) - len(known)}


_NAMES: Final = frozenset(name.value for name in Field)


def _shaped(said: object) -> dict[str, object] | None:
    """The parts of a field that have the right shape; ``None`` when there is no value."""
    if not isinstance(said, Mapping) or not isinstance(said.get("value"), str):
        return None
    quotes = said.get("quotes")
    texts = [text for text in quotes if isinstance(text, str)] if isinstance(quotes, list) else []
    certainty = said.get("certainty", "likely")
    return {"value": said["value"], "quotes": texts[:_MOST], "certainty": str(certainty)}


def _said(name: Field) -> type[_Said]:
    described = Described(json_schema_extra={"enum": [*VALUES[name]]})
    return create_model(f"Said_{name}", __base__=_Said, value=(str, described))


def _answer() -> type[_Answer]:
    fields: dict[str, Any] = {name.value: (_said(name) | None, None) for name in Field}
    return create_model("Answer", __base__=_Answer, **fields)


Answer = _answer()


def claims_of(answer: _Answer) -> Iterator[Claim]:
    """The claims of an answer, in the order of the fields."""
    for name in Field:
        said = getattr(answer, name.value, None)
        if said is not None:
            yield Claim(name.value, said.value, tuple(said.quotes), said.certainty)
    if answer.made_up:
        yield Claim("made up", "")
