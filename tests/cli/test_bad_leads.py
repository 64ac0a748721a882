"""Bad files of leads, from the door: a clear message with a code, the right status, no row lost."""

from __future__ import annotations

import csv
import gzip
import io
import os

import polars as pl
import pytest

from helpers_cli import Outcome, plumbline

HEADER = b"id,email,size,company\n"
GOOD = b"1,a@b.example,12,A\n"


def qualify(desk, content: bytes, *more: object, name: str = "leads.csv") -> Outcome:
    (desk / name).write_bytes(content)
    files = ("--mapping", desk / "mapping.yaml", "--policy", desk / "policy.yaml")
    return plumbline("qualify", desk / name, *files, "--out", desk / "run", *more)


@pytest.mark.parametrize(
    ("content", "name", "code", "says"),
    [
        (b"", "leads.csv", "empty_file", "empty"),
        (b"\n\n\n", "leads.csv", "empty_file", "no column names"),
        (HEADER, "leads.csv", "no_leads", "no rows"),
        (b"id,email,email,size,company\n1,a,b,2,x\n", "leads.csv", "duplicate_header", "'email'"),
        (b"PK\x03\x04" + bytes(range(200)), "leads.csv", "binary_file", "Excel"),
        (b"\0" * 500, "leads.csv", "binary_file", "NUL"),
        (gzip.compress(HEADER + GOOD * 5000, mtime=0)[:-20], "leads.csv.gz", "damaged_file", "end"),
        (b"PAR1 and no more", "leads.parquet", "damaged_file", "Parquet"),
        (b"", "leads.parquet", "empty_file", "empty"),
        (b"", "leads.jsonl", "empty_file", ""),
        (b"a,b\n1,2\n", "leads.csv", "invalid_mapping", "no column 'id'"),
    ],
)
def test_a_file_that_holds_no_leads_is_refused_and_nothing_is_made(desk, content, name, code, says) -> None:
    done = qualify(desk, content, name=name)
    assert done.status == 3
    assert done.out == ""
    assert done.err.rstrip().endswith(f"[{code}]")
    assert says in done.err
    assert not (desk / "run").exists()
    # Negative control: the same call with a good file works.
    assert qualify(desk, HEADER + GOOD, "--quiet").status == 0


def test_the_message_names_the_file(desk) -> None:
    assert str(desk / "leads.csv") in qualify(desk, b"PK\x03\x04" + os.urandom(200)).err


def test_a_delimiter_that_the_file_does_not_use_is_named(desk) -> None:
    mapping = (desk / "mapping.yaml").read_text("utf-8") + 'file: {delimiter: ","}\n'
    (desk / "mapping.yaml").write_text(mapping, "utf-8")
    done = qualify(desk, (HEADER + GOOD).replace(b",", b";"))
    assert done.status == 3
    assert "semicolons" in done.err
    assert "[wrong_delimiter]" in done.err
    assert not (desk / "run").exists()


@pytest.mark.parametrize("delimiter", [b";", b"\t", b"|"])
def test_another_delimiter_is_found_out(desk, delimiter) -> None:
    done = qualify(desk, (HEADER + GOOD).replace(b",", delimiter), "--json")
    assert (done.status, done.json["decided"]) == (0, 1)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("2,c@d.example,13,Müller\n".encode("cp1252"), "row_encoding"),
        (b"2," + b"x" * 10_000_000 + b",3,B\n", "cell_too_large"),
        (b"2,a\0b@c.example,3,B\n", "nul_byte"),
        (b'2,c@d.example,3,"B\n', "row_quotes"),
        (b"2,c@d.example\n", "row_shape"),
        (b"2,c@d.example,3,B,more\n", "row_shape"),
        (b",c@d.example,3,B\n", "missing_id"),
        (b"N/A,c@d.example,3,B\n", "missing_id"),
        (b"1,other@d.example,3,B\n", "repeated_id"),
        (b"\n", "row_empty"),
    ],
    ids=[
        "encodings mixed", "10 MB in a cell", "NUL", "quote open", "short", "long", "no id", "blank id",
        "id twice", "empty",
    ],
)  # fmt: skip
def test_one_bad_row_stops_nothing_and_never_vanishes(desk, bad, code) -> None:
    good = "1,a@b.example,12,Jürgen\n".encode()
    done = qualify(desk, HEADER + good + bad + b"3,e@f.example,14,C\n", "--json")
    assert done.status == 0
    assert (done.json["read"], done.json["decided"], done.json["rejected"]) == (3, 2, 1)
    [line] = plumbline("issues", desk / "run", "--json").json["rejected"]
    assert (line["row"], line["code"]) == (2, code)
    assert line["rule"]
    assert len(line["value"] or "") <= 210, "a report shows the beginning of a value, not 10 MB"
    told = plumbline("issues", desk / "run")
    assert code in told.out
    assert told.out.startswith("1\N{NO-BREAK SPACE}row rejected")


