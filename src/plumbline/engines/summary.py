"""What a recorded run did, counted from what is on disk: so a resumed run and a finished one say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import REJECTING, ROW_EXPLANATIONS, RowCode
from plumbline.domain.words import Band, Level, Route, Stream
from plumbline.qualify.record import TITLE_FIELDS, title_of
from plumbline.qualify.summary import (
    BandCount,
    BlankWord,
    DrawCount,
    GridCount,
    IssueCount,
    KeyField,
    LedgerHead,
    MissingField,
    ProposalCount,
    QuestionCount,
    QueueLine,
    RouteCount,
    RowSample,
    RunSummary,
    RunVersions,
    TaskCount,
    draw_count,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.policy import CompiledPolicy
    from plumbline.store import RunFolder

#: How many rows of a problem are shown, and how many lines the lists have.
SAMPLES: Final = 5
LINES: Final = 12
#: The order in which people work: what waits costs most first.
_WORK_ORDER: Final = {
    Route.FAST_TRACK.word: 0,
    Route.REVIEW.word: 1,
    Route.QUEUE.word: 2,
    Route.NURTURE.word: 3,
}


def summarise(
    folder: RunFolder,
    policy: CompiledPolicy,
    *,
    plumbline: str,
    ledger: LedgerHead | None = None,
    packets: Mapping[str, str] | None = None,
    queue: int = 25,
) -> RunSummary:
    """Count a run. ``packets``: addresses of evidence pages by lead id; ``queue``: how many leads to list."""
    manifest = folder.manifest()
    live = folder.scan().filter(pl.col("lead.id").is_not_null())
    counted = live.select(pl.len(), scored=pl.col("band").count()).collect()
    decided = int(counted.item(0, 0))
    beside = {
        kind: _beside(folder, kind) for kind in ("rejected", "issues", "blanks", "duplicates", "key_fields")
    }
    duplicates, rejected = beside["duplicates"].height, beside["rejected"].height
    versions = _mapping(manifest["versions"])
    return RunSummary(
        source=str(manifest["source"]),
        as_of=str(manifest["as_of"]),
        read=decided + duplicates + rejected,
        accepted=decided + duplicates,
        rejected=rejected,
        duplicates=duplicates,
        decided=decided,
        unscored=decided - int(counted.item(0, "scored")),
        routes=_routes(live),
        bands=_bands(live),
        grid=_grid(live),
        issues=_issues(beside["rejected"], beside["issues"]),
        blank_words=_blanks(beside["blanks"]),
        missing=_missing(live, policy),
        questions=_questions(live, policy),
        depends_on_unknown=_depends(live, policy),
        material=policy.unknowns.material,
        proposals=_proposals(live),
        draws=_draws(live),
        queue=_queue(live, queue, packets or {}),
        ledger=ledger,
        versions=RunVersions(
            policy=policy.name,
            policy_hash=str(versions["policy"]),
            scorecard_hash=str(versions["scorecard"]),
            input_hash=str(manifest["input_hash"]),
            plumbline=plumbline,
        ),
        key_fields=_key_fields(beside["key_fields"]),
        tasks=_tasks(_beside(folder, "tasks")),
    )


def first_of_queue(folder: RunFolder, count: int) -> list[str]:
    """The ids of the leads to work first."""
    live = folder.scan().filter(pl.col("lead.id").is_not_null())
    return _in_work_order(live).select("lead.id").head(count).collect().get_column("lead.id").to_list()


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _beside(folder: RunFolder, kind: str) -> pl.DataFrame:
    frames = [folder.read_part(index, kind) for index in folder.parts(kind)]
    return pl.concat(frames) if frames else pl.DataFrame()


def _count(live: pl.LazyFrame, *names: str) -> pl.DataFrame:
    return live.group_by(names).len("leads").sort(names).collect()


def _routes(live: pl.LazyFrame) -> tuple[RouteCount, ...]:
    rows = _count(live, "route", "owner").sort("leads", descending=True, maintain_order=True).rows()
    return tuple(RouteCount(*row) for row in sorted(rows, key=lambda row: _WORK_ORDER[row[0]]))


def _bands(live: pl.LazyFrame) -> tuple[BandCount, ...]:
    found = dict(_count(live.filter(pl.col("band").is_not_null()), "band").rows())
    return tuple(BandCount(band.value, found.get(band.value, 0)) for band in Band)


def _grid(live: pl.LazyFrame) -> tuple[GridCount, ...]:
    names = ("fit_level", "intent_level", "readiness_level")
    rows = _count(live.filter(pl.col("band").is_not_null()), *names).rows()
    order = {level.value: at for at, level in enumerate(Level)}
    return tuple(GridCount(*row) for row in sorted(rows, key=lambda row: [order[word] for word in row[:3]]))


def _issues(rejected: pl.DataFrame, issues: pl.DataFrame) -> tuple[IssueCount, ...]:
    lines: list[IssueCount] = []
    for frame in (rejected, issues):
        if frame.is_empty():
            continue
        for (code,), rows in frame.group_by("code", maintain_order=True):
            lines.append(_issue(str(code), rows))
    return tuple(sorted(lines, key=lambda line: (not line.rejected, -line.rows)))


def _issue(code: str, rows: pl.DataFrame) -> IssueCount:
    samples = tuple(
        RowSample(row["row"], row["column"] or "", row["value"] or "")
        for row in rows.head(SAMPLES).iter_rows(named=True)
    )
    rule = ROW_EXPLANATIONS[RowCode(code)]
    return IssueCount(code, rule, rows.get_column("row").n_unique(), RowCode(code) in REJECTING, samples)


def _blanks(blanks: pl.DataFrame) -> tuple[BlankWord, ...]:
    if blanks.is_empty():
        return ()
    words = blanks.filter(pl.col("word") != "")
    counts = words.group_by("column", "word").agg(pl.col("rows").sum())
    rows = counts.sort(["rows", "column", "word"], descending=[True, False, False]).rows()
    return tuple(BlankWord(*row) for row in rows)


def _key_fields(lines: pl.DataFrame) -> tuple[KeyField, ...]:
    if lines.is_empty():
        return ()
    counts = lines.group_by("field", maintain_order=True).agg(pl.col("missing").sum())
    return tuple(KeyField(name, missing) for name, missing in counts.rows())


def _missing(live: pl.LazyFrame, policy: CompiledPolicy) -> tuple[MissingField, ...]:
    signals = live.select(signal=pl.col("missing").explode(empty_as_null=False)).drop_nulls()
    rows = (
        signals.group_by("signal").len("leads").sort(["leads", "signal"], descending=[True, False]).collect()
    )
    return tuple(
        MissingField(signal, policy.signal(signal).label, leads) for signal, leads in rows.head(LINES).rows()
    )


def _material(policy: CompiledPolicy) -> pl.Expr:
    return pl.col("band_change") >= policy.unknowns.material


def _questions(live: pl.LazyFrame, policy: CompiledPolicy) -> tuple[QuestionCount, ...]:
    asked = live.filter(pl.col("question").is_not_null())
    counts = asked.group_by("question").agg(pl.len().alias("leads"), material=_material(policy).sum())
    rows = (
        counts.sort(["material", "leads", "question"], descending=[True, True, False]).collect().head(LINES)
    )
    return tuple(_question(policy, *row) for row in rows.rows())


def _question(policy: CompiledPolicy, signal: str, leads: int, material: int) -> QuestionCount:
    spec = policy.signal(signal)
    return QuestionCount(signal, spec.label, spec.ask, leads, material)


def _depends(live: pl.LazyFrame, policy: CompiledPolicy) -> int:
    return int(live.select(_material(policy).sum()).collect().item())


def _proposals(live: pl.LazyFrame) -> tuple[ProposalCount, ...]:
    proposed = live.filter(pl.col("proposes").is_not_null())
    rows = _count(proposed, "proposed_by", "because", "owner").rows()
    return tuple(ProposalCount(*row) for row in rows)


def _tasks(tasks: pl.DataFrame) -> tuple[TaskCount, ...]:
    if tasks.is_empty():
        return ()
    return tuple(TaskCount(*row) for row in _count(tasks.lazy(), "task", "owner").rows())


def _draws(live: pl.LazyFrame) -> tuple[DrawCount, ...]:
    return tuple(_draw(live, stream) for stream in Stream)


def _draw(live: pl.LazyFrame, stream: Stream) -> DrawCount:
    chance, drawn = f"pi.{stream}", f"draw.{stream}"
    frame = live.filter(pl.col(chance).is_not_null())
    counts = frame.group_by(chance).agg(pl.len().alias("leads"), drawn=pl.col(drawn).sum()).collect()
    chances = dict(counts.select(chance, "leads").rows())
    return draw_count(stream.value, chances=chances, drawn=int(counts.get_column("drawn").sum()))


def _in_work_order(live: pl.LazyFrame) -> pl.LazyFrame:
    rank = pl.col("route").replace_strict(_WORK_ORDER, return_dtype=pl.Int8)
    return live.sort(rank, "points", "in.row", descending=[False, True, False], nulls_last=True)


def _queue(live: pl.LazyFrame, count: int, packets: Mapping[str, str]) -> tuple[QueueLine, ...]:
    names = set(live.collect_schema().names())
    titles = [pl.col(f"in.{name}") for name in TITLE_FIELDS if f"in.{name}" in names]
    wanted = ["lead.id", "route", "owner", "band", "points", "because"]
    rows = _in_work_order(live).head(count).select(*wanted, *titles).collect()
    return tuple(_queue_line(row, packets) for row in rows.iter_rows(named=True))


def _queue_line(row: dict[str, object], packets: Mapping[str, str]) -> QueueLine:
    lead = str(row["lead.id"])
    points = row["points"]
    return QueueLine(
        lead_id=lead,
        title=title_of(row, lead),
        route=str(row["route"]),
        owner=str(row["owner"]),
        band=None if row["band"] is None else str(row["band"]),
        points=points if isinstance(points, int) else None,
        because=str(row["because"]),
        packet=packets.get(lead),
    )
