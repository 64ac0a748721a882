"""A card as SQL gives the points, bands and reasons of Python, row by row, wherever an engine runs."""

from __future__ import annotations

import importlib.util
import math
import shutil
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import polars as pl
import psycopg
import pytest
from hypothesis import given, settings
from sqlglot import exp, parse_one

from helpers_scorecard import CUTOFFS, DTYPES, Case, cases
from plumbline.domain.bands import Cutoffs
from plumbline.domain.errors import InvalidScorecardError
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard import Cap, Scorecard, SignalBins, Term, explain, score
from plumbline.scorecard.sql import to_sql
from plumbline.scorecard.sqlparts import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["helpers_postgres"]

NASTY = (
    "it's",
    'say "hi"',
    "back\\slash",
    "new\nline",
    "tab\t",
    "ümläut",
    "a -- b",
    "/* c */",
    "%s",
    " ",
    "ζ",
)
ROWS = 100_000


# --- engines ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def duck() -> Iterator:
    with duckdb.connect() as connection:

        def run(query: str, frame: pl.DataFrame) -> pl.DataFrame:
            connection.register("signals", frame.to_arrow())
            return connection.sql(query.rstrip(";\n")).pl()

        yield run


@pytest.fixture(scope="module")
def pg(postgres: str) -> Iterator:
    """Text columns have a collation that does not tell apart upper and lower case: it must not matter."""
    types = {pl.Float64: "float8", pl.String: 'text COLLATE "nocase"', pl.Boolean: "bool", pl.Int64: "int8"}
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
        )

        def run(query: str, frame: pl.DataFrame) -> pl.DataFrame:
            columns = ", ".join(
                f'"{name}" {types[dtype.base_type()]}' for name, dtype in frame.schema.items()
            )
            connection.execute(f"DROP TABLE IF EXISTS signals; CREATE TABLE signals ({columns})")
            with connection.cursor() as cursor:
                with cursor.copy("COPY signals FROM STDIN") as copy:
                    for row in frame.iter_rows():
                        copy.write_row(row)
                cursor.execute(query)
                names = [column.name for column in cursor.description or ()]
                return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)

        yield run


@pytest.fixture(scope="module")
def spark(tmp_path_factory) -> Iterator:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install --group spark)")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[1]").appName("parity")
    for key, value in (
        ("spark.ui.enabled", "false"),
        ("spark.sql.shuffle.partitions", "1"),
        ("spark.sql.warehouse.dir", str(folder / "warehouse")),
    ):
        builder = builder.config(key, value)
    session = builder.getOrCreate()

    def run(query: str, frame: pl.DataFrame) -> pl.DataFrame:
        frame.write_parquet(folder / "signals.parquet")
        session.read.parquet(str(folder / "signals.parquet")).createOrReplaceTempView("signals")
        session.sql(query.rstrip(";\n")).write.mode("overwrite").parquet(str(folder / "out"))
        return pl.read_parquet(str(folder / "out" / "*.parquet"))

    yield run
    session.stop()


# --- what is expected ---------------------------------------------------------------------------------------


def by_python(case: Case, reasons: int = 3) -> pl.DataFrame:
    """Lead by lead through the explanation that a packet shows."""
    rows = []
    for at, lead in enumerate(case.leads):
        told = explain(lead, case.card, case.cutoffs)
        largest = [str(reason) for reason in told.reasons if reason.points][:reasons]
        rows.append([at, told.points, told.band.value, *largest, *[None] * (reasons - len(largest))])
    names = ["lead_id", "points", "band", *(f"reason_{place}" for place in range(1, reasons + 1))]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def agree(got: pl.DataFrame, wanted: pl.DataFrame) -> None:
    got = got.sort("lead_id")
    for name in wanted.columns:
        differing = [at for at, (a, b) in enumerate(zip(got[name], wanted[name], strict=True)) if a != b]
        assert not differing, (name, got[differing[0]].to_dicts(), wanted[differing[0]].to_dicts())


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_row_index("lead_id").with_columns(pl.col("lead_id").cast(pl.Int64))


