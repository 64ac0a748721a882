"""Which records are one, kept: clusters with ids that stay, what people answered, all history.

A record's cluster is the last thing that was said about it. Nothing is ever changed or deleted, so a merge
can be taken back: the records were never touched, and the split puts each one where it was.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plumbline.domain.errors import PlumblineError
from plumbline.store.ledger_database import open_database, transaction
from plumbline.store.link_schema import LINKS
from plumbline.store.sqlite_errors import sqlite_errors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Self

_NOW = "SELECT cluster FROM member WHERE record = ? ORDER BY number DESC LIMIT 1"


class LinkError(PlumblineError):
    """What was asked of the links makes no sense: an unknown record, or one cluster merged with itself."""

    code = "links"


@dataclass(frozen=True, slots=True)
class Said:
    """Who says something, when (ISO 8601, UTC), why, and with which model (its hash) where a model did."""

    who: str
    at: str
    why: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said about a pair; ``weight`` is what the model had said."""

    one: str
    two: str
    same: bool
    weight: int | None
    said: Said


class LinkStore:
    """The links of one base of records. Use as a context manager; several processes may write."""

    def __init__(self, path: Path | str, *, patience: float = 30.0) -> None:
        self.path = Path(path)
        self._db = open_database(self.path, create=True, patience=patience, form=LINKS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def cluster_of(self, record: str) -> str | None:
        """The cluster of a record now; ``None`` where nothing was said about it."""
        with self._errors():
            return _cluster_of(self._db, record)

    def members(self, cluster: str) -> list[str]:
        """The records of a cluster now, in order."""
        with self._errors():
            return _members(self._db, cluster)

    def clusters(self) -> dict[str, list[str]]:
        """All clusters that have records now."""
        sql = (
            "SELECT cluster, record FROM member AS last WHERE number = "
            "(SELECT max(number) FROM member WHERE record = last.record) ORDER BY cluster, record"
        )
        found: dict[str, list[str]] = {}
        with self._errors():
            for cluster, record in self._db.execute(sql):
                found.setdefault(cluster, []).append(record)
        return found

    def answers(self) -> list[Answer]:
        """The last answer about every pair, oldest first."""
        sql = (
            "SELECT one, two, same, weight, who, at, why FROM answer AS last "
            "JOIN act ON act.number = last.act WHERE last.number = "
            "(SELECT max(number) FROM answer WHERE one = last.one AND two = last.two) "
            "ORDER BY last.number"
        )
        with self._errors():
            rows = self._db.execute(sql).fetchall()
        return [Answer(one, two, bool(same), weight, Said(*said)) for one, two, same, weight, *said in rows]

    def history(self, record: str) -> list[tuple[str, str, str, str, str]]:
        """Everything that moved a record: kind, when, who, why, and the cluster it came into."""
        sql = (
            "SELECT kind, at, who, why, cluster FROM member JOIN act ON act.number = member.act "
            "WHERE record = ? ORDER BY member.number"
        )
        with self._errors():
            return self._db.execute(sql, (record,)).fetchall()

    def last_model(self) -> str | None:
        """The hash of the model that found last; ``None`` where nothing was looked for yet."""
        sql = "SELECT model FROM act WHERE kind = 'found' ORDER BY number DESC LIMIT 1"
        with self._errors():
            row = self._db.execute(sql).fetchone()
        return None if row is None else row[0]

    def record(self, groups: Iterable[Sequence[str]], said: Said, *, seen: Iterable[str] = ()) -> list[str]:
        """Write down what was found; the cluster id of each group. Records already together stay as they are.

        A group that holds records of older clusters joins the oldest of them; ids of the others stay readable
        as its predecessors. Nothing is taken apart. ``seen``: records that were looked at; one that is in no
        cluster gets one of its own, so that it has an id before anything joins it.
        """
        with self._writing() as db:
            act = _act(db, "found", said)
            named = [_gather(db, list(group), act) for group in groups]
            for record in seen:
                if _cluster_of(db, record) is None:
                    _put(db, [record], _born(db, record, act), act)
            return named

    def merge(self, one: str, two: str, said: Said) -> str:
        """Make one cluster of those of two records; its id. The older id stays."""
        with self._writing() as db:
            known = [_cluster_of(db, one), _cluster_of(db, two)]
            if one == two or (known[0] is not None and known[0] == known[1]):
                raise LinkError(f"{one} and {two} are in one cluster already.")
            act = _act(db, "merge", said)
            return _gather(db, [one, two], act)

    def split(self, cluster: str, records: Sequence[str], said: Said) -> str:
        """Take records out of a cluster into one of their own; its id.

        Records that all were together in a cluster before a merge brought them here go back into it, under
        its id.
        """
        with self._writing() as db:
            inside = set(_members(db, cluster))
            if not records or not set(records) < inside:
                raise LinkError(f"{cluster} does not hold all of these records and at least one more.")
            act = _act(db, "split", said)
            target = _former(db, cluster, records) or _born(db, records[0], act)
            _put(db, sorted(set(records)), target, act)
            return target

    def answer(self, one: str, two: str, *, same: bool, said: Said, weight: int | None = None) -> None:
        """Keep what a person said about a pair. It overrides the model for this pair, always."""
        if one == two:
            raise LinkError("A record is itself; an answer needs two.")
        first, second = sorted((one, two))
        with self._writing() as db:
            act = _act(db, "answer", said)
            db.execute(
                "INSERT INTO answer (one, two, same, weight, act) VALUES (?, ?, ?, ?, ?)",
                (first, second, int(same), weight, act),
            )

    def _errors(self) -> AbstractContextManager[None]:
        return sqlite_errors(self.path, LINKS.word, LINKS.error)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), transaction(self._db, "IMMEDIATE"):
            yield self._db


