from __future__ import annotations

import csv
import gzip
import io
from datetime import timedelta

import polars as pl
import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from helpers_app import NOW
from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, InvalidInputError, NoPolicyError, NotAllowedError
from plumbline.app.jobs import HANDLERS
from plumbline.app.models import (
    Decision,
    Import,
    Lead,
    LedgerEntry,
    Notice,
    Outbox,
    Past,
    Policy,
    Response,
    Run,
    Standing,
)
from plumbline.app.received import as_kept, without_repeats
from plumbline.app.services import imports, loading, outbox, undoing, uploads
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.outbox import LeaseLostError
from plumbline.app.services.uploads import Wishes
from plumbline.app.worker import Worker
from plumbline.connectors.errors import InvalidMappingError
from plumbline.connectors.mapping import parse_mapping
from plumbline.connectors.settle import Choice
from plumbline.store import RunFolder
from plumbline.store.run_check import verify_run
from plumbline.triage.firsts import Firsts

pytestmark = pytest.mark.django_db
HEAD = "Lead ID,Name,Email,Company,Employees,Created,Source\n"
ROWS = [
    "1,Jo Field,jo@fieldworks.example,Fieldworks Ltd,240,03/04/2026,Demo Form\n",
    "2,Al Far,al@far.example,Far Inc,5,25/12/2025,Webinar\n",
    "3,=cmd|' /C calc'!A0,x@big.example,Big plc,Select,01/02/2026,Demo Form\n",
]
MAPPING = """
mapping: fair
blank_words: [Select]
columns:
  Lead ID: lead.id
  Name: contact.name
  Email: contact.email
  Company: account.name
  Employees: account.employees
  Created: {field: lead.created_at, date: "%d/%m/%Y"}
  Source: lead.source
"""


class Killed(BaseException):
    """What no worker catches."""


def sent(cast, text: str | bytes, name: str = "fair.csv") -> Import:
    content = text.encode() if isinstance(text, str) else text
    return uploads.upload(Actor.of_user(cast.olga), name, [content], now=NOW).upload


def worker() -> Worker:
    return Worker(HANDLERS, {}, lambda: 0.0)


def brought_in(cast, text: str | bytes, mapping: str = MAPPING, name: str = "fair.csv") -> Import:
    one = sent(cast, text, name)
    imports.start(Actor.of_user(cast.olga), one, mapping, now=NOW)
    worker().drain()
    one.refresh_from_db()
    return one


def counts(one: Import) -> tuple[int, ...]:
    return (one.rows, one.added, one.changed, one.unchanged, one.rejected, one.repeats)


def test_every_row_of_a_file_is_accounted_for(cast) -> None:
    bad = [
        "1,Jo Field,jo@fieldworks.example,Fieldworks Ltd,240,03/04/2026,Demo Form\n",
        "2,Someone Else,,,,,\n",
    ]
    bad += ["only,three,cells\n", ",No Id,n@n.example,,,,\n", f"{'9' * 201},Long,,,,,\n"]
    one = brought_in(cast, HEAD + "".join(ROWS + bad))
    assert one.state == Import.State.DONE, one.error
    assert counts(one) == (8, 3, 0, 0, 4, 1)
    assert one.rows == one.added + one.changed + one.unchanged + one.rejected + one.repeats
    lines = imports.rejected_rows(one)
    assert lines["row"].to_list() == [5, 6, 7, 8]
    assert lines["code"].to_list() == ["repeated_id", "row_shape", "missing_id", "cell_too_large"]
    assert lines.filter(pl.col("row") == 5).row(0)[1:4] == (
        "lead.id",
        "2",
        "Row 2 has this id with other content.",
    )
    entry = LedgerEntry.objects.get(kind="import:finished")
    assert '"added":3' in entry.header
    assert Notice.objects.get(kind="import").user == cast.olga


def test_leads_of_a_file_are_decided_and_stand_with_a_team(cast) -> None:
    one = brought_in(cast, HEAD + "".join(ROWS))
    assert Standing.objects.count() == Decision.objects.count() == 3
    assert one.run.state == Run.State.DONE
    assert one.run.changed == 3
    assert verify_run(RunFolder(settings.DATA / "runs" / one.run.folder), DatabaseLedger()).intact


def test_dates_are_kept_as_iso_and_blank_words_as_nothing(cast) -> None:
    brought_in(cast, HEAD + "".join(ROWS))
    lead = Lead.objects.get(external_id="1")
    assert lead.received["lead.created_at"] == "2026-04-03"
    assert (lead.arrived_at.month, lead.arrived_at.day) == (4, 3)
    assert "account.employees" not in Lead.objects.get(external_id="3").received


