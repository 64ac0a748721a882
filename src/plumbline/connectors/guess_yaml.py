"""A guess as a mapping file: commented, ready to read and to edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.connectors.yaml_text import comment, masked, scalar, value_shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbline.connectors.guess import ColumnGuess, Guess

_KEY_FIELDS = ("contact.email", "account.name")


def mapping_yaml(guess: Guess) -> str:
    """The text of the mapping file. Personal values are masked in its comments."""
    return "\n".join([*_head(guess), *_blank_words(guess), *_key_fields(guess), *_columns(guess)]) + "\n"


def _head(guess: Guess) -> Iterator[str]:
    yield f"# Which column feeds which field of the lead model. Guessed from the first {guess.rows:,} rows:"
    yield "# read it and change what is wrong. Every guess says how sure it is, why, and shows values."
    if guess.system:
        yield f"# The columns are those of a {guess.system} export."
    yield f"mapping: {scalar(guess.name)}"
    if guess.system:
        yield f"system: {scalar(guess.system)}"
    if guess.sheet:
        yield f"file: {{sheet: {scalar(guess.sheet)}}}"
    yield ""


def _blank_words(guess: Guess) -> Iterator[str]:
    yield "# Words that mean that nobody filled the cell. Any case counts; add what your forms write."
    if not guess.blank_words:
        yield "blank_words: []"
    else:
        yield "blank_words:"
    for word, columns in guess.blank_words.items():
        yield f"  - {scalar(word)} # {comment(_counted(columns))}"
    yield ""


def _counted(columns: Mapping[str, int]) -> str:
    most = sorted(columns.items(), key=lambda item: -item[1])
    said = ", ".join(f"{rows:,} in {value_shown(column)}" for column, rows in most[:3])
    return said + (f" and {len(most) - 3} more columns" if len(most) > 3 else "")


def _key_fields(guess: Guess) -> Iterator[str]:
    fields = [name for name in _KEY_FIELDS if name in guess.by_field]
    yield "# Fields that matter most: how many leads lack them is reported."
    yield f"key_fields: [{', '.join(fields)}]"
    yield ""


def _columns(guess: Guess) -> Iterator[str]:
    mapped = [entry for entry in guess.guesses if entry.field]
    ignored = [entry for entry in guess.guesses if not entry.field]
    for finding in guess.findings:
        yield f"# {comment(value_shown(finding.column))}: {comment(finding.message)}."
    if "lead.id" not in guess.by_field:
        yield "# No column differs in every row, so leads are called by their row: row-1, row-2, ..."
    yield "columns:" if mapped else "columns: {}"
    for entry in mapped:
        yield f"  # {comment(_said(entry))}"
        yield f"  {scalar(entry.column)}: {_target(entry)}"
    if guess.joined:
        yield ""
        yield "# Several columns that feed one field together."
        yield "joined:"
    for target, columns in guess.joined.items():
        yield f"  {target}: [{', '.join(map(scalar, columns))}]"
    if ignored:
        yield ""
        yield "# Known and left out."
        yield "ignored:"
    for entry in ignored:
        yield f"  - {scalar(entry.column)} # {comment(entry.why)}"


def _target(entry: ColumnGuess) -> str:
    told = {"date": entry.date_format, "number": entry.number_style}
    said = "".join(f", {key}: {scalar(value)}" for key, value in told.items() if value is not None)
    return f"{{field: {entry.field}{said}}}" if said else str(entry.field)


def _said(entry: ColumnGuess) -> str:
    leak = f" May know what came later ({entry.leak}), so no score should read it." if entry.leak else ""
    return f"{entry.sure} %: {entry.why}.{leak}{_values(entry)}"


def _values(entry: ColumnGuess) -> str:
    return f" Values: {', '.join(values_shown(entry))}" if entry.look.filled else " No values."


def values_shown(entry: ColumnGuess) -> tuple[str, ...]:
    """A few values of a column; personal ones are masked."""
    show = masked if entry.personal else value_shown
    return tuple(dict.fromkeys(map(show, entry.look.samples)))
