"""One lead at a time through the main path in a warm process: what a web form would wait for.

python -m benchmarks.one_lead [leads]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.main_path import AS_OF, leads_file
from benchmarks.measure import quiet


def main(leads: int = 1_000) -> dict[str, object]:
    from plumbline.library.inputs import intake_from, policy_from, read_text
    from plumbline.qualify import qualify

    with TemporaryDirectory() as room:
        path = leads_file(leads + 100, Path(room))
        intake = intake_from(path, path.parent / "mapping.yaml")
        bundle, _ = policy_from(
            read_text(path.parent / "policy.yaml"), draw_key=bytes(range(32)), cells=intake.cells
        )
        rows = next(iter(intake.batches(leads + 100))).received
    bundle = bundle.with_mix_of(qualify(rows, bundle=bundle, as_of=AS_OF).signals)
    times = []
    for at in range(rows.height):
        one = rows[at]
        start = time.perf_counter()
        qualify(one, bundle=bundle, as_of=AS_OF)
        times.append((time.perf_counter() - start) * 1000)
    warm = sorted(times[100:])
    return {
        "what": f"one lead through qualify, {len(warm):,} times, 25 rules",
        "median ms": round(statistics.median(warm), 2),
        "p99 ms": round(warm[int(len(warm) * 0.99)], 2),
        "machine": quiet(),
    }


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:])), indent=2))
