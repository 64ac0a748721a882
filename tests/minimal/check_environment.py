"""Run inside the minimal environment: the core imports, and no web package is there to help it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys

WEB = ("django", "fastapi", "flask", "ninja", "starlette", "duckdb", "sklearn", "lightgbm", "pandas", "pyarrow")
CORE = ("domain", "triage", "signals", "scorecard", "policy", "ledger", "qualify")


def main() -> None:
    present = [name for name in WEB if importlib.util.find_spec(name)]
    if present:
        sys.exit(f"the minimal environment is not minimal: {present}")
    for room in CORE:
        package = importlib.import_module(f"plumbline.{room}")
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    print("the core imports on its own")


if __name__ == "__main__":
    main()
