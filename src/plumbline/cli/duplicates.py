"""``plumbline duplicates``: which records are one, why, and what people said about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plumbline.cli.leads import From, Leads, QueryText, leads_from
from plumbline.cli.left_out import tell_left_out
from plumbline.cli.links import (
    Links,
    One,
    Two,
    Who,
    answer_command,
    merge_command,
    now,
    show_command,
    split_command,
)
from plumbline.cli.output import Json, Output, Quiet, complain, table_of
from plumbline.cli.pages import write_page
from plumbline.connectors.export import neutralised
from plumbline.domain.errors import MissingExtraError, UnreadableFileError
from plumbline.identity.artefact import dump, load, model_hash
from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.model import slugs_are_distinct
from plumbline.identity.parts import derive
from plumbline.identity.weigh import odds_in_words, waterfall, weigh
from plumbline.library.records import ColumnsError, records_from
from plumbline.report.pair import Pair, pair_html
from plumbline.store import write_atomically
from plumbline.store.links import LinkStore, Said

if TYPE_CHECKING:
    from plumbline.identity.model import MatchModel
    from plumbline.library.records import Records

app = typer.Typer(help="Which records are one.", no_args_is_help=True, rich_markup_mode=None)
app.command("answer")(answer_command)
app.command("merge")(merge_command)
app.command("split")(split_command)
app.command("show")(show_command)

ModelFile = Annotated[Path, typer.Option("--model", "-m", help="The match model.")]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", help="Which column is what; columns are then fields, such as contact.email."),
]
Id = Annotated[
    str | None,
    typer.Option("--id", help="The column with record ids; else the mapping's, or the row number."),
]
_NOT_INSTALLED = "Finding duplicates needs more parts: pip install 'plumbline[dedupe]'"
_LISTED_AS_DATA = 100


@app.command("train")
def train_command(
    out: Annotated[Path, typer.Option("--out", "-o", help="Write the match model here.")],
    leads: Leads = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", "-c", help="NAME=TYPE, as often as needed; else what leads are told by."),
    ] = None,
    mapping: Mapping = None,
    query: QueryText = None,
    url: From = None,
    id_column: Id = None,
    truth: Annotated[str | None, typer.Option(help="A column whose equal values mean one record.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Learn from these records how much each likeness says. No labels are needed."""
    output = Output(json=json, quiet=quiet)
    try:
        from plumbline.linking.find import train  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    columns = [_column(one) for one in column or []]
    if not slugs_are_distinct(columns):
        raise ColumnsError("Two columns are named so alike that their parts could not be told apart.")
    source = leads_from(leads, query, url)
    extra = [truth] if truth else []
    records = records_from(source, columns, mapping=mapping, id_column=id_column, extra=extra)
    _tell_about(records, quiet=quiet)
    labels = records.frame[truth] if truth else None
    name = leads.stem if leads else "query"
    model = train(records.frame, records.columns, name=name, truth=labels)
    write_atomically(out, dump(model))
    output.data(
        {
            "model": str(out),
            "hash": model_hash(model),
            "prior": model.prior,
            "columns": {one.name: one.type.value for one in model.columns},
            **model.provenance,
            **_left_out(records),
        }
    )
    _show_model(model, out, output)


