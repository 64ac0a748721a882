"""What a compiled policy holds, and what its hash means."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_policy import STARTER, compiled, rule, small, text_of
from plumbline.domain.bands import Cutoffs, Levels
from plumbline.domain.signals import Measure
from plumbline.domain.words import Band, Dimension, Kind, Route, Stream
from plumbline.policy import policy_json_schema
from plumbline.policy.schema import PolicyFile
from plumbline.policy.source import source_hash

TEXT = STARTER.read_text(encoding="utf-8")


def test_the_starter_policy_holds_what_its_file_says():
    policy = compiled(TEXT)
    assert (len(policy.signals), len(policy.rules)) == (12, 10)
    assert policy.bands == Cutoffs(60, 30, 0)
    assert policy.grid[Dimension.INTENT] == Levels(15, 5)
    assert policy.routes == {
        Band.A: Route.FAST_TRACK, Band.B: Route.QUEUE, Band.C: Route.QUEUE, Band.D: Route.NURTURE,
    }  # fmt: skip
    assert policy.draws[Stream.AUDIT] == 1_500
    assert policy.retention == {"lead": 720, "message": 360}
    assert policy.unknowns.material == 2_500
    assert policy.definition.within == 90
    assert policy.definition.negative_needs.over == 10
    assert policy.scorecard["employees"]["< 50"] == -10
    assert policy.asks == ("employees", "timeline", "industry")
    assert [cap.name for cap in policy.caps] == ["web"]
    assert policy.examples[0].expect == {"route": "review", "owner": "enterprise", "rules": ("strategic",)}


def test_kinds_follow_from_sources_and_measures():
    kinds = compiled(TEXT).kinds
    assert kinds["employees"] is Kind.NUMBER
    assert kinds["days_waiting"] is Kind.NUMBER
    assert kinds["timeline"] is Kind.TEXT
    assert compiled(TEXT).signal("demo_requests").measure is Measure.DECAYED_COUNT


def test_a_label_that_is_not_written_is_made_from_the_name():
    assert compiled(small()).signal("size").label == "Size"


def test_an_undeclared_signal_is_a_key_error():
    with pytest.raises(KeyError):
        compiled(small()).signal("nothing")


def test_signals_come_after_those_they_are_made_from_whatever_the_order_of_the_file():
    data = small()
    data["signals"] = dict(reversed(data["signals"].items()))
    names = [spec.name for spec in compiled(data).signals]
    assert names.index("size") < names.index("large")
    assert compiled(data).reads["large"] == ("large", "size")


def test_a_rule_reads_also_what_its_signals_are_made_from():
    policy = compiled(small(rules=[rule("large AND band = 'A'")]))
    assert policy.rules[0].reads == ("large", "size")


def test_a_rule_without_words_gets_a_sentence_of_its_own():
    policy = compiled(small(rules=[rule("size > 5"), rule("tier = 'x'", owner="y") | {"id": "s"}]))
    assert policy.rules[0].because == "Size is above 5: goes to a person."
    assert policy.rules[1].because == "Tier is x."


def test_comments_layout_and_spelling_do_not_change_the_meaning():
    other = "# another comment\n" + TEXT.replace("90 days", "90 Days").replace(
        "within: 90 Days\n", "within: '90 days' # three months\n"
    ).replace("audit: 0.15", "audit: 0.150").replace(
        "demo_requests >= 0.9 AND", "demo_requests  >=  .9   and"
    ).replace("purposes: [prioritise, train]", "purposes: [train, prioritise]")
    assert other != TEXT
    assert compiled(other).hash == compiled(TEXT).hash
    assert compiled(other).source_hash != compiled(TEXT).source_hash == source_hash(TEXT)


def test_writing_a_default_out_does_not_change_the_meaning():
    assert compiled(small(draws={"audit": 0.15}, base_points=0)).hash == compiled(small()).hash


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("audit: 0.15", "audit: 0.16"),
        ("A: 60", "A: 61"),
        ("max_age: 365 days", "max_age: 366 days"),
        ("demo_requests >= 0.9", "demo_requests > 0.9"),
        ("because: The Dublin team looks after Ireland.", "because: Dublin does Ireland."),
        ("owner: dublin-reps", "owner: cork-reps"),
        ('">= 250": 15', '">= 250": 16'),
        ("needs: [employees, timeline, industry]", "needs: [timeline, employees, industry]"),
        ("if_unknown: ask", "if_unknown: review"),
    ],
)
def test_everything_that_decides_is_in_the_hash(before, after):
    assert before in TEXT
    assert compiled(TEXT.replace(before, after)).hash != compiled(TEXT).hash


def test_a_compiled_policy_survives_being_copied():
    policy = compiled(TEXT)
    other = copy.deepcopy(policy)
    assert other.hash == policy.hash
    assert [one.condition for one in other.rules] == [one.condition for one in policy.rules]


@given(st.permutations(list(small())))
def test_the_order_of_sections_has_no_meaning(order):
    data = small()
    assert compiled({key: data[key] for key in order}).hash == compiled(data).hash


def test_the_json_schema_is_of_2020_12_and_describes_every_section():
    schema = policy_json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(schema["properties"]) == set(PolicyFile.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["DrawsPart"]["properties"]["audit"]["default"] == 0.15
    assert schema["$defs"]["RetentionPart"]["properties"]["lead"]["default"] == "24 months"
    for name, part in schema["$defs"].items():
        assert part.get("description"), name


@pytest.mark.parametrize("text", [TEXT, text_of(small())], ids=["starter", "small"])
def test_every_key_in_use_is_described_by_the_json_schema(text):
    from plumbline.policy.source import read_source

    schema = policy_json_schema()
    assert list(undescribed(read_source(text)[0].data, schema, schema["$defs"])) == []


def test_the_walk_over_the_json_schema_finds_an_unknown_key():
    """Negative control."""
    schema = policy_json_schema()
    data = small()
    data["rules"][0]["wenn"] = "x"
    assert list(undescribed(data, schema, schema["$defs"])) == ["wenn"]


def undescribed(data, schema, definitions):
    """Keys of the data that the schema does not know."""
    for option in schema.get("anyOf", [schema]):
        part = definitions[option["$ref"].split("/")[-1]] if "$ref" in option else option
        if isinstance(data, dict) and part.get("type") == "object":
            patterns = list(part.get("patternProperties", {}).values())
            other = patterns[0] if patterns else part.get("additionalProperties")
            for key, value in data.items():
                below = part.get("properties", {}).get(key, other)
                if not isinstance(below, dict):
                    yield key
                else:
                    yield from undescribed(value, below, definitions)
        elif isinstance(data, list | tuple) and part.get("type") == "array":
            for value in data:
                yield from undescribed(value, part["items"], definitions)