def test_the_same_file_again_is_said_and_changes_nothing(cast) -> None:
    text = HEAD + "".join(ROWS)
    first = brought_in(cast, text)
    again = uploads.upload(Actor.of_user(cast.olga), "copy.csv", [text.encode()], now=NOW)
    assert again.same_as == first
    imports.start(Actor.of_user(cast.olga), again.upload, MAPPING, now=NOW)
    worker().drain()
    again.upload.refresh_from_db()
    assert counts(again.upload) == (3, 0, 0, 3, 0, 0)
    assert Decision.objects.count() == 3


def test_a_changed_row_keeps_what_was_and_is_decided_again(cast) -> None:
    brought_in(cast, HEAD + "".join(ROWS))
    one = brought_in(cast, HEAD + ROWS[0] + ROWS[1].replace("Far Inc,5", "Far Inc,900"))
    assert counts(one) == (2, 0, 1, 1, 0, 0)
    assert one.run.total == 1
    assert Past.objects.get().received["account.employees"] == "5"


def test_rows_without_an_id_get_one_that_their_content_gives(cast) -> None:
    columns = "{Name: contact.name, Email: contact.email, Company: account.name}"
    mapping = f"ignored: [Lead ID, Employees, Created, Source]\ncolumns: {columns}\n"
    one = brought_in(cast, HEAD + ROWS[0] + ROWS[1] + ROWS[0].replace("1,", "7,", 1), mapping)
    assert counts(one) == (3, 2, 0, 0, 0, 1)
    again = brought_in(cast, HEAD + ROWS[1] + ROWS[0], mapping)
    assert counts(again) == (2, 0, 0, 2, 0, 0)


@pytest.mark.parametrize("kind", ["gzip", "parquet", "json lines", "excel"])
def test_files_of_other_kinds_come_in_alike(cast, kind, tmp_path) -> None:
    frame = pl.read_csv(io.StringIO(HEAD + "".join(ROWS)), infer_schema_length=0)
    path = (
        tmp_path
        / {"gzip": "f.csv.gz", "parquet": "f.parquet", "json lines": "f.jsonl", "excel": "f.xlsx"}[kind]
    )
    if kind == "gzip":
        path.write_bytes(gzip.compress((HEAD + "".join(ROWS)).encode()))
    elif kind == "parquet":
        frame.write_parquet(path)
    elif kind == "json lines":
        frame.write_ndjson(path)
    else:
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in [frame.columns, *frame.rows()]:
            book.active.append(["'" + cell if cell.startswith("=") else cell for cell in row])
        book.save(path)
    one = brought_in(cast, path.read_bytes(), name=path.name)
    assert one.state == Import.State.DONE, one.error
    assert counts(one) == (3, 3, 0, 0, 0, 0)


def test_the_report_opens_in_a_spreadsheet_without_running_anything(cast) -> None:
    one = brought_in(cast, HEAD + ROWS[0] + "1,=1+1,,,,,\n=2+2,cells\n")
    text = imports.report(Actor.of_user(cast.olga), one).decode("utf-8-sig")
    assert all(not cell.startswith("=") for row in csv.reader(io.StringIO(text)) for cell in row)


def test_what_a_file_leaves_open_is_settled_once_for_it(cast) -> None:
    text = "Name,Email,Created\n" + "".join(f"P{at},p{at}@x.example,0{at}/02/2026\n" for at in range(1, 9))
    one = sent(cast, text)
    actor = Actor.of_user(cast.olga)
    (finding,) = uploads.look(actor, one, Wishes()).findings
    assert set(finding.choices) == {"%d/%m/%Y", "%m/%d/%Y"}
    told = uploads.look(actor, one, Wishes(choice=Choice(day_first=True)))
    assert told.by_field["lead.created_at"].date_format == "%d/%m/%Y"


def test_a_person_may_map_a_column_otherwise(cast) -> None:
    one, actor = sent(cast, HEAD + "".join(ROWS)), Actor.of_user(cast.olga)
    told = uploads.look(actor, one, Wishes(fields={"Source": "lead.campaign", "Employees": ""}))
    assert told.columns["Source"] == "lead.campaign"
    assert "Employees" not in told.columns
    parse_mapping(told.to_yaml(), told.columns)
    with pytest.raises(InvalidInputError, match="is no field"):
        uploads.look(actor, one, Wishes(fields={"Source": "lead.colour"}))
    with pytest.raises(InvalidInputError, match="both feed"):
        uploads.look(actor, one, Wishes(fields={"Source": "lead.source", "Name": "lead.source"}))


