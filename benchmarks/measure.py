"""Run a piece of work in a process of its own: seconds, processor seconds and peak memory."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one run took. ``memory`` is the peak of the process in MB."""

    seconds: float
    cpu: float
    memory: float


def child(module: str, *arguments: str) -> Cost:
    """``python -m module arguments`` in a process of its own, which prints its own cost as the last line."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(**json.loads(done.stdout.strip().splitlines()[-1]))


def report(work) -> None:
    """Do the work and print its cost; imports before it do not count."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "memory": peak})
    )


def spread(values: list[float]) -> str:
    """Median with the lowest and the highest."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def quiet() -> str:
    """How busy the machine is: figures of a busy one say less."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
