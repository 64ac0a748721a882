"""What comes in by the thousand stands in the tables as if each lead had come alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers_app import GOOD, NOW, POOR, SYSTEM
from plumbline.app.actors import Actor
from plumbline.app.errors import NotAllowedError
from plumbline.app.models import Account, Lead, Past
from plumbline.app.models.base import ALPHABET
from plumbline.app.services import arrivals, bulk, leads
from plumbline.app.services.leads import Arrival

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
COLUMNS = (
    "title",
    "email",
    "filed_under",
    "source",
    "country",
    "received",
    "digest",
    "arrived_at",
    "changed_at",
)
NASTY = {
    "contact.name": "=cmd|'/c calc'!A0",
    "account.name": 'O\'Brien "Büro", 株式会社\\N',
    "extra.x": "a\n\tb",
}


def frame(*rows: tuple[str, dict[str, str]]) -> pl.DataFrame:
    names = sorted({name for _, fields in rows for name in fields})
    data = [(at, id_, *(fields.get(name) for name in names)) for at, (id_, fields) in enumerate(rows, 1)]
    schema = {"row": pl.Int64, "lead.id": pl.String, **dict.fromkeys(names, pl.String)}
    return pl.DataFrame(data, schema=schema, orient="row")


def stored(prefix: str) -> list[dict]:
    rows = Lead.objects.filter(external_id__startswith=prefix).order_by("external_id")
    return [
        {name: getattr(one, name) for name in COLUMNS}
        | {"account": one.account and (one.account.match, one.account.name, one.account.tier)}
        for one in rows
    ]


def test_leads_in_bulk_stand_as_leads_one_by_one() -> None:
    rows = [GOOD, POOR, NASTY, {"account.id": "7", "account.tier": "A"}, {}]
    for at, fields in enumerate(rows):
        leads.receive(SYSTEM, Arrival(f"a{at}", {**fields, "contact.title": f"t{at}"}), now=NOW)
    batch = frame(*((f"b{at}", {**fields, "contact.title": f"t{at}"}) for at, fields in enumerate(rows)))
    taken = arrivals.take_in(SYSTEM, batch, now=NOW)
    assert (taken.added, taken.changed, taken.unchanged, taken.rejected.height) == (5, 0, 0, 0)
    one_by_one = stored("a")
    for row in one_by_one[3:]:  # nothing names them but their ids
        row["title"] = row["title"].replace("a", "b")
    assert stored("b") == one_by_one
    assert Account.objects.count() == 3
    assert all(len(one.key) == 16 and set(one.key) <= set(ALPHABET) for one in Lead.objects.all())


def test_the_same_again_changes_nothing_and_a_change_keeps_what_was() -> None:
    arrivals.take_in(SYSTEM, frame(("a", GOOD), ("b", POOR)), now=NOW)
    again = arrivals.take_in(SYSTEM, frame(("b", POOR), ("a", GOOD | {"contact.title": "CEO"})), now=LATER)
    assert (again.added, again.changed, again.unchanged) == (0, 1, 1)
    past = Past.objects.get()
    assert (past.received, past.until, past.changed_by) == (GOOD, LATER, "system:test")
    assert past.lead.received["contact.title"] == "CEO"
    assert past.lead.changed_at == LATER
    assert Lead.objects.get(external_id="b").changed_at == NOW


def test_who_was_erased_is_not_taken_in_again() -> None:
    arrivals.take_in(SYSTEM, frame(("a", GOOD)), now=NOW)
    Lead.objects.update(erased_at=NOW, received={}, digest="")
    taken = arrivals.take_in(SYSTEM, frame(("a", GOOD)), now=LATER)
    assert (taken.added, taken.changed, taken.unchanged) == (0, 0, 1)
    assert Lead.objects.get().received == {}


def test_a_row_that_is_no_lead_is_told_with_row_column_and_value() -> None:
    taken = arrivals.take_in(
        SYSTEM, frame(("x" * 201, POOR), ("b", {"lead.message": "y" * 20_001}), ("c", POOR)), now=NOW
    )
    assert taken.added == 1
    assert taken.rejected.select("row", "column").rows() == [(1, "lead.id"), (2, "lead.message")]
    assert taken.rejected["value"].to_list() == ["x" * 200, "y" * 200]


def test_it_needs_the_permission_to_write_leads(cast) -> None:
    with pytest.raises(NotAllowedError):
        arrivals.take_in(Actor.of_user(cast.audra), frame(("a", GOOD)), now=NOW)


@pytest.mark.parametrize("size", [1, 500])
def test_how_many_statements_it_takes_hangs_on_no_number_of_leads(
    size, django_assert_max_num_queries
) -> None:
    batch = frame(*((f"n{at}", GOOD | {"account.name": f"Co {at}"}) for at in range(size)))
    with django_assert_max_num_queries(20):
        arrivals.take_in(SYSTEM, batch, now=NOW)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=20)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=8), st.randoms())
def test_any_text_comes_out_as_it_went_in(rows, rng) -> None:
    prefix = f"{rng.getrandbits(60):x}"
    fields = [{"contact.name": a, "account.name": b, "extra.c": c} for a, b, c in rows]
    arrivals.take_in(SYSTEM, frame(*((f"{prefix}{at}", one) for at, one in enumerate(fields))), now=NOW)
    for at, one in enumerate(fields):
        kept = {name: value.replace("\0", "�") for name, value in one.items() if value}
        lead = Lead.objects.get(external_id=f"{prefix}{at}")
        assert lead.received == kept
        assert lead.digest == leads.digest_of(kept)


def test_frames_come_and_go_with_nulls_and_empty_texts_apart() -> None:
    data = pl.DataFrame({"n": [1, 2, 3], "t": ["", None, 'a "b",\nc'], "f": [True, None, False]})
    bulk.temporary("coming", data)
    schema = {"n": pl.Int64(), "t": pl.String(), "f": pl.Boolean()}
    assert bulk.frame("SELECT n, t, f FROM coming ORDER BY n", schema).equals(data)
    assert bulk.frame("SELECT n, t, f FROM coming WHERE n > 9", schema).schema == data.schema
    assert [
        n for (n,) in bulk.rows(f"SELECT n FROM coming WHERE n IN ({bulk.listed([3, 1])}) ORDER BY n")
    ] == [1, 3]
    bulk.forget("coming")


def test_numbers_in_advance_are_nobody_elses() -> None:
    first = bulk.new_ids(Lead, 3)
    arrivals.take_in(SYSTEM, frame(("a", GOOD)), now=NOW)
    if connection.vendor == "postgresql":  # a sequence hands each number out once, used or not
        assert Lead.objects.get().pk not in first
    assert not set(bulk.new_ids(Lead, 2)) & set(Lead.objects.values_list("pk", flat=True))


def test_keys_in_bulk_differ_and_use_the_whole_alphabet() -> None:
    keys = bulk.new_keys(5_000)
    assert len(set(keys)) == 5_000
    assert set("".join(keys)) == set(ALPHABET)


def test_moments_are_written_as_the_database_writes_them() -> None:
    assert bulk.moment(datetime(2026, 3, 2, 10, tzinfo=UTC)) == "2026-03-02 10:00:00"
    assert bulk.moment(datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC)) == "2026-03-02 10:00:00.000005"
