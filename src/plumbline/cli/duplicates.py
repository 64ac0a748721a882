"""``plumbline duplicates``: which records are one, why, and what people said about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Output, Quiet, table_of
from plumbline.domain.errors import PlumblineError, UnreadableFileError
from plumbline.identity.artefact import dump, load, model_hash
from plumbline.identity.clusters import Answers
from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.model import slugs_are_distinct
from plumbline.identity.parts import derive
from plumbline.identity.weigh import odds_in_words, waterfall, weigh
from plumbline.store import write_atomically
from plumbline.store.links import LinkStore, Said

if TYPE_CHECKING:
    from plumbline.identity.model import MatchModel
    from plumbline.linking.find import Found

app = typer.Typer(help="Which records are one.", no_args_is_help=True, rich_markup_mode=None)

File = Annotated[Path, typer.Argument(help="Records: CSV or Parquet, one row each.")]
ModelFile = Annotated[Path, typer.Option("--model", "-m", help="The match model.")]
Links = Annotated[Path, typer.Option("--links", "-l", help="The link store.")]
Id = Annotated[str | None, typer.Option("--id", help="The column with record ids; else the row number.")]
Who = Annotated[str, typer.Option("--who", help="Who says so.")]
Why = Annotated[str, typer.Option("--why", help="Why, in a sentence.")]


class ColumnsError(PlumblineError):
    """A column is not in the file, or nothing is known of the type that was named."""

    code = "columns"


@app.command("train")
def train_command(
    file: File,
    column: Annotated[list[str], typer.Option("--column", "-c", help="NAME=TYPE, as often as needed.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Write the match model here.")],
    truth: Annotated[str | None, typer.Option(help="A column whose equal values mean one record.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Learn from these records how much each likeness says. No labels are needed."""
    from plumbline.linking.find import train  # noqa: PLC0415 - needs the extra "dedupe"

    output = Output(json=json, quiet=quiet)
    frame, columns = read_records(file), [_column(one) for one in column]
    _check(frame, columns)
    model = train(frame, columns, name=file.stem, truth=frame[truth] if truth else None)
    write_atomically(out, dump(model))
    output.data({"model": str(out), "hash": model_hash(model), "prior": model.prior, **model.provenance})
    lines = [
        (one.label if at == 0 else "", level.label, f"{weight:+}")
        for one in model.comparisons
        for at, (level, weight) in enumerate(zip(one.levels, model.weights[one.name], strict=True))
    ]
    output.console.print(table_of(("compared", "found", "weight"), lines, right=(2,)))
    output.say(f"\nTwo records start at {model.prior:+}; 100 doubles the odds. Written to {out}.")


