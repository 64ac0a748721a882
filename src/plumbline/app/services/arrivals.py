"""Leads come in by the thousand, as ``leads.receive`` would take each of them, in a few statements."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl
from django.db import connection, transaction

from plumbline.app.errors import InvalidInputError
from plumbline.app.services import bulk
from plumbline.app.services.leads import (
    ID,
    Arrival,
    account_match,
    arrived_at,
    checked,
    columns_of,
)
from plumbline.domain.permissions import Perm
from plumbline.domain.rowcodes import RowCode
from plumbline.ledger.canonical import canonical
from plumbline.triage.report import SHOWN, issue_lines, no_issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import Import

#: Columns that lists read, as ``columns_of`` names them.
_SHOWN: Final = tuple(columns_of({}, ""))
_OWN: Final = (*_SHOWN, "received", "digest")
_LEAD: Final = "plumbline_lead"
_CAST: Final = {"received": "{}::jsonb", "arrived_at": "{}::timestamptz"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch. ``rejected``: one line per row that is no lead, as row issues."""

    added: int
    changed: int
    unchanged: int
    rejected: pl.DataFrame


class _Row(NamedTuple):
    """A lead on its way in."""

    row: int
    external_id: str
    fields: Mapping[str, str]
    raw: str


def take_in(actor: Actor, received: pl.DataFrame, *, now: datetime, batch: Import | None = None) -> Taken:
    """Take leads in, or the changes of those that are known by their external ids. Decides nothing.

    ``received``: ``row``, ``lead.id`` and fields of the lead model as text; every id once. Who was erased is
    not taken in again: such a row changes nothing.

    Raises:
        NotAllowedError: The actor may not write leads.
    """
    actor.require(Perm.LEAD_WRITE)
    rejected: list[tuple[int, str, str, str, str]] = []
    with bulk.uncollected(), transaction.atomic():
        arrived = [*_rows(received, rejected)]
        _stage(arrived, now)
        changed = _change(actor, now, batch)
        added = _add(now, batch)
        bulk.forget("incoming", "incoming_accounts")
    lines = issue_lines(rejected) if rejected else no_issues()
    return Taken(added, changed, len(arrived) - added - changed, lines)


def _rows(received: pl.DataFrame, rejected: list[tuple[int, str, str, str, str]]) -> Iterator[_Row]:
    names = sorted(name for name in received.columns if name not in {"row", ID})
    columns = (received.get_column(name).to_list() for name in names)
    ids, numbers = received.get_column(ID).to_list(), received.get_column("row").to_list()
    for row, external_id, *values in zip(numbers, ids, *columns, strict=True):
        given = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        try:
            fields = checked(Arrival(external_id, given))
        except InvalidInputError as error:
            value = external_id if error.field == ID else given.get(error.field, "")
            rejected.append((row, error.field, value[:SHOWN], str(error), RowCode.CELL_TOO_LARGE.value))
        else:
            yield _Row(row, external_id, fields, canonical(fields).decode())


def _stage(arrived: list[_Row], now: datetime) -> None:
    """Put the leads beside the tables, so that a few statements can compare and move all of them."""
    accounts: dict[str, tuple[str, str]] = {}
    staged = [_staged(one, now, accounts) for one in arrived]
    texts = ("external_id", *_OWN, "arrived_at", "match")
    schema = {"row": pl.Int64(), **{name: pl.String() for name in texts}}
    incoming = pl.DataFrame(staged, schema=schema, orient="row")
    keys = pl.Series("key", bulk.new_keys(len(staged)), pl.String())
    bulk.temporary("incoming", incoming.with_columns(keys), unique="external_id")
    _add_accounts(accounts)


