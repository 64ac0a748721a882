"""From files to what a report of readiness is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.fields import Leads
from plumbline.assurance.history import MOMENT
from plumbline.assurance.outcomes import outcomes_of
from plumbline.assurance.readiness import Material
from plumbline.assurance.reports import OutcomesError, definition_break
from plumbline.connectors.files import open_source
from plumbline.connectors.sales_tables import REPORTS, REVIEWS, ROUTES, TOUCHES, Kind, read_table
from plumbline.domain.errors import NoLeadsError
from plumbline.library.columns import alike, column_of_name, created_at, look_columns, raw_columns
from plumbline.library.inputs import intake_from, policy_from, read_text
from plumbline.library.signal_columns import Signals, signal_columns
from plumbline.library.target import Target, label_of, reason_of, untimed

if TYPE_CHECKING:
    from pathlib import Path

    from plumbline.assurance.outcomes import Outcomes
    from plumbline.connectors.sales_tables import Table
    from plumbline.library.inputs import FileIntake
    from plumbline.qualify import Bundle

_LEAD: Final = "lead.id"
_BATCH: Final = 200_000


@dataclass(frozen=True, slots=True)
class HistoryFiles:
    """What somebody gives: an export of leads and everything that is known beside it."""

    leads: Path
    policy: Path | None = None
    mapping: Path | None = None
    outcomes: Path | None = None
    touches: Path | None = None
    events: Path | None = None
    changes: Path | None = None
    reviews: Path | None = None
    routes: Path | None = None
    chosen: Path | None = None
    target: Target | None = None
    created: str | None = None
    source: str | None = None
    reason: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The raw table in order of time, with ids and times of its leads."""

    raw: pl.DataFrame
    leads: pl.DataFrame
    rows: int
    rejected: int
    repeated: int
    has_time: bool
    ordered: bool


def gather(files: HistoryFiles, *, now: datetime) -> Material:
    """Read everything and put it side by side, oldest lead first.

    Raises a class with a code for files that cannot be read, a target that is not there, a policy with
    problems, and a history without leads. ``now`` bounds what can be known.
    """
    if files.target is None and (files.policy is None or files.outcomes is None):
        raise OutcomesError(
            "nothing says what became of the leads: give --outcomes with --policy, or --target COLUMN=VALUE."
        )
    intake = intake_from(files.leads, files.mapping)
    bundle = None
    if files.policy is not None:
        bundle, _ = policy_from(read_text(files.policy), cells=intake.cells)
    table = _table(files, intake)
    reports = _read(files.outcomes, REPORTS)
    touches = _read(files.touches, TOUCHES)
    as_of = files.as_of or _last_day(table, reports, touches, now)
    if files.target is not None:
        return _by_target(files, table, bundle, intake, as_of)
    return _by_reports(files, table, bundle, intake, as_of, reports, touches)  # type: ignore[arg-type]


def _table(files: HistoryFiles, intake: FileIntake) -> Gathered:
    """The raw columns with an id and, where there is one, the moment each lead came in."""
    batches = list(intake.source.batches(_BATCH))
    if not batches:
        raise NoLeadsError(f"{files.leads} has a header and no rows.")
    raw = pl.concat(batch.frame for batch in batches).rename({"#row": "row"})
    rejected = sum(batch.rejected.height for batch in batches)
    by_field = {field: name for name, field in intake.mapping.columns.items()}
    name = files.created or by_field.get("lead.created_at")
    came, order = created_at(raw, name, intake.mapping.date_formats.get("lead.created_at"))
    key = by_field.get(_LEAD)
    ids = (
        raw[key].str.strip_chars() if key else pl.select(pl.format("row-{}", pl.lit(raw["row"]))).to_series()
    )
    leads = pl.DataFrame({"row": raw["row"], _LEAD: ids, "decided_at": came, "#order": order})
    kept = leads.filter(pl.col(_LEAD).is_not_null() & (pl.col(_LEAD) != ""))
    first = kept.unique(_LEAD, keep="first", maintain_order=True).sort(
        "#order", "row", nulls_last=True, maintain_order=True
    )
    sorted_raw = first.select("row").join(raw, on="row", how="left", maintain_order="left")
    return Gathered(
        raw=sorted_raw,
        leads=first.drop("#order"),
        rows=raw.height + rejected,
        rejected=rejected + leads.height - kept.height,
        repeated=kept.height - first.height,
        has_time=bool(came.len() - came.null_count()),
        ordered=name is not None,
    )


def _read(path: Path | None, kind: Kind) -> Table | None:
    return None if path is None else read_table(open_source(path), kind)


def _last_day(table: Gathered, reports: Table | None, touches: Table | None, now: datetime) -> datetime:
    """The day of the export: the last moment that any file knows, and never later than now."""
    times = [table.leads["decided_at"]] if table.has_time else []
    times += [one.frame["at"] for one in (reports, touches) if one is not None]
    if not times:
        return now
    every = pl.concat(one.cast(MOMENT) for one in times).drop_nulls()
    past = every.filter(every <= now.astimezone(UTC))
    last = past.max()
    return last if isinstance(last, datetime) else now


