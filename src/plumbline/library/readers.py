"""Which reader reads: the embedded one, better known from corrections, and a second one beside it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from plumbline.qualify.inbox import embedded
from plumbline.reading import Field
from plumbline.reading.calibration import CalibratedReader, calibrate
from plumbline.reading.learned import LearnedReader
from plumbline.store.corrections import CorrectionFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbline.reading import Reader
    from plumbline.reading.corrections import Label
    from plumbline.reading.linear import LinearModel


@contextmanager
def reader_from(second: Path | None = None, corrections: Path | None = None) -> Iterator[Reader]:
    """The reader that these files ask for.

    Args:
        second: settings of a language model as second reader. What it answered and how it does in the shadow
            are kept beside that file, in ``<name>.answers.sqlite`` and ``<name>.trials.sqlite``.
        corrections: what people corrected, to set the embedded reader's confidence right and to help it
            where enough was corrected and a model of the corrections surely does better.

    Raises:
        ReaderSettingsError: The settings cannot be used, or the extra ``llm`` is not installed.
    """
    first = embedded() if corrections is None else _corrected(corrections)
    if second is None:
        yield first
        return
    # The parts of the extra are loaded by those who ask for them.
    from plumbline.readers.llm import LlmReader  # noqa: PLC0415
    from plumbline.readers.settings import load_settings  # noqa: PLC0415
    from plumbline.readers.two import TwoReaders  # noqa: PLC0415
    from plumbline.store.answers import AnswerCache  # noqa: PLC0415
    from plumbline.store.trials import TrialFile  # noqa: PLC0415

    settings = load_settings(second)
    cache = AnswerCache(second.with_suffix(".answers.sqlite"))
    try:
        # People who objected are not read at all: the main path sees to that before any reader is asked.
        with (
            TrialFile(second.with_suffix(".trials.sqlite")) as trials,
            LlmReader(settings, objected=lambda _: False, cache=cache, first=first) as model,
        ):
            yield TwoReaders(model, trials)
    finally:
        cache.close()


def _corrected(path: Path) -> Reader:
    with CorrectionFile(path, create=False) as kept:
        labels = kept.labels()
    plain = embedded()
    calibrated = CalibratedReader(plain, calibrate(labels, plain.name, objected=()))
    return LearnedReader(calibrated, _models(labels, calibrated))


def _models(labels: list[Label], reader: Reader) -> list[LinearModel]:
    from plumbline.readers.learning import learn  # noqa: PLC0415

    found = [learn(labels, name, reader.name, objected=()).model for name in Field]
    return [model for model in found if model is not None]