def _staged(one: _Row, now: datetime, accounts: dict[str, tuple[str, str]]) -> tuple[object, ...]:
    match = account_match(one.fields)
    if match:
        account = one.fields.get("account.name", match)[:300], one.fields.get("account.tier", "")[:60]
        accounts.setdefault(match, account)
    shown = columns_of(one.fields, one.external_id).values()
    digest = sha256(one.raw.encode()).hexdigest()
    at = bulk.moment(arrived_at(one.fields, now))
    return (one.row, one.external_id, *shown, one.raw, digest, at, match)


def _add_accounts(accounts: Mapping[str, tuple[str, str]]) -> None:
    """Those that are not there yet."""
    named = [(match, name, tier, "") for match, (name, tier) in accounts.items()]
    table = pl.DataFrame(
        named, schema=dict.fromkeys(("match", "name", "tier", "domain"), pl.String()), orient="row"
    )
    keys = pl.Series("key", bulk.new_keys(len(named)), pl.String())
    bulk.temporary("incoming_accounts", table.with_columns(keys), unique="match")
    bulk.execute(
        "INSERT INTO plumbline_account (key, match, name, tier, domain) "
        "SELECT key, match, name, tier, domain FROM incoming_accounts AS i WHERE NOT EXISTS "
        "(SELECT 1 FROM plumbline_account AS a WHERE a.match = i.match) "
        "ON CONFLICT (match) DO NOTHING"
    )


def _change(actor: Actor, now: datetime, batch: Import | None) -> int:
    """Leads that say something else now: what they said before is kept."""
    known = (
        f"FROM {_LEAD} AS l JOIN incoming AS i ON i.external_id = l.external_id "
        "WHERE l.digest <> i.digest AND l.erased_at IS NULL"
    )
    # Held until the end of the transaction, in one order, so that two imports cannot wait for each other.
    lock = " ORDER BY l.id FOR UPDATE OF l" if connection.vendor == "postgresql" else ""
    changed = [pk for (pk,) in bulk.rows(f"SELECT l.id {known}{lock}")]
    if not changed:
        return 0
    these = bulk.listed(changed)
    number = batch.pk if batch else None
    bulk.execute(
        "INSERT INTO plumbline_past (lead_id, received, until, changed_by, batch_id) "  # noqa: S608
        f"SELECT id, received, {_now()}, %s, {_number()} FROM {_LEAD} WHERE id IN ({these})",
        [bulk.moment(now), actor.name, number],
    )
    sets = ", ".join(f"{name} = {_value(name)}" for name in _OWN)
    bulk.execute(
        f"UPDATE {_LEAD} SET {sets}, changed_at = {_now()}, account_id = {_ACCOUNT_ID} "  # noqa: S608
        f"FROM incoming AS i WHERE i.external_id = {_LEAD}.external_id AND {_LEAD}.id IN ({these})",
        [bulk.moment(now)],
    )
    return len(changed)


_ACCOUNT_ID: Final = "(SELECT a.id FROM plumbline_account AS a WHERE a.match = i.match)"


def _add(now: datetime, batch: Import | None) -> int:
    own = ", ".join(_OWN)
    values = ", ".join(map(_value, _OWN))
    return bulk.execute(
        f"INSERT INTO {_LEAD} "  # noqa: S608
        f"(key, external_id, {own}, arrived_at, changed_at, account_id, batch_id) "
        f"SELECT i.key, i.external_id, {values}, {_value('arrived_at')}, {_now()}, {_ACCOUNT_ID}, "
        f"{_number()} FROM incoming AS i WHERE NOT EXISTS "
        f"(SELECT 1 FROM {_LEAD} AS l WHERE l.external_id = i.external_id) ORDER BY i.row",
        [bulk.moment(now), batch.pk if batch else None],
    )


def _value(name: str) -> str:
    """A staged column as its table wants it."""
    form = _CAST.get(name, "{}") if connection.vendor == "postgresql" else "{}"
    return form.format(f"i.{name}")


def _now() -> str:
    return "%s::timestamptz" if connection.vendor == "postgresql" else "%s"


def _number() -> str:
    return "%s::bigint" if connection.vendor == "postgresql" else "%s"
