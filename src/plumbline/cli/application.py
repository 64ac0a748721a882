"""Making the application ready for a command: an extra, loaded only by commands that need it."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from plumbline.domain.errors import MissingExtraError

_NEEDS = ("django", "ninja", "allauth", "granian")

Data = Annotated[
    Path | None, typer.Option("--data", help="The data folder; else PLUMBLINE_DATA, else plumbline-data.")
]
Demo = Annotated[
    bool, typer.Option("--demo", help="A company to look at, with one-click logins. For this machine only.")
]


def load_application(data: Path | None = None, *, demo: bool = False) -> None:
    """Read the settings and start Django in this process.

    Raises:
        MissingExtraError: The ``server`` extra is not installed.
        ConfigurationError: A setting is missing, wrong or unsafe.
    """
    missing = [name for name in _NEEDS if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"The application needs {', '.join(missing)}: pip install 'plumbline[server]' brings all of it."
        )
    if data is not None:
        os.environ["PLUMBLINE_DATA"] = str(data)
    if demo:
        os.environ["PLUMBLINE_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plumbline.app.settings")
    import django  # noqa: PLC0415

    django.setup()
