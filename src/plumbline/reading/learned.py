"""A reader helped by models of the customer's own corrections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from plumbline.reading.cues import default_cues
from plumbline.reading.linear import features_of, places, tokens
from plumbline.reading.model import QUOTELESS, Abstention, Field, Reading
from plumbline.reading.prepare import prepare
from plumbline.reading.shown import Span, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbline.reading.linear import LinearModel
    from plumbline.reading.model import Message, Quote, Reader, Readings
    from plumbline.reading.shown import Shown

#: However sure a model is, it is no certainty.
_MOST: Final = 0.95
#: What holds of the whole message is quoted sentence by sentence, unless they are long.
_LONGEST: Final = 220


class LearnedReader:
    """A reader whose answers models of its corrections may change, where they won on held-back corrections.

    A model never takes back a data right that was heard, changes nothing it has no words for, and is not used
    with another version of the reader than it was checked with.
    """

    def __init__(self, first: Reader, models: Iterable[LinearModel]) -> None:
        self.first = first
        self._models = {
            model.field: model for model in models if model.checked.better and model.reader == first.name
        }
        self._spelling = default_cues().spelling

    @property
    def name(self) -> str:
        """The reader's name, and for which fields it is helped."""
        helped = [name.value for name in Field if name in self._models]
        return f"{self.first.name} learned {','.join(helped)}" if helped else self.first.name

    def read(self, message: Message) -> Readings:
        """The first reader's readings, changed where a model knows better."""
        found = self.first.read(message)
        if not self._models or not any(reading.value for reading in found.readings):
            return found
        prepared = prepare(message, self._spelling)
        shown = show(prepared, (quote for reading in found.readings for quote in reading.quotes))
        return replace(
            found, reader=self.name, readings=tuple(self._helped(each, shown) for each in found.readings)
        )

    def _helped(self, reading: Reading, shown: Shown) -> Reading:
        model = self._models.get(reading.field)
        if model is None or reading.abstained is Abstention.LANGUAGE:
            return reading
        value, chance = model.answer(shown.text, reading.value, reading.cues)
        if value is None or value == reading.value:
            return reading
        confidence = round(10_000 * min(chance, _MOST))
        quotes = _quotes(model, value, features_of(shown.text, reading.value, reading.cues), shown)
        if not quotes and (reading.field, value) not in QUOTELESS:
            return reading
        return Reading(reading.field, value, confidence, quotes, None, reading.cues)


def _quotes(model: LinearModel, value: str, features: Iterable[str], shown: Shown) -> tuple[Quote, ...]:
    """The sentence of the word that speaks most for a value."""
    ranked = sorted(features, key=lambda name: (-model.speaks(name, value), name))
    found = tokens(shown.text)
    for name in ranked:
        if model.speaks(name, value) <= 0:
            return ()
        for start, end in places(name, found):
            line = shown.line_of(Span(start, end))
            quotes = shown.quotes(line if line.end - line.start <= _LONGEST else Span(start, end))
            if quotes:
                return quotes
    return ()
