"""Which words of a name name the organisation, and what two addresses say of one name."""

from __future__ import annotations

import polars as pl
import pytest

from helpers_identity import written_model
from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.parts import derive, scalar_parts
from plumbline.identity.values import address, organisation
from plumbline.identity.weigh import weigh


def words(*names):
    return organisation(pl.DataFrame({"value": names}, schema={"value": pl.String}))["words"].to_list()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Acme Pumps Ltd", "acme pumps ltd"),
        ("Acme Pumps, Department of Sales", "acme pumps"),
        ("Acme Pumps (formerly Bolt & Co)", "acme pumps"),
        ("(Acme)", "acme"),
        ("Chair of Optics, Technical University of Delft, Delft 3", "technical university delft"),
        ("Faculté des Lettres, Université de Limoges, 87000 Limoges", "university limoges"),
        ("Department of Optics, Delft University School of Medicine", "delft university"),
        (
            "Department of Optics Delft, University of California, San Diego",
            "university california san diego",
        ),
        ("Wuhan University of Technology", "wuhan university technology"),
        ("Low Road Clinic \N{EN DASH} Ward 7", "low road clinic"),
        ("Intl. Pump Mfg Co", "international pump manufacturing company"),
        ("Department of Sales", "department sales"),
        ("上海公司", "上海公司"),
        ("The", None),
        ("--", None),
        (None, None),
    ],
)
def test_units_remarks_and_addresses_are_no_part_of_a_name(name, said):
    assert words(name) == [said]


def test_names_that_are_plain_and_names_that_are_not_keep_their_rows():
    assert words("Acme", "X, University of Oslo", None, "Orion") == ["acme", "university oslo", None, "orion"]


def test_an_address_ends_where_the_way_to_it_begins():
    values = pl.DataFrame(
        {"value": ["156 2nd Ave. at 10th St.", "156 Second Avenue", "at the corner of 5th St"]}
    )
    assert address(values)["whole"].to_list() == [
        "156 2nd avenue",
        "156 2nd avenue",
        "at the corner of 5th street",
    ]


FIRMS = (Column("firm", ColumnType.ORGANISATION), Column("street", ColumnType.ADDRESS))


def two(first, second, columns=FIRMS):
    data = pl.DataFrame([first, second], schema=[one.name for one in columns], orient="row")
    model = written_model(data, columns, prior=300)
    return model, weigh(model, *derive(data, columns, model.vocabularies).to_dicts())


def test_one_firm_at_two_addresses_is_asked_about_and_never_linked_by_itself():
    model, weighed = two(("Acme Pumps", "1 High Street"), ("Acme Pumps", "77 Low Road"))
    assert weighed.elsewhere < 0
    assert weighed.weight == model.cut_offs.link - 1
    model, weighed = two(("Acme Pumps", "1 High Street"), ("Acme Pumps", "1 High St."))
    assert weighed.elsewhere == 0
    assert weighed.weight > model.cut_offs.link


def test_people_may_move():
    columns = (Column("name", ColumnType.PERSON), Column("street", ColumnType.ADDRESS))
    _, weighed = two(("Ann Gantinmere", "1 High Street"), ("Ann Gantinmere", "77 Low Road"), columns)
    assert weighed.elsewhere == 0


def test_parts_of_many_rows_are_those_of_each_row():
    rows = ["Acme, Sales Department", "Orion", None, "X, University of Oslo"]
    few = pl.DataFrame({"firm": rows})
    many = scalar_parts(pl.concat([few] * 3_000), FIRMS[:1])
    assert many.equals(pl.concat([scalar_parts(few, FIRMS[:1])] * 3_000))