def test_a_file_of_which_no_row_can_be_a_lead_says_so_and_keeps_the_report(desk) -> None:
    done = qualify(desk, HEADER + b"1,a\n2,b\n")
    assert done.status == 3
    assert done.err.rstrip().endswith("[no_leads]")
    assert "could not be accepted" in done.out
    assert len(plumbline("issues", desk / "run", "--json").json["rejected"]) == 2
    assert plumbline("ledger", "verify", desk / "run").status == 0


def test_two_thousand_columns_are_no_problem(desk) -> None:
    names = b",".join(b"c%d" % at for at in range(1996))
    row = b"7,a@b.example,12,A," + b",".join(b"%d" % at for at in range(1996)) + b"\n"
    done = qualify(desk, HEADER.rstrip() + b"," + names + b"\n" + row, "--json")
    assert (done.status, done.json["decided"]) == (0, 1)


def test_init_guesses_two_thousand_columns(tmp_path) -> None:
    names = ",".join(f"c{at}" for at in range(2000))
    (tmp_path / "leads.csv").write_text(f"{names}\n{names}\n{names.upper()}\n", "utf-8")
    done = plumbline("init", tmp_path / "leads.csv", "--out", tmp_path)
    assert done.status == 0
    assert plumbline("policy", "lint", tmp_path / "policy.yaml").status == 0


FORMULAS = ['=HYPERLINK("http://evil.example","x")', "+1+1", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1"]


def test_cells_that_a_spreadsheet_would_run_are_disarmed_in_every_csv(desk) -> None:
    cells = [f'"{formula.replace(chr(34), chr(34) * 2)}"' for formula in FORMULAS]
    rows = "".join(f"{cell},a{at}@b.example,{cell},{cell}\n" for at, cell in enumerate(cells))
    assert qualify(desk, HEADER + rows.encode(), "--quiet").status == 0
    written = []
    for what in ("decisions", "issues", "rejected", "duplicates", "blanks"):
        out = desk / f"{what}.csv"
        assert plumbline("export", desk / "run", "--what", what, "--out", out).status == 0
        written += [cell for row in csv.reader(io.StringIO(out.read_text("utf-8-sig"))) for cell in row]
    assert any("HYPERLINK" in cell for cell in written), "the formulas are there to be disarmed"
    assert [cell for cell in written if cell[:1] in {"=", "+", "@", "\t"}] == []
    assert [cell for cell in written if cell[:1] == "-" and not cell[1:].isdecimal()] == []


def test_an_export_without_rows_still_has_its_head(desk) -> None:
    assert qualify(desk, HEADER + GOOD, "--quiet").status == 0
    out = desk / "rejected.csv"
    assert plumbline("export", desk / "run", "--what", "rejected", "--out", out, "--json").json["rows"] == 0
    assert out.read_text("utf-8-sig") == "row,column,value,rule,code\n"


def test_an_export_holds_what_a_crm_needs(tour, tmp_path) -> None:
    out = tmp_path / "decisions.csv"
    assert plumbline("export", tour / "run", "--out", out, "--quiet").status == 0
    frame = pl.read_csv(out)
    assert frame["lead.id"].n_unique() == frame.height
    assert {"route", "owner", "action", "band", "points", "because"} <= set(frame.columns)
    assert frame.select("route", "owner").null_count().row(0) == (0, 0)


def test_values_are_shown_in_a_terminal_and_not_obeyed(desk) -> None:
    done = qualify(desk, HEADER + b"1,a@b.example,\x1b[31mmany [bold]\x1b[0m,A\n")
    told = plumbline("issues", desk / "run")
    assert "many [bold]" in told.out
    assert "\x1b" not in done.out + told.out


EVENTS = (
    b"lead,kind,at\n1,demo,2026-01-01\nnobody,demo,2026-01-01\n,demo,2026-01-01\n1,demo,gestern\n1,demo\n"
)


def test_no_event_vanishes(desk) -> None:
    (desk / "events.csv").write_bytes(EVENTS)
    done = qualify(desk, HEADER + GOOD, "--events", desk / "events.csv")
    assert done.status == 0
    assert "about the events" in done.err
    lines = plumbline("issues", desk / "run", "--json").json["event_issues"]
    assert [(line["event"], line["code"]) for line in lines] == [
        (2, "orphan_event"), (3, "missing_id"), (4, "not_a_date"), (5, "row_shape"),
    ]  # fmt: skip


def test_events_without_their_columns_are_refused_before_anything_is_made(desk) -> None:
    (desk / "events.csv").write_bytes(b"who,what\n1,demo\n")
    done = qualify(desk, HEADER + GOOD, "--events", desk / "events.csv")
    assert done.status == 3
    assert done.err.rstrip().endswith("[missing_column]")
    assert not (desk / "run").exists()
