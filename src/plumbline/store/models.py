"""The registry of learned scorecards: versions, how they were judged, which is live, one step back.

Only ever added to. What is live follows from the acts in their order, so two writers and a crash at any
moment leave one truth. An act is in the registry first and in the ledger next; a crash between the two is
healed by the next writer, since an entry of the ledger is written once under the name of its act.
"""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.errors import ModelError
from plumbline.ledger.entry import Draft, Event
from plumbline.scorecard import dump, load
from plumbline.store.ledger_database import open_database, transaction
from plumbline.store.model_acts import WRITTEN, Act, Deed, Standing, deed_of, standing_of, why_not
from plumbline.store.model_schema import MODELS
from plumbline.store.sqlite_errors import sqlite_errors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from typing import Self

    from plumbline.scorecard import Scorecard
    from plumbline.store.ledger_file import LedgerFile

_EVENTS: Final = {
    Act.REGISTERED: Event.MODEL_REGISTERED,
    Act.PROMOTED: Event.MODEL_PROMOTED,
    Act.ROLLED_BACK: Event.MODEL_ROLLED_BACK,
}


@dataclass(frozen=True, slots=True)
class Version:
    """A learned scorecard, and the coarse one beside it. ``retrain_by``: the day to replace it by."""

    number: int
    card: Scorecard
    coarse: Scorecard | None
    learned_by: str
    at: datetime
    retrain_by: date | None