def test_an_upload_is_kept_under_a_safe_name_and_within_the_limit(cast) -> None:
    actor, room = Actor.of_user(cast.olga), settings.DATA / "uploads"
    room.mkdir(parents=True, exist_ok=True)
    there = {folder.name for folder in room.iterdir()}
    one = uploads.upload(actor, "../../etc/päss wd.csv", [b"a,b\n"], now=NOW).upload
    path = uploads.path_of(one).resolve()
    assert path.is_relative_to(settings.DATA.resolve() / "uploads" / one.key)
    assert path.read_bytes() == b"a,b\n"
    with pytest.raises(InvalidInputError, match="larger"):
        uploads.upload(actor, "big.csv", [b"x" * 10] * 3, now=NOW, largest=25)
    with pytest.raises(InvalidInputError, match="empty"):
        uploads.upload(actor, "none.csv", [], now=NOW)
    assert Import.objects.count() == 1
    assert {folder.name for folder in room.iterdir()} == {*there, one.key}


def test_a_file_that_cannot_be_read_fails_loudly_and_is_not_tried_again(cast) -> None:
    one = brought_in(cast, b"PK\x03\x04 this is no workbook", name="leads.xlsx")
    assert one.state == Import.State.FAILED
    assert one.error
    assert Notice.objects.filter(kind="import").exists()
    assert worker().drain() == 0


def test_who_may_not_import_may_not_even_upload(cast) -> None:
    with pytest.raises(NotAllowedError):
        uploads.upload(Actor.of_user(cast.alice), "x.csv", [b"a"], now=NOW)


def test_it_starts_once_with_a_policy_and_a_mapping_that_works(cast) -> None:
    one, actor = sent(cast, HEAD + ROWS[0]), Actor.of_user(cast.olga)
    with pytest.raises(InvalidMappingError):
        imports.start(actor, one, "columns: {A: nowhere.at_all}", now=NOW)
    imports.start(actor, one, MAPPING, now=NOW)
    with pytest.raises(ConflictError):
        imports.start(actor, one, MAPPING, now=NOW)
    with pytest.raises(ConflictError):
        uploads.discard(actor, one)
    Policy.objects.all().delete()
    with pytest.raises(NoPolicyError):
        imports.start(actor, sent(cast, HEAD + ROWS[1]), MAPPING, now=NOW)


@pytest.mark.parametrize("at", range(4))
def test_an_import_that_is_killed_between_or_within_batches_goes_on(cast, monkeypatch, at) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    rows = "".join(f"{n},P {n},p{n}@x{n}.example,Co {n},{n},01/02/2026,Web\n" for n in range(7))
    one = sent(cast, HEAD + rows + "0,P 0,p0@x0.example,Co 0,0,01/02/2026,Web\n")
    imports.start(Actor.of_user(cast.olga), one, MAPPING, now=NOW)
    calls, real = iter(range(99)), imports._keep

    def killing(*args: object) -> None:
        if next(calls) == 2 * at + 1:  # the leads of this batch are in, its counts are not
            raise Killed
        real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(imports, "_keep", killing)
        with pytest.raises(Killed):
            worker().drain()
    Outbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    worker().drain()
    one.refresh_from_db()
    assert one.state == Import.State.DONE, one.error
    assert counts(one) == (8, 7, 0, 0, 0, 1)
    assert Lead.objects.count() == Standing.objects.count() == 7


def test_a_worker_whose_import_another_has_gone_on_with_stops(cast, monkeypatch) -> None:
    one = sent(cast, HEAD + "".join(ROWS))
    imports.start(Actor.of_user(cast.olga), one, MAPPING, now=NOW)
    Import.objects.update(state=Import.State.RUNNING, done=0)
    monkeypatch.setattr(imports, "as_kept", lambda *args: (Import.objects.update(done=3), as_kept(*args))[1])
    with pytest.raises(LeaseLostError):
        imports.carry_out(outbox.claim(["import"]))
    assert not Lead.objects.exists()


