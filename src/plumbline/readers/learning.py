"""Fit a light linear model on the customer's own corrections, forward in time, and let it lose.

Needs the extra ``learn`` (scikit-learn). What comes out is a table of coefficients and no library.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.errors import ReaderSettingsError
from plumbline.domain.intervals import wilson
from plumbline.reading.corrections import How, usable
from plumbline.reading.linear import Checked, LinearModel, features_of
from plumbline.reading.model import VALUES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from plumbline.reading.corrections import Label
    from plumbline.reading.model import Field

#: Labels of a field it takes to learn anything, and newer sampled ones to judge what was learned.
LEAST: Final = 200
LEAST_HELD_BACK: Final = 60
#: A value needs this many labels, a word this many messages of as many people: names stay out.
LEAST_OF_A_VALUE: Final = 10
LEAST_PEOPLE: Final = 3
_OLDER: Final = 0.7
_STRENGTH: Final = 0.3
_NOT_INSTALLED: Final = "Learning from corrections needs more parts: pip install 'plumbline[learn]'"


@dataclass(frozen=True, slots=True)
class Learned:
    """What learning a field came to: a model or none, and in words why."""

    field: Field
    labels: int
    model: LinearModel | None
    said: str


def learn(labels: Iterable[Label], field: Field, reader: str, *, objected: Collection[str]) -> Learned:
    """Learn one field of one reader from corrections.

    Older labels teach, the newer sampled ones judge: only they show the reader as it is, since a correction
    that was merely noticed is one where it was wrong. A model that surely wins is fitted once more on all.

    Raises:
        ReaderSettingsError: The extra ``learn`` is not installed.
    """
    kept = [
        label for label in usable(labels, objected)
        if label.field is field and label.reader == reader and label.words and label.after in VALUES[field]
    ]  # fmt: skip
    if len(kept) < LEAST:
        return Learned(field, len(kept), None, f"not learned: {len(kept)} of the {LEAST} labels it takes")
    cut = round(len(kept) * _OLDER)
    older, held_back = kept[:cut], [label for label in kept[cut:] if label.how is How.SAMPLED]
    if len(held_back) < LEAST_HELD_BACK:
        said = f"not learned: {len(held_back)} of the {LEAST_HELD_BACK} newer sampled labels it takes"
        return Learned(field, len(kept), None, said)
    trial = _fit(older, field, reader, None)
    if trial is None:
        return Learned(field, len(kept), None, "not learned: the older labels have only one common value")
    checked = _check(trial, older, held_back)
    model = _fit(kept, field, reader, checked) if checked.better else None
    return Learned(field, len(kept), model, _said(checked))


def _said(checked: Checked) -> str:
    right = f"right on {checked.model_right}, the reader on {checked.reader_right}; wins {checked.wins}"
    return f"learned: {right}" if checked.better else f"not used, it does not surely beat the reader: {right}"


def _check(model: LinearModel, older: list[Label], held_back: list[Label]) -> Checked:
    told = [_told(model, label) == label.after for label in held_back]
    read = [label.right for label in held_back]
    parted = [mine for mine, theirs in zip(told, read, strict=True) if mine != theirs]
    return Checked(
        len(older), len(held_back), wilson(sum(told), len(told)), wilson(sum(read), len(read)),
        wilson(sum(parted), len(parted)),
    )  # fmt: skip


def _told(model: LinearModel, label: Label) -> str | None:
    """What the reading would have become: the model is judged by the rule that it is used by."""
    return model.answer(label.words, label.before, label.cues)[0]


def _features(label: Label) -> frozenset[str]:
    return features_of(label.words, label.before, label.cues)


def _fit(labels: list[Label], field: Field, reader: str, checked: Checked | None) -> LinearModel | None:
    counts = Counter(label.after for label in labels)
    values = tuple(value for value in VALUES[field] if counts[value] >= LEAST_OF_A_VALUE)
    labels = [label for label in labels if label.after in values]
    if len(values) < 2:
        return None
    names = _common(labels)
    intercepts, table = _coefficients(labels, names, values)
    weights = {name: row for name, row in zip(names, table, strict=True) if any(row)}
    return LinearModel(field, reader, values, intercepts, weights, checked or _unchecked(len(labels)))


def _unchecked(learned: int) -> Checked:
    nothing = wilson(0, 0)
    return Checked(learned, 0, nothing, nothing, nothing)


def _common(labels: list[Label]) -> list[str]:
    """Features of several people's messages. Whose sender is unknown counts as one person."""
    people: dict[str, set[str]] = {}
    for label in labels:
        for name in _features(label):
            people.setdefault(name, set()).add(label.sender)
    return sorted(name for name, who in people.items() if len(who) >= LEAST_PEOPLE)


def _coefficients(
    labels: list[Label], names: list[str], values: tuple[str, ...]
) -> tuple[tuple[float, ...], list[tuple[float, ...]]]:
    """Ridge logistic regression, rounded: what is stored is what is checked and used."""
    regression, matrix = _library()
    at = {name: column for column, name in enumerate(names)}
    cells = [(row, at[name]) for row, label in enumerate(labels) for name in _features(label) if name in at]
    rows, columns = zip(*cells, strict=True) if cells else ((), ())
    seen = matrix(([1.0] * len(cells), (rows, columns)), shape=(len(labels), len(names)))
    fitted = regression(C=_STRENGTH, max_iter=2_000, tol=1e-8).fit(
        seen, [values.index(label.after) for label in labels]
    )
    table, intercepts = fitted.coef_.T.tolist(), fitted.intercept_.tolist()
    if len(values) == 2:  # one column of scores for the second value
        intercepts, table = [0.0, intercepts[0]], [[0.0, row[0]] for row in table]
    rounded = [tuple(round(weight, 5) for weight in row) for row in table]
    return tuple(round(each, 5) for each in intercepts), rounded


def _library() -> tuple[Any, Any]:
    try:
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - an extra
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ReaderSettingsError(_NOT_INSTALLED) from error
    return LogisticRegression, csr_matrix
