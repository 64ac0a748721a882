"""Everything that is measured for the documentation, one after the other: ``make benchmarks``.

python -m benchmarks [--quick]
"""

from __future__ import annotations

import subprocess
import sys

FULL = (
    ("benchmarks.main_path", "1000000", "5"),
    ("benchmarks.main_path", "5000000", "1"),
    ("benchmarks.check_report", "1000000", "3"),
    ("benchmarks.one_lead", "2000"),
    ("benchmarks.scorecard_vs_lightgbm",),
    ("benchmarks.ledger_verify",),
    ("benchmarks.account_matching", "20000", "3"),
    ("benchmarks.suggested_merges", "20000", "3"),
    ("benchmarks.app_score", "20", "200"),
    ("benchmarks.app_import", "1000000"),
)
QUICK = (
    ("benchmarks.main_path", "100000", "2"),
    ("benchmarks.one_lead", "300"),
)


def main() -> None:
    for module, *arguments in QUICK if "--quick" in sys.argv else FULL:
        print(f"\n## {module} {' '.join(arguments)}\n", flush=True)
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
