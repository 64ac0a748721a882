from __future__ import annotations

import argparse
import contextlib
import os

import pytest
from hypothesis import settings

from snapshot import Snapshots

# The same examples every time, so that a failure belongs to a change; PLUMBLINE_EXPLORE=1 looks for new ones.
settings.register_profile("plumbline", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("explore" if os.environ.get("PLUMBLINE_EXPLORE") else "plumbline")

FLAG = "--snapshot-update"

pytest_plugins = ["plugin_app", "helpers_postgres"]


def pytest_addoption(parser: pytest.Parser) -> None:
    # A snapshot plugin that happens to be installed offers the same flag with the same meaning.
    with contextlib.suppress(argparse.ArgumentError):
        parser.addoption(FLAG, action="store_true", help="write what the tests produce as the new snapshots")


@pytest.fixture
def snapshots(request: pytest.FixtureRequest) -> Snapshots:
    return Snapshots(request.path.parent / "snapshots", update=request.config.getoption(FLAG))
