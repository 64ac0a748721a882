from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from helpers_cli import plumbline
from helpers_docs import DOCS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the file that a reader of the front page has."""
    crm = tmp_path_factory.mktemp("reader") / "crm"
    assert plumbline("simulate", "--leads", 300, "--seed", 7, "--out", crm).status == 0
    return crm / "leads.csv"


@pytest.fixture(scope="session")
def reference() -> dict[str, str]:
    """The generated pages, made anew from the code."""
    sys.path.insert(0, str(DOCS / "_ext"))
    return dict(importlib.import_module("reference_pages").pages())


@pytest.fixture(scope="session")
def generated(reference: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as files."""
    folder = tmp_path_factory.mktemp("generated")
    for name, text in reference.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return folder