def check(case: Case, engine, dialect: Dialect) -> None:
    query = to_sql(case.card, case.cutoffs, dialect=dialect)
    got = engine(query, numbered(case.frame))
    agree(got, by_python(case))
    points = score(case.frame, case.card, case.cutoffs)
    for dimension in Dimension:
        assert got.sort("lead_id")[f"points_{dimension}"].to_list() == points[f"points.{dimension}"].to_list()


@given(cases(least=1))
def test_duckdb_scores_and_explains_as_python_does(duck, case) -> None:
    check(case, duck, Dialect.DUCKDB)


@pytest.mark.postgres
@settings(max_examples=40)
@given(cases(least=1))
def test_postgresql_scores_and_explains_as_python_does(pg, case) -> None:
    check(case, pg, Dialect.POSTGRES)


# --- many leads ---------------------------------------------------------------------------------------------

EDGES = (0.1, 0.3, 1 / 3, 50.0, 249.99999999999997, 1e15)


def big_card() -> Scorecard:
    numbers = SignalBins(
        "Employees", Kind.NUMBER, "Employees", tuple(f"range {at}" for at in range(7)), EDGES
    )
    budget = SignalBins("budget", Kind.NUMBER, "Budget", ("< 5", ">= 5", "7"), (5.0,), (7.0,), 0.0, 9.5)
    place = SignalBins("place", Kind.TEXT, "Place", ("one", "two"), groups=(NASTY[:5], NASTY[5:]))
    demo = SignalBins("demo", Kind.FLAG, "Asked for a demo", ("no", "yes"))
    filled = SignalBins("filled", Kind.NUMBER, "Filled", ("few", "many"), (0.5,), completeness=True)
    rng = np.random.default_rng(7)

    def table(*axes: SignalBins) -> tuple[int, ...]:
        shape = [axis.axis for axis in axes]
        points = rng.integers(-20, 21, shape)
        for at, axis in enumerate(axes):
            if not axis.completeness:
                points[(slice(None),) * at + (0,)] = 0
        return tuple(points.ravel().tolist())

    bins = (numbers, budget, place, demo, filled)
    homes = (Dimension.FIT, Dimension.FIT, Dimension.INTENT, Dimension.INTENT, Dimension.READINESS)
    terms = [Term(b.name, b.label, home, (b.name,), table(b)) for b, home in zip(bins, homes, strict=True)]
    terms += [
        Term("Employees*budget", "Size and budget", Dimension.FIT, ("Employees", "budget"), table(*bins[:2])),
        Term("demo*place", "Demo and place", Dimension.INTENT, ("demo", "place"), table(demo, place)),
    ]
    cap = Cap("firm", ("Employees", "budget", "Employees*budget"), -15, 12)
    return Scorecard("big", bins, tuple(terms), (cap,), base=-3)


def many(card: Scorecard) -> pl.DataFrame:
    """Nulls, unseen answers, values on, just below and just above each edge."""
    rng = np.random.default_rng(3)
    columns = []
    for signal in card.signals:
        if signal.kind is Kind.NUMBER:
            edges = [*signal.cuts, *signal.specials, signal.low or 0.0, signal.high or 1.0]
            pool = [v for e in edges for v in (e, math.nextafter(e, -9e99), math.nextafter(e, 9e99))]
            values = [None, *pool, -1e15, math.inf, -math.inf]
        else:
            values = [None, *(NASTY if signal.kind is Kind.TEXT else (True, False))]
            values += ["elsewhere", "IT'S", "it's "] if signal.kind is Kind.TEXT else []
        picks = rng.integers(0, len(values), ROWS)
        columns.append(pl.Series(signal.name, [values[at] for at in picks], dtype=DTYPES[signal.kind]))
    return numbered(pl.DataFrame(columns))


def expected(card: Scorecard, frame: pl.DataFrame) -> pl.DataFrame:
    """From the term columns of a score; the words of the reasons are checked lead by lead elsewhere."""
    scored = score(frame, card, CUTOFFS)
    named = {f"points_{d}": scored[f"points.{d}"] for d in Dimension}
    terms = scored.select(pl.col("^points\\.term\\..*$")).to_numpy()
    labels = [term.label for term in card.terms] + ["Limit of Employees and Budget"]
    largest = np.argsort(-np.abs(terms.astype(int)), axis=1, kind="stable")[:, 0]
    top = [f"{terms[row, at]:+d} {labels[at]}" if terms[row, at] else None for row, at in enumerate(largest)]
    return pl.DataFrame(
        {"lead_id": frame["lead_id"], "points": scored["points"], **named, "band": scored["band"], "top": top}
    )


