"""Leads from databases: read once, never written, and no secret ever shown."""

from __future__ import annotations

import gc
import sqlite3
import stat
from urllib.parse import quote

import duckdb
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_cli import plumbline
from plumbline.connectors import query as query_module
from plumbline.connectors.database_url import DatabaseUrl
from plumbline.connectors.errors import DuplicateHeaderError, NestedColumnError, QueryError
from plumbline.connectors.query import Query, open_query
from plumbline.connectors.settings import FileSettings

pytest_plugins = ["helpers_postgres"]

MAKE = "CREATE TABLE leads (id INTEGER, email VARCHAR(50), size DECIMAL(12, 2), since DATE, ok BOOLEAN)"
ROWS = "INSERT INTO leads VALUES (1, 'a@acme.com', 12.50, '2026-03-04', true), (2, '', NULL, NULL, NULL)"
SELECT = "SELECT * FROM leads ORDER BY id"


def asked(sql, url):
    return open_query(Query(sql, DatabaseUrl.of(url)), FileSettings())


def rows(source, size=100_000):
    return [row for batch in source.batches(size) for row in batch.frame.rows()]


@pytest.fixture
def duck(tmp_path):
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as db:
        db.execute(MAKE)
        db.execute(ROWS)
    return f"duckdb:///{tmp_path}/crm.duckdb"


def test_rows_of_duckdb_are_text_as_in_a_csv(duck):
    source = asked(SELECT, duck)
    assert source.columns == ("id", "email", "size", "since", "ok")
    assert rows(source) == [
        (1, "1", "a@acme.com", "12.50", "2026-03-04", "true"),
        (2, "2", None, None, None, None),
    ]


def test_rows_of_sqlite_and_through_sqlalchemy_are_the_same(tmp_path):
    path = tmp_path / "crm.sqlite"
    with sqlite3.connect(path) as db:
        db.execute(MAKE)
        db.execute(
            "INSERT INTO leads VALUES (1, 'a@acme.com', 12.5, '2026-03-04', 1), (2, '', NULL, NULL, NULL)"
        )
    db.close()
    own = rows(asked(SELECT, f"sqlite:///{path}"))
    assert own == [(1, "1", "a@acme.com", "12.5", "2026-03-04", "1"), (2, "2", None, None, None, None)]
    with query_module._sqlalchemy(Query(SELECT, DatabaseUrl.of(f"sqlite:///{path}"))) as answer:
        assert list(answer.keys()) == ["id", "email", "size", "since", "ok"]
        assert [str(row[0]) for row in answer.fetchall()] == ["1", "2"]


@pytest.mark.postgres
def test_rows_of_postgresql_arrive_and_nothing_can_be_written(postgres):
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS leads")
        db.execute("CREATE SEQUENCE IF NOT EXISTS counter")
        db.execute(MAKE)
        db.execute(ROWS)
        host = db.info.host
        user, name = db.info.user, db.info.dbname
    url = f"postgresql+psycopg://{user}:hunter2@/{name}?host={host}"
    assert rows(asked(SELECT, url))[0] == (1, "1", "a@acme.com", "12.50", "2026-03-04", "true")
    with pytest.raises(QueryError, match="must not contain data-modifying"):
        asked("WITH gone AS (DELETE FROM leads RETURNING *) SELECT * FROM gone", url)
    with pytest.raises(QueryError, match="read-only transaction") as caught:
        asked("SELECT nextval('counter')", url)
    assert "hunter2" not in str(caught.value)
    with psycopg.connect(postgres) as db:
        assert db.execute("SELECT count(*) FROM leads").fetchone() == (2,)


def test_the_answer_is_kept_so_that_every_reading_sees_the_same(duck, tmp_path, monkeypatch):
    monkeypatch.setattr(query_module, "_PART", 1)
    source = asked(SELECT, duck)
    before = rows(source)
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as db:
        db.execute("DELETE FROM leads")
    assert rows(source) == before == rows(source, size=1)
    assert asked(SELECT, duck).sha256() != source.sha256()