@app.command("find")
def find_command(
    model: ModelFile,
    links: Links,
    leads: Leads = None,
    mapping: Mapping = None,
    query: QueryText = None,
    url: From = None,
    id_column: Id = None,
    questions: Annotated[Path | None, typer.Option(help="Write the uncertain pairs here, as CSV.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Weigh all pairs anew, not only those of new records.")
    ] = False,
    who: Who = "plumbline",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find records that are one and keep their links.

    What the link store knows stays, under the same ids; new records join it. What people answered is never
    overruled.
    """
    output = Output(json=json, quiet=quiet)
    try:
        from plumbline.library.duplicates import join  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    source, known = leads_from(leads, query, url), read_model(model)
    records = records_from(source, known.columns, mapping=mapping, id_column=id_column)
    _tell_about(records, quiet=quiet)
    where = leads.name if leads else "the answer to a query"
    with LinkStore(links) as store:
        done = join(
            records, known, store, Said(who, now(), f"found in {where}", model_hash(known)), again=again
        )
    if questions is not None:
        write_atomically(questions, neutralised(done.questions).write_csv().encode())
    keys, pairs = done.skipped
    output.data(
        {
            "records": len(records.ids),
            "new": done.fresh,
            "all_pairs": done.whole,
            "clusters": done.clusters,
            "in_clusters": done.in_clusters,
            "questions": done.questions.height,
            "pairs_compared": done.compared,
            "keys_skipped": keys,
            "pairs_skipped": pairs,
            **_left_out(records),
        }
    )
    output.say(
        f"{done.in_clusters:,} of {len(records.ids):,} records are {done.clusters:,} in truth; "
        f"{done.fresh:,} were new. {done.questions.height:,} pairs are for a person. "
        f"{done.compared:,} pairs were compared; "
        f"{keys:,} keys that too many share ({pairs:,} pairs) were not."
    )


@app.command("explain")
def explain_command(
    leads: Annotated[Path, typer.Argument(help="The records, as for find.")],
    one: One,
    two: Two,
    model: ModelFile,
    mapping: Mapping = None,
    id_column: Id = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the waterfall as a page here.")] = None,
    json: Json = False,
) -> None:
    """Show everything that speaks for and against two records being one."""
    output, known = Output(json=json), read_model(model)
    records = records_from(leads, known.columns, mapping=mapping, id_column=id_column)
    rows = records.frame[[records.row_of(one), records.row_of(two)]]
    left, right = derive(rows, known.columns, known.vocabularies).iter_rows(named=True)
    weighed = weigh(known, left, right)
    lines = waterfall(weighed)
    output.data(
        {"weight": weighed.weight, "link": known.cut_offs.link, "ask": known.cut_offs.ask, "steps": lines}
    )
    table = [(what, said, f"{weight:+}", f"{total:+}") for what, said, weight, total in lines]
    output.console.print(table_of(("compared", "found", "weight", "so far"), table, right=(2, 3)))
    output.say(f"\n{weighed.weight:+}: {odds_in_words(weighed.weight)}; {_verdict(weighed.weight, known)}.")
    if html is not None:
        values = {column.name: tuple(rows[column.name]) for column in known.columns}
        pair = Pair(one, two, values, weighed, known.cut_offs, known.name, model_hash(known))
        write_page(html, pair_html(pair))
        output.say(f"Open {html} in a browser.")


def read_model(file: Path) -> MatchModel:
    """A match model."""
    try:
        return load(file.read_bytes())
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror}.") from error


def _tell_about(records: Records, *, quiet: bool) -> None:
    if records.guessed and not quiet:
        complain("Which column is what was guessed; plumbline init shows the guess and writes it to a file.")
    tell_left_out(records.left_out, quiet=quiet)


def _left_out(records: Records) -> dict[str, object]:
    lines = records.left_out.head(_LISTED_AS_DATA).to_dicts()
    return {"rows_left_out": records.left_out.height, "left_out": lines}


def _show_model(model: MatchModel, out: Path, output: Output) -> None:
    lines = [
        (one.label if at == 0 else "", level.label, f"{weight:+}")
        for one in model.comparisons
        for at, (level, weight) in enumerate(zip(one.levels, model.weights[one.name], strict=True))
    ]
    output.console.print(table_of(("compared", "found", "weight"), lines, right=(2,)))
    output.say(f"\nTwo records start at {model.prior:+}; 100 doubles the odds. Written to {out}.")


def _missing(error: ModuleNotFoundError) -> Exception:
    """What to install where it is the extra that is missing; any other module is a defect."""
    return MissingExtraError(_NOT_INSTALLED) if error.name == "duckdb" else error


def _column(text: str) -> Column:
    name, _, kind = text.rpartition("=")
    if kind not in set(ColumnType) or not name:
        raise ColumnsError(f"{text}: say NAME=TYPE, with one of {', '.join(ColumnType)}.")
    return Column(name, ColumnType(kind))


def _verdict(weight: int, model: MatchModel) -> str:
    if weight >= model.cut_offs.link:
        return "linked, unless their clusters say otherwise"
    return "a person is asked" if weight >= model.cut_offs.ask else "two"
