"""YAML in the documentation is YAML that works: whole policies compile, fragments fit the schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from helpers_docs import PAGES, ROOT, Block, blocks, name_of
from plumbline.connectors.errors import InvalidMappingError
from plumbline.connectors.mapping import parse_mapping
from plumbline.policy.schema import PolicyFile
from plumbline.policy.source import read_source
from plumbline.qualify import compile_bundle
from plumbline.qualify.examples import example_issues

BLOCKS = [block for page in PAGES for block in blocks(page, "yaml")]
WHOLE = {"policy", "signals", "bands"}
MAPPING_KEYS = {"mapping", "file", "blank_words", "key_fields", "columns", "ignored"}
KINDS = {field.alias or name: field for name, field in PolicyFile.model_fields.items()}


def problems(text: str) -> list[str]:
    """What is wrong with a block of YAML: a policy, a mapping, or some top-level keys of a policy."""
    source, issues = read_source(text)
    if source is None or issues:
        return [str(issue) for issue in issues]
    if set(source.data) >= WHOLE:
        bundle, found = compile_bundle(text, draw_key=bytes(32))
        return [str(issue) for issue in found] + [str(i) for i in (example_issues(bundle) if bundle else ())]
    if "columns" in source.data or set(source.data) <= MAPPING_KEYS:
        return mapping_problems(text)
    return [problem for key, value in source.data.items() for problem in fragment_problems(key, value)]


def mapping_problems(text: str) -> list[str]:
    try:
        parse_mapping(text)
    except InvalidMappingError as error:
        return [str(error)]
    return []


def fragment_problems(key: str, value: object) -> list[str]:
    if key not in KINDS:
        return [f"{key} is no key of a policy"]
    try:
        # From JSON, since only there a word may stand for a member of an enumeration.
        TypeAdapter(KINDS[key].annotation).validate_json(json.dumps(value))
    except ValidationError as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_of_yaml_works(block: Block) -> None:
    assert problems(block.text) == []


def test_there_are_fragments_to_check() -> None:
    assert len(BLOCKS) > 10


SHIPPED = sorted([*ROOT.glob("examples/*/*.yaml"), *ROOT.glob("src/plumbline/simulate/demo/*.yaml")])


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_a_policy_or_mapping_that_is_shipped_works_without_a_warning(path: Path) -> None:
    assert problems(path.read_text("utf-8")) == []


def test_the_demo_and_two_real_exports_have_a_policy() -> None:
    assert [path.parent.name for path in SHIPPED if path.name == "policy.yaml"] == [
        "lead_ficzon", "lead_xeducation", "demo",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "bands: {A: 60, B: 30",
        "colours: {A: green}",
        "bands: {A: high, B: 30, C: 0}",
        "rules:\n  - {id: x, when: a = 1, route: nowhere}",
        "policy: new\nsignals: {}\nbands: {A: 3, B: 2, C: 1}\n",
        "mapping: x\ncolumns: {A: account.shoe_size}",
    ],
)
def test_the_check_sees_what_is_wrong(text: str) -> None:
    """Negative control."""
    assert problems(text)