def _act(db: sqlite3.Connection, kind: str, said: Said) -> int:
    with closing(
        db.execute(
            "INSERT INTO act (kind, at, who, why, model) VALUES (?, ?, ?, ?, ?)",
            (kind, said.at, said.who, said.why, said.model),
        )
    ) as cursor:
        return int(cursor.lastrowid or 0)


def _cluster_of(db: sqlite3.Connection, record: str) -> str | None:
    row = db.execute(_NOW, (record,)).fetchone()
    return None if row is None else str(row[0])


def _members(db: sqlite3.Connection, cluster: str) -> list[str]:
    sql = (
        "SELECT DISTINCT record FROM member AS m WHERE cluster = ? AND m.number = "
        "(SELECT max(number) FROM member WHERE record = m.record) ORDER BY record"
    )
    return [str(row[0]) for row in db.execute(sql, (cluster,))]


def _gather(db: sqlite3.Connection, records: list[str], act: int) -> str:
    """Bring records and their clusters into the oldest cluster among them."""
    known = {record: _cluster_of(db, record) for record in records}
    clusters = sorted(
        {cluster for cluster in known.values() if cluster is not None}, key=lambda c: _age(db, c)
    )
    target = clusters[0] if clusters else _born(db, min(records), act)
    moving = [record for record, cluster in known.items() if cluster is None]
    for younger in clusters[1:]:
        moving += _members(db, younger)
        db.execute("INSERT INTO succession (younger, older, act) VALUES (?, ?, ?)", (younger, target, act))
    _put(db, sorted(set(moving)), target, act)
    return target


def _put(db: sqlite3.Connection, records: Sequence[str], cluster: str, act: int) -> None:
    db.executemany(
        "INSERT INTO member (record, cluster, act) VALUES (?, ?, ?)",
        [(record, cluster, act) for record in records],
    )


def _born(db: sqlite3.Connection, record: str, act: int) -> str:
    """A new cluster, named by the act and its first record: the same acts give the same ids."""
    name = f"C{act}-{record}"
    db.execute("INSERT INTO cluster (id, born) VALUES (?, ?)", (name, act))
    return name


def _age(db: sqlite3.Connection, cluster: str) -> tuple[int, str]:
    return int(db.execute("SELECT born FROM cluster WHERE id = ?", (cluster,)).fetchone()[0]), cluster


def _former(db: sqlite3.Connection, cluster: str, records: Sequence[str]) -> str | None:
    """The cluster that a merge brought all these records from, unless others live there now."""
    rows = db.execute(
        "SELECT younger, act FROM succession WHERE older = ? ORDER BY act DESC, rowid DESC", (cluster,)
    ).fetchall()
    for younger, act in rows:
        brought = _brought(db, cluster, act, younger)
        if brought.issuperset(records) and brought.issuperset(_members(db, younger)):
            return str(younger)
    return None


def _brought(db: sqlite3.Connection, cluster: str, act: int, younger: str) -> set[str]:
    """The records that an act moved into a cluster out of a younger one."""
    sql = (
        "SELECT record FROM member AS m WHERE cluster = ? AND act = ? AND ? = (SELECT cluster FROM member "
        "WHERE record = m.record AND number < m.number ORDER BY number DESC LIMIT 1)"
    )
    return {str(row[0]) for row in db.execute(sql, (cluster, act, younger))}