def test_a_kept_answer_is_private_and_goes_with_its_source(duck):
    source = asked(SELECT, duck)
    folder = source.shelf.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir())
    del source
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE leads",
        "  update leads set id = 3",
        "-- SELECT\nDELETE FROM leads",
        "",
        "COPY leads TO 'x'",
    ],
)
def test_what_is_no_query_is_refused(duck, sql):
    with pytest.raises(QueryError, match="begins with SELECT"):
        asked(sql, duck)


@pytest.mark.parametrize(
    "sql", ["/* why */ (SELECT 1 AS a)", "-- note\nWITH x AS (SELECT 1 AS a) SELECT * FROM x", "FROM leads"]
)
def test_queries_may_begin_with_comments(duck, sql):
    assert rows(asked(sql, duck))


@pytest.mark.parametrize(
    ("sql", "url", "error", "match"),
    [
        ("SELECT * FROM nowhere", "DUCK", QueryError, "nowhere"),
        ("SELECT 1 AS a, 2 AS a", "DUCK", DuplicateHeaderError, "'a'"),
        ("SELECT [1, 2] AS numbers", "DUCK", NestedColumnError, "numbers"),
        ("SELECT 1", "sqlite:////no/such/file.db", QueryError, "unable to open"),
        ("SELECT 1", "duckdb:////no/such/file.db", QueryError, "refused"),
        ("SELECT 1", "nonsense", QueryError, "begins like duckdb"),
        (
            "SELECT 1",
            "mysql+pymysql://joe:hunter2@localhost/crm",
            QueryError,
            "pip install 'plumbline\\[sql\\]' pymysql",
        ),
        ("SELECT 1", "postgresql+psycopg://joe:hunter2@localhost:1/crm", QueryError, "refused"),
        ("SELECT 1", "nosuch://joe:hunter2@localhost/crm", QueryError, "nosuch"),
    ],
)
def test_whatever_goes_wrong_is_one_clear_line_without_secrets(duck, sql, url, error, match):
    with pytest.raises(error, match=match) as caught:
        asked(sql, duck if url == "DUCK" else url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


SECRETS = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=12).map("zq{}qz".format)


@given(SECRETS)
def test_no_way_to_show_an_address_shows_its_secrets(secret):
    coded = quote(secret, safe="")
    url = DatabaseUrl.of(f"postgresql://joe:{coded}@db.example/crm?sslpassword={coded}&sslmode=require")
    query = Query(f"SELECT * FROM f('host=x password={secret}')", url)
    failure = url.scrubbed(f"{secret} and {coded} are wrong: {url.secret}")
    for shown in (str(url), repr(url), repr(query), query.document(), failure):
        assert secret not in shown
        assert coded not in shown
    assert str(url) == "postgresql://joe:***@db.example/crm?sslpassword=***&sslmode=require"


def test_without_scrubbing_a_failure_would_show_its_secret(monkeypatch):
    """Negative control."""
    monkeypatch.setattr(DatabaseUrl, "scrubbed", lambda _, text: text)
    with pytest.raises(QueryError, match="hunter2"):
        asked("SELECT * FROM hunter2", "duckdb://?password=hunter2")


def test_a_run_from_a_query_keeps_the_query_and_no_secret(duck, tmp_path):
    with duckdb.connect(duck.removeprefix("duckdb:///")) as db:
        more = "SELECT 10 + i, 'p' || i || '@acme.com', i, '2026-01-01', true FROM range(20) t(i)"
        db.execute(f"INSERT INTO leads {more}")
    out = tmp_path / "out"
    told = plumbline("init", "--query", SELECT, "--from", duck, "--out", out)
    assert told.status == 0, told.err
    done = plumbline(
        "qualify", "--query", SELECT, "--from", f"{duck}?token=hunter2", "--json", "--as-of", "2026-03-05",
        "-m", out / "mapping.yaml", "-p", out / "policy.yaml", "--out", tmp_path / "run",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert done.json["read"] == 22
    kept = (tmp_path / "run" / "query.sql").read_text()
    assert SELECT in kept
    assert not any(
        b"hunter2" in file.read_bytes() for file in (tmp_path / "run").rglob("*") if file.is_file()
    )


@pytest.mark.parametrize(
    "args", [(), ("--query", "SELECT 1"), ("leads.csv", "--query", "SELECT 1", "--from", "duckdb://")]
)
def test_leads_come_from_one_place(args):
    done = plumbline("init", *args)
    assert done.status == 2
