"""From a run's folder into the tables: what changed becomes decisions, standings, turns and reviews.

A slice of rows at a time, each in one transaction that also says how far the run is: killed in between, the
next worker goes on with the slice after it. What a person decided or changed meanwhile stands.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from django.db import transaction
from django.utils import timezone

from plumbline.app.models import Decision, Lead, Run, Standing
from plumbline.app.services import bulk, reviews, routing
from plumbline.app.services.deciding import restate
from plumbline.app.services.live import bundle_of_policy
from plumbline.app.services.outbox import LeaseLostError
from plumbline.app.services.reviews import Settled
from plumbline.app.standings import TERM, decision_of, mostly, standing_of, terms_of
from plumbline.domain.words import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plumbline.app.services.intakes import StoredLeads
    from plumbline.app.services.outbox import Job
    from plumbline.store import RunFolder

#: Leads in one transaction: others wait no longer than that for a lead, or on SQLite for the database.
SLICE: Final = 10_000
#: A decision is added where one of these differs from the one that stands.
_TELLING: Final = ("route", "band", "points", "action", "owner", "reason")
_MOST: Final = "most"
_READINGS: Final = "in.context.readings"
_COLUMNS: Final = (
    "lead.id",
    "in.row",
    _READINGS,
    *("route", "band", "points", "action", "owner", "reason", "because", "decided_by", "proposes"),
    *("autonomy", "confidence", "band_change", "fit_level", "intent_level", "readiness_level"),
    *(f"draw.{stream}" for stream in Stream),
)
_STANDING: Final = {
    "pk": pl.Int64(),
    "was.route": pl.Int64(),
    "was.band": pl.String(),
    "was.points": pl.Int64(),
    "was.action": pl.String(),
    "was.owner": pl.String(),
    "was.reason": pl.String(),
    "newer": pl.Boolean(),
}
#: What placing a lead and asking about it read of it.
_OF_LEADS: Final = ("key", "external_id", "email", "account_id", "same_as_id", "objected_at")
_ROUTES: Final = {route.word: route.value for route in Route}
#: The columns of a standing that a decision or the turns may change.
_WRITTEN: Final = frozenset(
    one.attname
    for one in Standing._meta.concrete_fields  # noqa: SLF001 - documented for use by others
    if one.attname not in {"lead_id", "later_until"}
)


def load(run: Run, folder: RunFolder, stored: StoredLeads, job: Job) -> None:
    """Bring the tables up to what the run decided; what is there already is left alone."""
    begun = 0
    for index, part in _parts(folder, stored):
        for at in range(0, part.height, SLICE):
            rows = part.slice(at, SLICE)
            if begun >= run.loaded:
                job.keep()
                _load_slice(run, index, rows, begun)
            begun += rows.height
    for index in folder.parts("duplicates"):
        _close_repeats(run, folder, stored, index, job)


def _parts(folder: RunFolder, stored: StoredLeads) -> Iterator[tuple[int, pl.DataFrame]]:
    """Every part with the numbers of its leads and, from 1, of its rows."""
    for index in folder.parts():
        there = set(folder.scan().collect_schema())
        terms = sorted(name for name in there if name.startswith(TERM))
        part = folder.read_part(index, columns=[*filter(there.__contains__, _COLUMNS), *terms])
        numbered = part.with_row_index("at", offset=1).with_columns(pl.col("at").cast(pl.Int64))
        places = stored.places(index).rename({"row": "in.row"})
        yield index, numbered.join(places, on="in.row", how="left", maintain_order="left")


def _load_slice(run: Run, index: int, rows: pl.DataFrame, begun: int) -> None:
    now = timezone.now()
    likely = _changed(run, rows)
    with bulk.uncollected(), transaction.atomic():
        mine = Run.objects.select_for_update().filter(pk=run.pk).values_list("loaded", flat=True).get()
        if mine != begun:
            raise LeaseLostError
        moved = _move(run, index, likely, now) if likely.height else 0
        run.loaded, run.changed = begun + rows.height, run.changed + moved
        run.save(update_fields=["loaded", "changed"])


def _changed(run: Run, rows: pl.DataFrame) -> pl.DataFrame:
    """The leads for whom something that counts is otherwise than in the decision that stands."""
    pks = rows.get_column("pk").to_list()
    first, last = min(pks), max(pks)
    dense = last - first < 4 * rows.height
    which = f"l.id BETWEEN {first} AND {last}" if dense else f"l.id IN ({bulk.listed(pks)})"
    now = bulk.frame(
        "SELECT l.id, d.route, d.band, d.points, d.action, d.owner, d.reason, "  # noqa: S608 - numbers
        f"coalesce(d.at > '{bulk.moment(run.as_of)}', 1 = 0) "
        "FROM plumbline_lead AS l LEFT JOIN plumbline_standing AS s ON s.lead_id = l.id "
        f"LEFT JOIN plumbline_decision AS d ON d.id = s.decision_id WHERE {which} AND l.erased_at IS NULL",
        _STANDING,
    )
    both = rows.join(now, on="pk", how="inner", maintain_order="left")
    said = {
        "route": pl.col("route").replace_strict(_ROUTES, return_dtype=pl.Int64),
        "band": pl.col("band").fill_null(""),
    }
    differs = (said.get(name, pl.col(name)).ne_missing(pl.col(f"was.{name}")) for name in _TELLING)
    return both.filter(pl.any_horizontal(differs) & ~pl.col("newer"))


def _move(run: Run, index: int, likely: pl.DataFrame, now: datetime) -> int:
    """Write what is otherwise for these leads. Whoever holds one of them now is waited for and wins."""
    pks = likely.get_column("pk").to_list()
    standings = {
        one.pk: one for one in Standing.objects.select_for_update().filter(lead__in=pks).order_by("pk")
    }
    terms = terms_of(bundle_of_policy(run.policy).card)
    rows = {
        row["pk"]: row | {_MOST: mostly(row, terms)}
        for row in (_changed(run, likely.drop(_STANDING.keys() - {"pk"}))).iter_rows(named=True)
    }
    leads = Lead.objects.only(*_OF_LEADS).in_bulk(list(rows))
    repeats = [pk for pk, lead in leads.items() if lead.same_as_id]
    numbers = bulk.new_ids(Decision, len(leads))
    settled = [
        _restated(run, index, lead, rows[lead.pk], number, standings.get(lead.pk), now)
        for number, lead in zip(numbers, leads.values(), strict=True)
    ]
    bulk.create([one.decision for one in settled])
    routing.place_many([one.standing for one in settled], now=now)
    for one in settled:
        one.standing.version += 1
    bulk.create([one.standing for one in settled if one.lead.pk not in standings])
    bulk.update([one.standing for one in settled if one.lead.pk in standings], _WRITTEN)
    Lead.objects.filter(pk__in=[pk for pk in repeats if leads[pk].same_as_id is None]).update(same_as=None)
    reviews.open_many(settled, now=now)
    return len(settled)


def _restated(
    run: Run,
    index: int,
    lead: Lead,
    row: dict[str, Any],
    number: int,
    standing: Standing | None,
    now: datetime,
) -> Settled:
    decision = Decision(
        pk=number,
        lead_id=lead.pk,
        policy_id=run.policy_id,
        at=run.as_of,
        run_id=run.pk,
        part=index,
        row=row["at"],
        **decision_of(row),
    )
    standing = standing or Standing(lead=lead, since=now)
    standing.lead = lead
    if lead.same_as_id and standing.state == Standing.State.CLOSED and standing.decision_id is None:
        # A run found it to be a repeat, and it is none any more. What a person joined stays joined.
        standing.state, lead.same_as = Standing.State.OPEN, None
    restate(standing, decision, standing_of(row, _arrival(row["arrived_at"]), row[_MOST]), now=now)
    return Settled(lead, decision, standing, row.get(_READINGS))


def _arrival(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _close_repeats(run: Run, folder: RunFolder, stored: StoredLeads, index: int, job: Job) -> None:
    """Leads that say the same as an earlier one wait with it, closed: worked once, and never lost."""
    for repeats in folder.read_part(index, "duplicates").iter_slices(SLICE):
        job.keep()
        first = pl.col("duplicate_of").str.strip_prefix("row ").cast(pl.Int64)
        found = _located(repeats.select("row", first=first), stored)
        with transaction.atomic():
            _close(run, found)


def _located(repeats: pl.DataFrame, stored: StoredLeads) -> list[tuple[int, int]]:
    """The repeat and the first copy, by their numbers."""
    places = pl.concat(stored.places(at) for at in stored.folder.parts("intake")).select("row", "pk")
    joined = repeats.join(places, on="row").join(places, left_on="first", right_on="row", suffix="_first")
    return joined.select("pk", "pk_first").rows()


def _close(run: Run, pairs: Sequence[tuple[int, int]]) -> None:
    now = timezone.now()
    first_of = dict(pairs)
    standings = Standing.objects.select_for_update().in_bulk({*first_of, *first_of.values()})
    leads = Lead.objects.filter(erased_at=None).defer("received").in_bulk({*first_of, *first_of.values()})
    closed = [
        _closed(lead, leads[first], standings.get(lead.pk), standings[first], now)
        for lead, first in ((leads[pk], first) for pk, first in pairs if pk in leads)
        if first in leads and first in standings and _is_untouched(standings.get(lead.pk), run)
    ]
    bulk.create([one for one in closed if one.pk not in standings])
    bulk.update([one for one in closed if one.pk in standings], _WRITTEN)
    _point(leads, [(one.pk, first_of[one.pk]) for one in closed])


def _is_untouched(standing: Standing | None, run: Run) -> bool:
    """Whether nobody has it in hand, and nothing newer was decided about it."""
    if standing is None:
        return True
    newer = standing.decision is not None and standing.decision.at > run.as_of
    return standing.state == Standing.State.OPEN and not standing.overridden and not newer


def _closed(lead: Lead, first: Lead, standing: Standing | None, like: Standing, now: datetime) -> Standing:
    """The standing of a repeat: where its first copy stands, but closed."""
    mine = standing or Standing(lead=lead)
    for name in (
        "team_id",
        "queue",
        "route",
        "band",
        "points",
        "place",
        "fit",
        "intent",
        "readiness",
        "action",
    ):
        setattr(mine, name, getattr(like, name))
    mine.owner, mine.decision, mine.due_at, mine.blind = None, None, None, False
    mine.state, mine.since = Standing.State.CLOSED, now
    mine.because = f"It says the same as {first.external_id}, which came first and is worked."[:300]
    mine.version += 1
    return mine


def _point(leads: dict[int, Lead], pairs: Iterable[tuple[int, int]]) -> None:
    changed = []
    for pk, first in pairs:
        leads[pk].same_as_id = first
        changed.append(leads[pk])
    bulk.update(changed, {"same_as_id"})