class ModelRegistry:
    """The registry in one SQLite file. Use as a context manager; several processes may write."""

    def __init__(self, path: Path | str, *, create: bool = False, patience: float = 30.0) -> None:
        self.path = Path(path)
        self._db = open_database(self.path, create=create, patience=patience, form=MODELS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def versions(self) -> list[Version]:
        """All versions, oldest first."""
        rows = self._rows("SELECT seq, card, coarse, learned_by, at, retrain_by FROM version ORDER BY seq")
        return [_version(*row) for row in rows]

    def version(self, number: int) -> Version:
        """One version; ``ModelError`` where there is none of this number."""
        row = self._rows(
            "SELECT seq, card, coarse, learned_by, at, retrain_by FROM version WHERE seq = ?", number
        )
        if not row:
            raise ModelError(f"{self.path} has no version {number}.")
        return _version(*row[0])

    def deeds(self, version: int | None = None) -> list[Deed]:
        """What was done, oldest first; of one version if a number is given."""
        only = "" if version is None else "WHERE version = ?"
        values = () if version is None else (version,)
        query = f"SELECT ref, kind, version, before, at, by, why, judgement FROM act {only} ORDER BY seq"  # noqa: S608
        return [deed_of(row) for row in self._rows(query, *values)]

    def standing(self) -> Standing:
        """Which version is live, which is the candidate, which runs in shadow."""
        return standing_of(self.deeds())

    def register(
        self,
        card: Scorecard,
        coarse: Scorecard | None,
        *,
        by: str,
        now: datetime,
        retrain_by: date | None,
    ) -> int:
        """Keep a learned scorecard as a new version; its number.

        ``ModelError`` for one that is written, whose training rows had no label chances, or that is here.
        """
        _refuse_unfit(card)
        with self._writing() as db:
            if db.execute("SELECT 1 FROM version WHERE hash = ?", (card.hash,)).fetchone():
                raise ModelError(f"Scorecard {card.hash[:12]} is in the registry already.")
            seq = int(db.execute("SELECT coalesce(max(seq), 0) + 1 FROM version").fetchone()[0])
            db.execute(
                "INSERT INTO version (seq, card, coarse, hash, learned_by, at, retrain_by) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    seq,
                    dump(card),
                    None if coarse is None else dump(coarse),
                    card.hash,
                    by.strip(),
                    now.isoformat(),
                    None if retrain_by is None else retrain_by.isoformat(),
                ),
            )
            self._act(db, Act.REGISTERED, seq, by=by, now=now)
            return seq

    def judged(self, number: int, act: Act, judgement: Mapping[str, Any], *, by: str, now: datetime) -> None:
        """Keep how a version did on later leads beside the scorecard in charge."""
        with self._writing() as db:
            self.version(number)
            if self.standing().live != judgement["against"]:
                raise ModelError("Another version went live meanwhile; judge it against that one.")
            self._act(db, act, number, by=by, now=now, judgement=judgement)

    def promote(self, number: int, *, by: str, now: datetime, why: str = "") -> Deed:
        """Make the candidate live, in the name of a person who neither learned nor judged it into being.

        ``ModelError`` for a version that is not the candidate, and for whoever learned it.
        """
        with self._writing() as db:
            version, standing = self.version(number), self.standing()
            if standing.live == number:
                raise ModelError(f"Version {number} is live already.")
            if standing.candidate != number:
                raise ModelError(f"Version {number} is not the candidate: {why_not(self.deeds(number))}.")
            if _same(by, version.learned_by):
                raise ModelError(f"{by.strip()} learned version {number}; somebody else has to promote it.")
            return self._act(db, Act.PROMOTED, number, by=by, now=now, why=why)

    def roll_back(self, *, by: str, now: datetime, why: str) -> Deed:
        """Take the last promotion back: one step, and no second one before another promotion."""
        if not why.strip():
            raise ModelError("Why it is taken back has to be said.")
        with self._writing() as db:
            back = self.standing().back
            if back is None:
                raise ModelError("There is no step back: nothing was promoted since the last one.")
            return self._act(db, Act.ROLLED_BACK, back, by=by, now=now, why=why)

    def tell(self, ledger: LedgerFile, *, now: datetime) -> None:
        """Bring the ledger up to date: an entry for every act of consequence, each written once."""
        drafts = [self._draft(deed) for deed in self.deeds() if deed.act in _EVENTS]
        ledger.append(drafts, now=now)

    def _draft(self, deed: Deed) -> Draft:
        facts: dict[str, int | str] = {"version": deed.version, "before": deed.before}
        if deed.version != WRITTEN:
            facts["scorecard"] = self.version(deed.version).card.hash
        return Draft(_EVENTS[deed.act], deed.ref, deed.by, facts)

    def _act(
        self,
        db: sqlite3.Connection,
        act: Act,
        number: int,
        *,
        by: str,
        now: datetime,
        why: str = "",
        judgement: Mapping[str, Any] | None = None,
    ) -> Deed:
        if not by.strip():
            raise ModelError("A person has to stand for this: give a name.")
        deed = Deed(
            secrets.token_hex(8), act, number, self.standing().live, now, by.strip(), why.strip(), judgement
        )
        db.execute(
            "INSERT INTO act (seq, ref, kind, version, before, at, by, why, judgement) "
            "SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM act",
            (
                *(deed.ref, str(act), number, deed.before, now.isoformat(), deed.by, deed.why),
                None if judgement is None else json.dumps(judgement),
            ),
        )
        return deed

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """IMMEDIATE: what is live is read and changed in one piece."""
        with sqlite_errors(self.path, MODELS.word, MODELS.error), transaction(self._db, "IMMEDIATE"):
            yield self._db

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite_errors(self.path, MODELS.word, MODELS.error):
            return self._db.execute(query, values).fetchall()


def _refuse_unfit(card: Scorecard) -> None:
    if card.provenance != "learned" or card.manifest is None:
        raise ModelError("Only a learned scorecard with its manifest has a place in the registry.")
    if card.manifest.get("label_chances", "absent") == "absent":
        raise ModelError(
            "Nobody knows which leads its rows stand for: they had neither weights nor label chances. "
            "Learn it with --chosen, or with a column 'weight' (1 where every lead was worked)."
        )


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _version(
    number: int, card: bytes, coarse: bytes | None, by: str, at: str, retrain_by: str | None
) -> Version:
    return Version(
        number,
        load(card),
        None if coarse is None else load(coarse),
        by,
        datetime.fromisoformat(at),
        None if retrain_by is None else date.fromisoformat(retrain_by),
    )
