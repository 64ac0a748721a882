"""``plumbline duplicates``: the commands a person uses, one after the other."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from plumbline.cli.duplicates import ColumnsError, app
from plumbline.domain.errors import UnreadableFileError

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