@pytest.fixture(scope="module")
def crowd() -> tuple[Scorecard, pl.DataFrame, pl.DataFrame]:
    card = big_card()
    frame = many(card)
    return card, frame, expected(card, frame)


def check_crowd(crowd, engine, dialect: Dialect) -> pl.DataFrame:
    card, frame, wanted = crowd
    got = engine(to_sql(card, CUTOFFS, dialect=dialect), frame).sort("lead_id")
    agree(got.with_columns(top=pl.col("reason_1").str.split(": ").list.first()), wanted)
    leads = tuple(frame.drop("lead_id").head(300).to_dicts())
    agree(got.head(300), by_python(Case(card, CUTOFFS, leads)))
    return got


def test_duckdb_agrees_on_a_hundred_thousand_leads(duck, crowd) -> None:
    check_crowd(crowd, duck, Dialect.DUCKDB)


@pytest.mark.postgres
def test_postgresql_agrees_on_a_hundred_thousand_leads(pg, crowd) -> None:
    check_crowd(crowd, pg, Dialect.POSTGRES)


@pytest.mark.slow
def test_spark_agrees_on_a_hundred_thousand_leads(spark, crowd) -> None:
    check_crowd(crowd, spark, Dialect.SPARK)


def test_the_comparison_notices_a_cut_on_the_wrong_side(duck, crowd) -> None:
    """Negative control: a value equal to a cut put into the bin below is found."""
    card, frame, wanted = crowd
    wrong = to_sql(card, CUTOFFS, dialect=Dialect.DUCKDB).replace(" < 50\n", " <= 50\n")
    with pytest.raises(AssertionError):
        agree(duck(wrong, frame).select(wanted.columns[:-1]), wanted.drop("top"))


# --- what an engine may do differently ----------------------------------------------------------------------


def test_nan_counts_as_not_known(duck, completeness_case) -> None:
    frame = pl.DataFrame({"lead_id": [0], "filled": [math.nan]})
    got = duck(to_sql(completeness_case.card, None, dialect=Dialect.DUCKDB), frame)
    assert got["points"].to_list() == [-4]


@pytest.mark.postgres
def test_nan_counts_as_not_known_in_postgresql_too(pg, completeness_case) -> None:
    frame = pl.DataFrame({"lead_id": [0], "filled": [math.nan]})
    assert pg(to_sql(completeness_case.card, None, dialect=Dialect.POSTGRES), frame)["points"].to_list() == [
        -4
    ]


def test_without_cut_offs_there_is_no_band(duck, capped_case) -> None:
    got = duck(to_sql(capped_case.card, None, dialect=Dialect.DUCKDB, reasons=0), numbered(capped_case.frame))
    assert got.columns == ["lead_id", "points", "points_fit", "points_intent", "points_readiness"]


@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_dialect_is_one_statement_that_its_parser_reads(dialect) -> None:
    query = to_sql(big_card(), Cutoffs(9, 3, 0), dialect=dialect, table="sales.signals")
    tree = parse_one(query, dialect=dialect.value)
    assert "sales" in {table.db for table in tree.find_all(exp.Table)}
    labels = {literal.this for literal in tree.find_all(exp.Literal)}
    assert set(NASTY) <= labels


def test_signals_that_an_engine_cannot_tell_apart_are_refused() -> None:
    one, two = (SignalBins(name, Kind.FLAG, name, ("no", "yes")) for name in ("Demo", "demo"))
    terms = tuple(Term(s.name, s.name, Dimension.FIT, (s.name,), (0, 1, 2, 0)) for s in (one, two))
    card = Scorecard("twins", (one, two), terms)
    with pytest.raises(InvalidScorecardError, match="does not tell apart"):
        to_sql(card, None, dialect=Dialect.DUCKDB)
    assert "demo" in to_sql(card, None, dialect=Dialect.POSTGRES)


def test_what_is_no_name_of_a_table_is_refused(capped_case) -> None:
    with pytest.raises(ValueError, match="no name of a table"):
        to_sql(capped_case.card, None, dialect=Dialect.DUCKDB, table="x; DROP TABLE y")