def _by_target(
    files: HistoryFiles, table: Gathered, bundle: Bundle | None, intake: FileIntake, as_of: datetime
) -> Material:
    """The outcome is a column of the export: its state of today, without times."""
    target = files.target
    if target is None:  # pragma: no cover - the caller asks only with a target
        raise OutcomesError("no target")
    name = column_of_name(table.raw, target.column, "--target")
    status = table.raw[name].str.strip_chars()
    label = label_of(status, target)
    outcomes = untimed(table.leads, label, target, as_of)
    facts = Leads(
        label=label.fill_null(-1).cast(pl.Int64).to_numpy(),
        as_of=as_of,
        decided_at=table.leads["decided_at"] if table.has_time else None,
        status=status if status.n_unique() > 2 else None,
        segment=(source := _source(files, table, intake)),
        ordered=table.ordered,
    )
    material = _material(files, table, outcomes, facts, target.words)
    reason = column_of_name(table.raw, files.reason, "--reason") if files.reason else None
    told = table.raw[reason] if reason else reason_of(status, target)
    material = replace(material, source=source, reason=told, written=bundle is not None)
    return _with_columns(material, table, bundle, intake, exclude=(name,))


def _by_reports(
    files: HistoryFiles,
    table: Gathered,
    bundle: Bundle,
    intake: FileIntake,
    as_of: datetime,
    reports: Table,
    touches: Table | None,
) -> Material:
    """The outcomes are reports with times, read by the definition of the policy."""
    if not table.has_time:
        raise OutcomesError("outcomes with times need to know when each lead came in: give --created COLUMN.")
    definition = bundle.policy.definition
    leads = table.leads.filter(pl.col("decided_at").is_not_null() & (pl.col("decided_at") <= as_of))
    kept = replace(
        table, leads=leads, raw=leads.select("row").join(table.raw, on="row", maintain_order="left")
    )
    tried = None if touches is None else touches.frame.filter(pl.col("at").is_not_null())
    outcomes = outcomes_of(
        leads,
        reports.frame,
        definition=definition,
        as_of=as_of,
        touches=tried,
        definition_name=_latest_definition(reports.frame),
    )
    facts = Leads(
        label=outcomes.leads["label"].fill_null(-1).cast(pl.Int64).to_numpy(),
        as_of=as_of,
        decided_at=leads["decided_at"],
        status=outcomes.leads["state"],
        segment=(source := _source(files, kept, intake)),
    )
    words = f"{definition.outcome.replace('_', ' ')} within {definition.within} days"
    material = _material(files, kept, outcomes, facts, words)
    material = replace(
        material,
        source=source,
        timed=True,
        written=True,
        policy=bundle.policy.name,
        breaks=definition_break(outcomes.leads, definition.within),
    )
    signals = Signals(files, kept.leads, bundle, intake, outcomes, reports.frame, as_of)
    return _with_columns(material, kept, bundle, intake, exclude=(), signals=signals)


def _latest_definition(reports: pl.DataFrame) -> str | None:
    """Where reports name the definition they were made under, the one of the latest report."""
    named = reports.filter(pl.col("definition").is_not_null()).sort("at")
    return str(named["definition"][-1]) if named.height else None


def _source(files: HistoryFiles, table: Gathered, intake: FileIntake) -> pl.Series | None:
    by_field = {field: name for name, field in intake.mapping.columns.items()}
    name = (
        column_of_name(table.raw, files.source, "--source") if files.source else by_field.get("lead.source")
    )
    return None if name is None else look_columns(table.raw.select(name))[0].values.cast(pl.String)


def _material(files: HistoryFiles, table: Gathered, outcomes: Outcomes, facts: Leads, words: str) -> Material:
    reviews = _read(files.reviews, REVIEWS)
    routes = _read(files.routes, ROUTES)
    return Material(
        name=files.leads.name,
        rows=table.rows,
        rejected=table.rejected,
        repeated=table.repeated,
        leads=table.leads.select("row", _LEAD),
        facts=facts,
        columns=(),
        outcomes=outcomes,
        timed=False,
        definition=words,
        written=False,
        has_time=table.has_time,
        rewound=False,
        routes=None if routes is None else routes.frame,
        reviews=None if reviews is None else reviews.frame,
    )


def _with_columns(
    material: Material,
    table: Gathered,
    bundle: Bundle | None,
    intake: FileIntake,
    exclude: tuple[str, ...],
    signals: Signals | None = None,
) -> Material:
    """The columns to be looked at: the policy's signals, and whatever else the file holds."""
    mapped = {name for name, field in intake.mapping.columns.items() if field == _LEAD}
    raw = raw_columns(table.raw, exclude={*exclude, *mapped, "row"})
    material = replace(material, alike=alike(table.raw))
    if signals is None or bundle is None:
        return replace(material, columns=raw.columns, unreadable=raw.unreadable)
    made, rewound = signal_columns(signals)
    used = {name for name, field in intake.mapping.columns.items() if field in made.sources}
    others = tuple(column for column in raw.columns if column.name not in used)
    unreadable = {**made.unreadable, **{name: n for name, n in raw.unreadable.items() if name not in used}}
    return replace(
        material,
        columns=(*made.columns, *others),
        unreadable=unreadable,
        rewound=rewound,
        declared=frozenset(column.name for column in made.columns),
    )
