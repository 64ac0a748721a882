"""The model on Splink's Spark engine: pairs weigh what they weigh on DuckDB.

Splink's functions for Spark find another Jaro-Winkler likeness for some values, such as "tammeales" and
"immeales": one pair in a thousand may fall on a neighbouring level, and none is decided otherwise.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys

import polars as pl
import pytest
from typer.testing import CliRunner

from plumbline.cli.app import app
from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.parts import derive
from plumbline.linking.find import train
from plumbline.linking.splink_settings import splink_settings

COLUMNS = (
    Column("Full Name", ColumnType.PERSON),
    Column("Email", ColumnType.EMAIL),
    Column("Phone", ColumnType.PHONE),
    Column("Company", ColumnType.ORGANISATION),
    Column("Website", ColumnType.DOMAIN),
    Column("City", ColumnType.CATEGORY),
)
LEADS = 3_000
#: In a process of its own: a JVM is not shared with other tests.
ON_SPARK = """
import json, sys
from pathlib import Path
from pyspark.sql import SparkSession
from splink import Linker, SparkAPI
from splink.backends.spark import similarity_jar_location
folder = Path(sys.argv[1])
builder = SparkSession.builder.master("local[1]").appName("linking")
for key, value in {
    "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.default.parallelism": "1",
    "spark.jars": similarity_jar_location(), "spark.sql.warehouse.dir": str(folder / "warehouse"),
}.items():
    builder = builder.config(key, value)
session = builder.getOrCreate()
session.sparkContext.setCheckpointDir(str(folder / "checkpoints"))
records = session.read.parquet(str(folder / "parts.parquet"))
api = SparkAPI(spark_session=session, num_partitions_on_repartition=1)
linker = Linker(api.register(records), json.loads((folder / "spark.json").read_text()))
weights = linker.inference.predict().as_spark_dataframe()
weights.select("unique_id_l", "unique_id_r", "match_weight").write.parquet(str(folder / "weights"))
"""


@pytest.fixture(scope="module")
def leads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leads")
    said = CliRunner().invoke(
        app, ["simulate", "-o", str(folder / "s"), "--leads", str(LEADS), "--seed", "7", "-q"]
    )
    assert said.exit_code == 0, said.output
    names = [column.name for column in COLUMNS]
    return pl.read_csv(folder / "s" / "leads.csv", infer_schema=False, columns=names)


def on_duckdb(parts: pl.DataFrame, settings: dict) -> pl.DataFrame:
    splink = pytest.importorskip("splink")
    linker = splink.Linker(splink.DuckDBAPI().register(parts.to_arrow()), settings)
    weighed = pl.DataFrame(linker.inference.predict().as_duckdbpyrelation().to_arrow_table())
    return weighed.select("unique_id_l", "unique_id_r", "match_weight")


def on_spark(parts: pl.DataFrame, settings: dict, folder) -> pl.DataFrame:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install --group spark)")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    parts.write_parquet(folder / "parts.parquet")
    (folder / "spark.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ON_SPARK, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return pl.read_parquet(folder / "weights" / "*.parquet")


def differences(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    both = one.join(other, on=["unique_id_l", "unique_id_r"], how="full", suffix="_other")
    apart = (pl.col("match_weight") - pl.col("match_weight_other")).abs() > 1e-6
    return both.filter(apart.fill_null(value=True))


def test_spark_and_duckdb_weigh_pairs_alike(leads, tmp_path):
    pytest.importorskip("splink")
    model = train(leads, COLUMNS)
    parts = derive(leads, COLUMNS, model.vocabularies)
    parts = parts.with_columns(unique_id=pl.int_range(pl.len(), dtype=pl.Int64))
    there = on_spark(parts, splink_settings(model, "spark"), tmp_path)
    here = on_duckdb(parts, splink_settings(model))
    assert there.height > 500
    assert (there["match_weight"] > 6).sum() > 50
    apart = differences(here, there)
    assert apart.height <= there.height / 1_000
    assert ((apart["match_weight"] > 0) == (apart["match_weight_other"] > 0)).all()
    every_tenth = (pl.int_range(pl.len()) % 10 == 0).cast(pl.Float64)
    spoiled = there.with_columns(pl.col("match_weight") + every_tenth)
    assert differences(here, spoiled).height >= there.height / 10
