from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers_cli import copy_of, make_tour
from helpers_main_path import POLICY

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """\
mapping: test
columns: {id: lead.id, email: contact.email, size: account.employees, company: account.name}
"""


@pytest.fixture(scope="session")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated CRM and its run, to look at."""
    return make_tour(tmp_path_factory.mktemp("tour"), leads=300, seed=7)


@pytest.fixture
def own_tour(tour: Path, tmp_path: Path) -> Path:
    """The same, to change."""
    return copy_of(tour, tmp_path / "tour")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a mapping and a policy; leads are up to the test."""
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    return tmp_path