@app.command("find")
def find_command(
    file: File,
    model: ModelFile,
    links: Links,
    id_column: Id = None,
    questions: Annotated[Path | None, typer.Option(help="Write the uncertain pairs here, as CSV.")] = None,
    who: Who = "plumbline",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find records that are one and keep their links. What people answered is never overruled."""
    from plumbline.linking.find import find  # noqa: PLC0415 - needs the extra "dedupe"

    output = Output(json=json, quiet=quiet)
    frame, known = read_records(file), read_model(model)
    ids = _ids(frame, id_column)
    with LinkStore(links) as store:
        found = find(frame, known, answers=_answers(store, ids))
        said = Said(who, _now(), f"found in {file.name}", model_hash(known))
        named = store.record([[ids[row] for row in rows] for rows in found.clusters], said)
    if questions is not None:
        _write_questions(questions, found, ids)
    blocks = found.blocks
    summary = {
        "records": frame.height,
        "clusters": len(named),
        "in_clusters": sum(len(rows) for rows in found.clusters),
        "questions": found.questions.height,
        "pairs_compared": blocks.pairs,
        "keys_skipped": blocks.skipped_keys,
        "pairs_skipped": blocks.skipped_pairs,
    }
    output.data(summary)
    output.say(
        f"{summary['in_clusters']:,} of {frame.height:,} records are {len(named):,} in truth; "
        f"{found.questions.height:,} pairs are for a person. {blocks.pairs:,} pairs were compared; "
        f"{blocks.skipped_keys:,} keys that too many share ({blocks.skipped_pairs:,} pairs) were not."
    )


@app.command("explain")
def explain_command(
    file: File,
    one: Annotated[str, typer.Argument(help="A record's id.")],
    two: Annotated[str, typer.Argument(help="Another one's.")],
    model: ModelFile,
    id_column: Id = None,
    json: Json = False,
) -> None:
    """Show everything that speaks for and against two records being one."""
    output = Output(json=json)
    frame, known = read_records(file), read_model(model)
    ids = _ids(frame, id_column)
    rows = frame[[_row(ids, one), _row(ids, two)]]
    left, right = derive(rows, known.columns, known.vocabularies).iter_rows(named=True)
    weighed = weigh(known, left, right)
    lines = waterfall(weighed)
    output.data(
        {"weight": weighed.weight, "link": known.cut_offs.link, "ask": known.cut_offs.ask, "steps": lines}
    )
    table = [(what, said, f"{weight:+}", f"{total:+}") for what, said, weight, total in lines]
    output.console.print(table_of(("compared", "found", "weight", "so far"), table, right=(2, 3)))
    output.say(f"\n{weighed.weight:+}: {odds_in_words(weighed.weight)}; {_verdict(weighed.weight, known)}.")


@app.command("answer")
def answer_command(
    one: Annotated[str, typer.Argument(help="A record's id.")],
    two: Annotated[str, typer.Argument(help="Another one's.")],
    links: Links,
    same: Annotated[bool, typer.Option("--same/--different", help="Whether they are one.")],
    who: Who,
    why: Why,
) -> None:
    """Keep what a person says about a pair. It overrides the model from now on."""
    with LinkStore(links) as store:
        store.answer(one, two, same=same, said=Said(who, _now(), why))


@app.command("merge")
def merge_command(one: str, two: str, links: Links, who: Who, why: Why, json: Json = False) -> None:
    """Make one cluster of those of two records. The records stay as they are; a split takes it back."""
    output = Output(json=json)
    with LinkStore(links) as store:
        cluster = store.merge(one, two, Said(who, _now(), why))
        members = store.members(cluster)
    output.data({"cluster": cluster, "members": members})
    output.say(f"{cluster}: {', '.join(members)}")


@app.command("split")
def split_command(
    cluster: str,
    records: Annotated[list[str], typer.Argument(help="The records that leave.")],
    links: Links,
    who: Who,
    why: Why,
    json: Json = False,
) -> None:
    """Take records out of a cluster, back to where they came from where that is known."""
    output = Output(json=json)
    with LinkStore(links) as store:
        target = store.split(cluster, records, Said(who, _now(), why))
    output.data({"cluster": target, "members": sorted(records)})
    output.say(f"{target}: {', '.join(sorted(records))}")


@app.command("show")
def show_command(
    links: Links,
    record: Annotated[str | None, typer.Argument(help="Only the cluster of this record.")] = None,
    json: Json = False,
) -> None:
    """Show all clusters, or everything that happened to one record. Exit status 1 when there is nothing."""
    output = Output(json=json)
    if not links.is_file():
        raise UnreadableFileError(f"There are no links at {links}.")
    with LinkStore(links) as store:
        found: Any = store.clusters() if record is None else store.history(record)
    output.data(found)
    lines = [(key, ", ".join(rows)) for key, rows in found.items()] if record is None else found
    head = ("cluster", "records") if record is None else ("what", "when", "who", "why", "cluster")
    output.console.print(table_of(head, lines))
    if not found:
        raise typer.Exit(Exit.FOUND)


def read_records(file: Path) -> pl.DataFrame:
    """Records as text, as they stand in the file."""
    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file)
        return pl.read_csv(file, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableFileError(f"{file} cannot be read: {str(error).splitlines()[0]:.200}.") from error


def read_model(file: Path) -> MatchModel:
    """A match model."""
    try:
        return load(file.read_bytes())
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror}.") from error


def _column(text: str) -> Column:
    name, _, kind = text.rpartition("=")
    if kind not in set(ColumnType) or not name:
        raise ColumnsError(f"{text}: say NAME=TYPE, with one of {', '.join(ColumnType)}.")
    return Column(name, ColumnType(kind))


def _check(frame: pl.DataFrame, columns: list[Column]) -> None:
    absent = [one.name for one in columns if one.name not in frame.columns]
    if absent:
        raise ColumnsError(f"The file has no column {', '.join(absent)}; it has {', '.join(frame.columns)}.")
    if not slugs_are_distinct(columns):
        raise ColumnsError("Two columns are named so alike that their parts could not be told apart.")
    if frame.height < 2:
        raise ColumnsError("Two records at least are needed.")


def _ids(frame: pl.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return [str(row) for row in range(1, frame.height + 1)]
    if column not in frame.columns:
        raise ColumnsError(f"The file has no column {column}.")
    ids = frame[column].cast(pl.String)
    if ids.null_count() or ids.n_unique() < ids.len():
        raise ColumnsError(f"{column} must hold every record's id once.")
    return ids.to_list()


def _row(ids: list[str], record: str) -> int:
    try:
        return ids.index(record)
    except ValueError:
        raise ColumnsError(f"The file has no record {record}.") from None


def _answers(store: LinkStore, ids: list[str]) -> Answers:
    row = {one: at for at, one in enumerate(ids)}
    known = [(row[a.one], row[a.two], a.same) for a in store.answers() if a.one in row and a.two in row]
    pairs = [(min(one, two), max(one, two), same) for one, two, same in known]
    return Answers(
        frozenset((one, two) for one, two, same in pairs if same),
        frozenset((one, two) for one, two, same in pairs if not same),
    )


def _write_questions(path: Path, found: Found, ids: list[str]) -> None:
    lines = ["one,two,weight"]
    lines += [
        f"{_cell(ids[a])},{_cell(ids[b])},{w}"
        for a, b, w in found.questions.select("left", "right", "weight").rows()
    ]
    write_atomically(path, ("\n".join(lines) + "\n").encode())


def _cell(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(',"\n') else text


def _verdict(weight: int, model: MatchModel) -> str:
    if weight >= model.cut_offs.link:
        return "linked, unless their clusters say otherwise"
    return "a person is asked" if weight >= model.cut_offs.ask else "two"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