def test_undoing_takes_back_what_nobody_acted_on_and_keeps_the_rest(cast) -> None:
    before = brought_in(cast, HEAD + ROWS[1])
    one = brought_in(cast, HEAD + ROWS[0] + ROWS[1].replace(",5,", ",900,") + ROWS[2])
    acted = Lead.objects.get(external_id="3")
    Response.objects.create(lead=acted, by=cast.bob, at=timezone.now(), kind="accept")
    gone = Lead.objects.get(external_id="1")
    undoing.undo(Actor.of_user(cast.olga), one, now=timezone.now())
    with pytest.raises(ConflictError):
        undoing.undo(Actor.of_user(cast.olga), one, now=timezone.now())
    worker().drain()
    one.refresh_from_db()
    assert (one.state, one.taken_back, one.kept) == (Import.State.UNDONE, 2, 1)
    assert set(Lead.objects.values_list("external_id", flat=True)) == {"2", "3"}
    assert list(undoing.kept_by_people(one)) == [acted]
    back = Lead.objects.get(external_id="2")
    assert back.received["account.employees"] == "5"
    assert back.batch == before
    assert back.standing.decision.at > one.undone_at
    assert LedgerEntry.objects.filter(kind="import:undone").exists()
    folder = RunFolder(settings.DATA / "runs" / one.run.folder)
    assert not folder.find(gone.key)
    assert folder.find(acted.key)
    assert verify_run(folder, DatabaseLedger()).intact


def test_undoing_that_is_killed_goes_on(cast, monkeypatch) -> None:
    monkeypatch.setattr(undoing, "_SLICE", 1)
    one = brought_in(cast, HEAD + "".join(ROWS))
    undoing.undo(Actor.of_user(cast.olga), one, now=timezone.now())
    calls, real = iter(range(9)), undoing._delete

    def killing(pks: list[int]) -> None:
        real(pks)
        if next(calls) == 1:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(undoing, "_delete", killing)
        with pytest.raises(Killed):
            worker().drain()
    Outbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    worker().drain()
    one.refresh_from_db()
    assert (one.state, one.taken_back, Lead.objects.count()) == (Import.State.UNDONE, 3, 0)


def test_many_slices_make_one_import(cast, monkeypatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    monkeypatch.setattr(loading, "SLICE", 4)
    rows = "".join(f"{n},P {n},p{n}@x{n}.example,Co {n % 3},{n},01/02/2026,Web\n" for n in range(20))
    one = brought_in(cast, HEAD + rows)
    assert counts(one) == (20, 20, 0, 0, 0, 0)
    assert list(Lead.objects.order_by("pk").values_list("external_id", flat=True)) == [
        str(n) for n in range(20)
    ]
    assert Standing.objects.count() == 20


IDS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), max_size=30)


@given(IDS, st.integers(1, 7))
def test_repeats_are_told_from_contradictions_however_a_file_is_cut(rows, size) -> None:
    frame = pl.DataFrame(
        [(at, str(id_), str(said)) for at, (id_, said) in enumerate(rows, 1)],
        schema={"row": pl.Int64, "lead.id": pl.String, "extra.said": pl.String},
        orient="row",
    )
    seen, leads, repeats, rejected = Firsts(), [], 0, []
    for part in frame.iter_slices(size):
        apart = without_repeats(part, seen)
        seen, repeats = apart.seen, repeats + apart.repeats
        leads += apart.leads["row"].to_list()
        rejected += apart.rejected["row"].to_list()
    first: dict[int, int] = {}
    expected = [[], 0, []]
    for at, (id_, said) in enumerate(rows, 1):
        if id_ not in first:
            first[id_] = said
            expected[0].append(at)
        elif first[id_] == said:
            expected[1] += 1
        else:
            expected[2].append(at)
    assert [leads, repeats, rejected] == expected


def test_a_date_that_is_not_as_declared_stays_unreadable() -> None:
    mapping = parse_mapping('columns: {ID: lead.id, C: {field: lead.created_at, date: "%d/%m/%Y %H:%M"}}')
    cells = ["03/04/2026 10:15", "2026-04-03", "soon", "n/a", None]
    frame = pl.DataFrame({"row": range(1, 6), "lead.id": list("abcde"), "lead.created_at": cells})
    kept = as_kept(frame, mapping, ("n/a",))["lead.created_at"].to_list()
    assert kept == ["2026-04-03T10:15:00", "2026-04-03 [not %d/%m/%Y %H:%M]", "soon", None, None]


def test_leads_come_in_by_statements_not_row_by_row(cast, django_assert_max_num_queries) -> None:
    rows = "".join(f"{n},P {n},p{n}@x{n}.example,Co {n},{n},01/02/2026,Web\n" for n in range(300))
    one = sent(cast, HEAD + rows)
    imports.start(Actor.of_user(cast.olga), one, MAPPING, now=NOW)
    with django_assert_max_num_queries(160):
        worker().drain()
    assert Standing.objects.count() == 300
