"""Run inside the minimal environment: the core imports, and no web package is there to help it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys

WEB = ("django", "fastapi", "flask", "starlette")
HEAVY = ("duckdb", "lightgbm", "pandas", "pyarrow", "sklearn")
CORE = ("domain", "triage", "signals", "reading", "scorecard", "policy", "ledger", "qualify")


def main() -> None:
    present = [name for name in WEB + HEAVY if importlib.util.find_spec(name)]
    if present:
        sys.exit(f"the minimal environment is not minimal: {present}")
    for room in CORE:
        package = importlib.import_module(f"plumbline.{room}")
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    sys.stdout.write("the core imports on its own\n")


if __name__ == "__main__":
    main()
