"""``plumbline duplicates``: the commands a person uses, one after the other."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys

import duckdb
import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from helpers_cli import plumbline, shell
from plumbline.cli.duplicates import app
from plumbline.domain.errors import UnreadableFileError
from plumbline.library.records import ColumnsError

COLUMNS = ["-c", "name=person", "-c", "email=email", "-c", "company=organisation"]
GIVEN = ["Ann", "Bob", "Carla", "Dora", "Emil", "Frank", "Gina", "Hans"]
SURNAMES = [
    "Anderson",
    "Belberg",
    "Corman",
    "Dunville",
    "Eckford",
    "Falton",
    "Gorwick",
    "Holdale",
    "Ingstein",
]


@pytest.fixture
def leads(tmp_path):
    lines = ["id,name,email,company"]
    for at, (first, last) in enumerate((f, s) for f in GIVEN for s in SURNAMES):
        firm = f"{SURNAMES[at % 9]}{GIVEN[at // 9]} Ltd"
        lines.append(f"L{at},{first} {last},{first}.{last}@firm{at}.example,{firm}")
        if at % 9 == 0:
            lines.append(f"D{at},{first} {last},{first}.{last}@firm{at}.example,{firm.upper()}")
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*arguments, code=0):
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_train_find_explain_answer_merge_split(leads, tmp_path):
    model, links, questions = tmp_path / "m.json", tmp_path / "links.db", tmp_path / "q.csv"
    trained = json.loads(run("train", leads, *COLUMNS, "-o", model, "--json"))
    assert trained["rows"] == 80
    found = json.loads(
        run("find", leads, "-m", model, "-l", links, "--id", "id", "--questions", questions, "--json")
    )
    assert found["clusters"] == 8
    assert questions.read_text().startswith("one,two,weight\n")
    explained = json.loads(run("explain", leads, "L0", "D0", "-m", model, "--id", "id", "--json"))
    assert explained["steps"][-1][3] == explained["weight"] >= explained["link"]
    shown = json.loads(run("show", "-l", links, "--json"))
    assert ["D0", "L0"] in shown.values()
    said = ["-l", links, "--who", "ann", "--why", "asked them"]
    merged = json.loads(run("merge", "L0", "L9", *said, "--json"))
    assert merged["members"] == ["D0", "D9", "L0", "L9"]
    before = {name for name, rows in shown.items() if rows in (["D0", "L0"], ["D9", "L9"])} - {
        merged["cluster"]
    }
    leaving = ["D9", "L9"] if shown[merged["cluster"]] == ["D0", "L0"] else ["D0", "L0"]
    split = json.loads(run("split", merged["cluster"], *leaving, *said, "--json"))
    assert {split["cluster"]} == before
    assert json.loads(run("show", "-l", links, "--json")) == shown
    assert [line[0] for line in json.loads(run("show", "-l", links, leaving[0], "--json"))] == [
        "found",
        "merge",
        "split",
    ]


def test_an_answer_overrides_the_model_in_the_next_run(leads, tmp_path):
    model, links = tmp_path / "m.json", tmp_path / "links.db"
    run("train", leads, *COLUMNS, "-o", model, "-q")
    run("answer", "L0", "D0", "-l", links, "--different", "--who", "ann", "--why", "father and daughter")
    found = json.loads(run("find", leads, "-m", model, "-l", links, "--id", "id", "--json"))
    assert found["clusters"] == 7
    assert ["D0", "L0"] not in json.loads(run("show", "-l", links, "--json")).values()


def test_people_read_the_waterfall_in_plain_words(leads, tmp_path):
    model = tmp_path / "m.json"
    assert "100 doubles the odds" in run("train", leads, *COLUMNS, "-o", model)
    text = run("explain", leads, "1", "2", "-m", model)
    assert "before anything is compared" in text
    assert "the same" in text
    assert "linked, unless their clusters say otherwise" in text


def test_the_waterfall_is_a_page_too(leads, tmp_path):
    model, page = tmp_path / "m.json", tmp_path / "pages" / "pair.html"
    run("train", leads, *COLUMNS, "-o", model, "-q")
    told = run("explain", leads, "1", "2", "-m", model, "--html", page)
    assert f"Open {page} in a browser." in told
    text = page.read_text()
    assert "default-src 'none'" in text
    assert "before anything is compared" in text
    assert json.loads(run("explain", leads, "1", "2", "-m", model, "--html", page, "--json"))["weight"]


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        (["-c", "name"], ColumnsError),
        (["-c", "name=shoe"], ColumnsError),
        (["-c", "nobody=person"], ColumnsError),
    ],
)
def test_a_column_that_cannot_be_is_refused(leads, tmp_path, columns, error):
    with pytest.raises(error):
        run("train", leads, *columns, "-o", tmp_path / "m.json")


def test_files_that_cannot_be_read_are_named(tmp_path, leads):
    with pytest.raises(UnreadableFileError):
        run("train", tmp_path / "none.csv", *COLUMNS, "-o", tmp_path / "m.json")
    with pytest.raises(UnreadableFileError):
        run("explain", leads, "1", "2", "-m", tmp_path / "none.json")
    with pytest.raises(UnreadableFileError):
        run("show", "-l", tmp_path / "none.db")


def as_gzip(rows, folder):
    path = folder / "leads.csv.gz"
    path.write_bytes(gzip.compress(rows.write_csv().encode()))
    return [path]


def as_semicolons(rows, folder):
    path = folder / "leads.txt"
    path.write_bytes(b"\xef\xbb\xbf" + rows.write_csv(separator=";").encode())
    return [path]


def as_parquet(rows, folder):
    rows.write_parquet(folder / "leads.parquet")
    return [folder / "leads.parquet"]


def as_workbook(rows, folder):
    book = openpyxl.Workbook()
    for line in (rows.columns, *rows.rows()):
        book.active.append(line)
    book.save(folder / "leads.xlsx")
    return [folder / "leads.xlsx"]


def as_json_lines(rows, folder):
    rows.write_ndjson(folder / "leads.jsonl")
    return [folder / "leads.jsonl"]


def as_folder(rows, folder):
    inner = folder / "exports"
    inner.mkdir()
    rows.head(30).write_csv(inner / "a.csv")
    rows.slice(30).write_csv(inner / "b.csv")
    return [inner]


def as_sqlite(rows, folder):
    with sqlite3.connect(folder / "crm.db") as db:
        db.execute("CREATE TABLE leads (id, name, email, company)")
        db.executemany("INSERT INTO leads VALUES (?, ?, ?, ?)", rows.rows())
    db.close()
    return ["--query", "SELECT * FROM leads", "--from", f"sqlite:///{folder}/crm.db"]


def as_duckdb(rows, folder):
    with duckdb.connect(str(folder / "crm.duckdb")) as db:
        db.register("rows", rows.to_arrow())
        db.execute("CREATE TABLE leads AS SELECT * FROM rows")
    return ["--query", "SELECT * FROM leads", "--from", f"duckdb:///{folder}/crm.duckdb"]


FORMS = (
    as_gzip,
    as_semicolons,
    as_parquet,
    as_workbook,
    as_json_lines,
    as_folder,
    as_sqlite,
    as_duckdb,
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_source_that_other_commands_take_gives_the_same_clusters(leads, tmp_path, form):
    source = form(pl.read_csv(leads, infer_schema=False), tmp_path)
    model, links = tmp_path / "m.json", tmp_path / "links.db"
    trained = plumbline("duplicates", "train", *source, *COLUMNS, "-o", model, "--json").json
    assert (trained["rows"], trained["rows_left_out"]) == (80, 0)
    found = plumbline("duplicates", "find", *source, "-m", model, "-l", links, "--id", "id", "--json").json
    assert (found["records"], found["clusters"], found["in_clusters"]) == (80, 8, 16)
    shown = plumbline("duplicates", "show", "-l", links, "--json").json
    assert sorted(shown.values()) == [[f"D{at}", f"L{at}"] for at in sorted(range(0, 72, 9), key=str)]


MAPPING = """\
mapping: test
blank_words: [nobody]
columns: {id: lead.id, name: contact.name, email: contact.email, company: account.name}
"""


def test_with_a_mapping_columns_are_fields_and_nobody_needs_to_name_them(leads, tmp_path):
    mapping, model, links = tmp_path / "mapping.yaml", tmp_path / "m.json", tmp_path / "links.db"
    mapping.write_text(MAPPING)
    trained = plumbline("duplicates", "train", leads, "--mapping", mapping, "-o", model, "--json")
    assert trained.err == ""
    assert trained.json["columns"] == {
        "contact.name": "person",
        "contact.email": "email",
        "account.name": "organisation",
    }
    found = plumbline("duplicates", "find", leads, "-m", model, "-l", links, "--mapping", mapping, "--json")
    assert found.json["clusters"] == 8
    assert ["D0", "L0"] in plumbline("duplicates", "show", "-l", links, "--json").json.values()
    guessed = plumbline("duplicates", "find", leads, "-m", model, "-l", tmp_path / "other.db", "--json")
    assert guessed.json["clusters"] == 8
    assert "guessed" in guessed.err


def test_values_are_compared_in_their_normal_forms_and_blank_words_say_nothing(tmp_path):
    path, model = tmp_path / "leads.csv", tmp_path / "m.json"
    people = [f"{first} {last}" for first in GIVEN for last in SURNAMES]
    lines = [f"{at},{who},N/A,Select" for at, who in enumerate(people)]
    lines += [
        "a,Zoe Quux,z.quux@quux.com,0044 20 7946 0018",
        "b,Zoe Quux,Zoe <Z.QUUX@QUUX.COM>,+44 (0)20 79460018",
    ]
    path.write_text("\n".join(["id,name,email,phone", *lines]) + "\n")
    run("train", path, "-c", "name=person", "-c", "email=email", "-c", "phone=phone", "-o", model, "-q")
    steps = json.loads(run("explain", path, "a", "b", "-m", model, "--id", "id", "--json"))["steps"]
    assert [said for _, said, _, _ in steps if said == "not known on both sides"] == []
    assert {what: said for what, said, *_ in steps if said == "the same"}.keys() >= {
        "email: address",
        "phone: number",
    }
    blank = json.loads(run("explain", path, "1", "2", "-m", model, "--id", "id", "--json"))["steps"]
    assert [said for what, said, *_ in blank if what.startswith(("email", "phone"))] == [
        "not known on both sides"
    ] * 2


def test_rows_that_are_no_record_are_told_with_their_place_and_counts_reconcile(leads, tmp_path):
    text = (
        leads.read_text() + "L0,Again Person,x@y.example,Z\n,No Body,n@b.example,Z\nL99,too,many,cells,here\n"
    )
    leads.write_text(text)
    model, links = tmp_path / "m.json", tmp_path / "links.db"
    run("train", leads, *COLUMNS, "-o", model, "-q")
    found = plumbline("duplicates", "find", leads, "-m", model, "-l", links, "--id", "id", "--json")
    assert found.json["records"] + found.json["rows_left_out"] == len(text.splitlines()) - 1
    lines = {(line["row"], line["column"], line["value"], line["code"]) for line in found.json["left_out"]}
    assert lines >= {(81, "id", "L0", "repeated_id"), (82, "id", None, "missing_id")}
    assert "row 81, id: 'L0': An earlier row has this id; the first counts. [repeated_id]" in found.err


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 3, "[empty_file]"),
        (b"id,name,email,company\n", 3, "Two records at least are needed"),
        (b"id,name,email,email\n1,a,b,c\n", 3, "[duplicate_header]"),
        (b"PK\x03\x04 not a workbook", 3, "["),
        (b"id,name\n1,a\n2,b\n", 3, "There is no column email, company; the file has id, name. [columns]"),
    ],
)
def test_bad_files_are_one_line_with_a_code(tmp_path, content, status, said):
    path = tmp_path / "leads.csv"
    path.write_bytes(content)
    done = plumbline("duplicates", "train", path, *COLUMNS, "-o", tmp_path / "m.json")
    assert done.status == status
    assert said in done.err
    assert "report" not in done.err
    assert not (tmp_path / "m.json").exists()


def test_new_records_join_known_clusters_and_ids_stay(leads, tmp_path):
    model, links = tmp_path / "m.json", tmp_path / "links.db"
    find = ("find", leads, "-m", model, "-l", links, "--id", "id", "--json")
    run("train", leads, *COLUMNS, "-o", model, "-q")
    first = json.loads(run(*find))
    before = json.loads(run("show", "-l", links, "--alone", "--json"))
    assert (first["new"], first["all_pairs"], len(before)) == (80, True, 72)
    assert json.loads(run(*find))["pairs_compared"] == 0
    assert json.loads(run("show", "-l", links, "--alone", "--json")) == before
    lines = leads.read_text().splitlines()
    again = lines[1].replace("L0,", "N0,"), lines[3].replace(lines[3].split(",")[0] + ",", "N1,")
    leads.write_text("\n".join([*lines, *again]) + "\n")
    second = json.loads(run(*find))
    after = json.loads(run("show", "-l", links, "--alone", "--json"))
    assert (second["new"], second["all_pairs"], second["clusters"]) == (2, False, 9)
    assert second["pairs_compared"] < first["pairs_compared"] / 4
    assert after.keys() == before.keys()
    grown = {key: sorted({*after[key]} - {*before[key]}) for key in after if after[key] != before[key]}
    assert sorted(grown.values()) == [["N0"], ["N1"]]


def test_what_a_person_took_apart_stays_apart(leads, tmp_path):
    model, links = tmp_path / "m.json", tmp_path / "links.db"
    run("train", leads, *COLUMNS, "-o", model, "-q")
    find = ("find", leads, "-m", model, "-l", links, "--id", "id", "--json")
    run(*find)
    cluster = next(
        key for key, rows in json.loads(run("show", "-l", links, "--json")).items() if "L0" in rows
    )
    run("split", cluster, "D0", "-l", links, "--who", "ann", "--why", "father and son")
    for more in ((), ("--again",)):
        assert json.loads(run(*find, *more))["clusters"] == 7


def test_an_answer_about_two_in_one_cluster_says_what_is_left_to_do(leads, tmp_path):
    model, links = tmp_path / "m.json", tmp_path / "links.db"
    run("train", leads, *COLUMNS, "-o", model, "-q")
    run("find", leads, "-m", model, "-l", links, "--id", "id", "-q")
    said = run("answer", "L0", "D0", "-l", links, "--different", "--who", "ann", "--why", "two people")
    assert "until somebody takes one out" in said


def test_without_the_extra_the_commands_say_what_to_install(leads, tmp_path):
    """In a process of its own, where the part cannot be found."""
    for command in (["train", leads, "-o", "m.json"], ["find", leads, "-m", "m.json", "-l", "l.db"]):
        code = (
            "import sys; sys.modules['duckdb'] = None\n"
            f"sys.argv = ['plumbline', 'duplicates', *{[str(one) for one in command]!r}]\n"
            "from plumbline.cli import main; main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert (done.returncode, done.stdout) == (3, "")
        assert "pip install 'plumbline[dedupe]' [missing_extra]" in " ".join(done.stderr.split())


def test_with_the_extra_the_same_process_gets_further(leads, tmp_path):
    """Negative control of the test above."""
    done = shell("duplicates", "train", leads, *COLUMNS, "-o", "m.json", cwd=tmp_path)
    assert done.status == 0, done.err
