from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from plumbline.assurance.readiness import Answer, Conclusion, assess
from plumbline.library.history import HistoryFiles, gather
from plumbline.library.target import Target
from plumbline.report.readiness import interval_words, readiness_html, readiness_json
from plumbline.report.terminal.readiness import print_readiness
from plumbline.simulate import Settings, simulate, write

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crm")
    write(simulate(Settings(leads=1500, weeks=40), seed=3), folder)
    ids = pl.read_csv(folder / "leads.csv")["Lead ID"].head(40)
    said = [(lead, who, str(n % 3 == 0)) for n, lead in enumerate(ids) for who in ("Ann", "Ben")]
    pl.DataFrame(said, schema=["lead.id", "reviewer", "verdict"], orient="row").write_csv(
        folder / "reviews.csv"
    )
    names = {
        "leads": "leads.csv", "policy": "policy.yaml", "mapping": "mapping.yaml", "outcomes": "outcomes.csv",
        "touches": "touches.csv", "events": "events.csv", "changes": "history.csv", "reviews": "reviews.csv",
        "routes": "routes.csv",
    }  # fmt: skip
    files = HistoryFiles(**{role: folder / name for role, name in names.items()})
    return assess(gather(files, now=NOW))


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """A history whose columns and values try to act on the page and the terminal."""
    rng, path = np.random.default_rng(1), tmp_path_factory.mktemp("evil") / "leads.csv"
    good = rng.random(400) < 0.4
    pl.DataFrame(
        {
            "Created": [(FIRST + timedelta(days=n)).strftime("%Y-%m-%d %H:%M:%S") for n in range(400)],
            f"Tags {EVIL}": np.where(good & (rng.random(400) < 0.6), f"{EVIL}\x1b[31m", "none of it"),
            "Size": rng.random(400) + good,
            "Won": good.astype(int),
        }
    ).write_csv(path)
    return assess(gather(HistoryFiles(path, target=Target.parse("Won=1")), now=NOW))


def printed(report, width: int = 100) -> str:
    out = io.StringIO()
    print_readiness(report, Console(file=out, width=width, highlight=False))
    return out.getvalue()


def test_the_page_stands_alone_without_scripts_or_addresses(whole) -> None:
    page = readiness_html(whole)
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']""", page)
    assert "default-src 'none'" in page
    assert len(page) < 250_000


def test_the_page_says_the_verdict_every_check_and_every_area(whole) -> None:
    page = readiness_html(whole)
    assert whole.statement in page
    for part in (*whole.checks, *whole.areas):
        assert part.title in page
    for line in whole.signals:
        if line.leak.flagged:
            assert line.name in page
    assert "Ann" in page
    assert "matured-" in page
    assert "<polyline" in page


def test_names_and_values_of_the_data_cannot_act(evil) -> None:
    page, text = readiness_html(evil), printed(evil)
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "\x1b[31m" not in page + text


def test_the_terminal_says_the_same(whole) -> None:
    text = printed(whole)
    assert "Ready." in text
    assert "Seven checks" in text
    for check in whole.checks:
        assert check.title in text
    assert "Ann and Ben on 40" in text
    assert max(map(len, printed(whole, 60).splitlines())) <= 60


def test_json_is_strict_and_whole(whole, evil) -> None:
    for report in (whole, evil):
        text = json.dumps(readiness_json(report), allow_nan=False)
        data = json.loads(text)
        assert data["conclusion"] == report.conclusion
        assert len(data["checks"]) == 7
        assert all(isinstance(line["reliability"]["usefulness"]["value"], float) for line in data["signals"])
        assert {check["answer"] for check in data["checks"]} <= {answer.value for answer in Answer}


def test_a_report_without_anything_known_still_is_a_page(evil) -> None:
    bare = replace(
        evil, conclusion=Conclusion.NOT_YET, blocking=("No lead has a known outcome.",), signals=(), reps=(),
        lift=replace(evil.lift, top=type(evil.lift.top)(0, 0, 0.0, 1.0)), notes=(),
    )  # fmt: skip
    assert "No column is left that a score could stand on." in readiness_html(bare)
    assert "None is left." in printed(bare)


def test_an_interval_is_never_more_certain_than_it_is() -> None:
    hard = "\N{NO-BREAK SPACE}"
    assert interval_words(0.61, 0.593, 0.631) == f"61{hard}% (59 to 63)"
    assert interval_words(1.0, 0.9996, 1.0) == f"100{hard}% (100.0 to 100)"
    assert interval_words(0.0, 0.0, 0.004) == f"0{hard}% (0 to 0.4)"
