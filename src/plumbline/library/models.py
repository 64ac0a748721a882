"""The registry at work: which scorecard decides, which ones look on, and by when to learn anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from plumbline.qualify.shadow import with_card
from plumbline.store.model_acts import WRITTEN
from plumbline.store.models import ModelRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plumbline.qualify import Bundle
    from plumbline.scorecard import Scorecard
    from plumbline.store.models import Version

#: Days after the last lead it was learned from by which a card should be learned anew.
RETRAIN_AFTER: Final = 180


@dataclass(frozen=True, slots=True)
class InCharge:
    """What a run decides with. ``shadows``: ``candidate`` and ``coarse``, where there are such cards.

    ``about`` goes into the manifest of the run; empty without a registry. ``remarks`` are for people.
    """

    bundle: Bundle
    shadows: Mapping[str, Bundle] = field(default_factory=dict)
    about: Mapping[str, object] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def in_charge(bundle: Bundle, models: Path | None, *, today: date) -> InCharge:
    """The policy's bundle with the live scorecard of a registry, and with those that run in shadow.

    ``ModelError`` where a card does not fit the policy. Without a live version the written card stays.
    """
    if models is None:
        return InCharge(bundle)
    with ModelRegistry(models) as registry:
        standing = registry.standing()
        live = None if standing.live == WRITTEN else registry.version(standing.live)
        next_ = None if standing.shadow is None else registry.version(standing.shadow)
    deciding = bundle if live is None else with_card(bundle, live.card)
    coarse = next((one.coarse for one in (live, next_) if one is not None and one.coarse), None)
    cards = {"candidate": None if next_ is None else next_.card, "coarse": coarse}
    shadows = {name: with_card(deciding, card) for name, card in cards.items() if card is not None}
    about = {
        "version": standing.live,
        "retrain_by": None if live is None or live.retrain_by is None else live.retrain_by.isoformat(),
        "candidate": standing.shadow,
    }
    return InCharge(deciding, shadows, about, tuple(_remarks(live, bundle, today)))


def _remarks(live: Version | None, bundle: Bundle, today: date) -> list[str]:
    if live is None:
        return []
    found = [said] if (said := overdue(live.retrain_by, today)) else []
    made = (live.card.manifest or {}).get("policy")
    if made != bundle.policy.hash:
        found.append(f"Version {live.number} was learned under another version of this policy.")
    return found


def overdue(retrain_by: date | None, today: date) -> str:
    """What to say of a card whose day has passed; nothing of others."""
    if retrain_by is None or today <= retrain_by:
        return ""
    days = (today - retrain_by).days
    return f"This scorecard should have been learned anew by {retrain_by}, {days} days before."


def retrain_by(card: Scorecard, after: int) -> date | None:
    """So many days after the last lead the card was learned from; ``None`` where its leads had no times."""
    window = (card.manifest or {}).get("window")
    last = str(window[1]) if isinstance(window, list) and len(window) == 2 else ""
    try:
        return datetime.fromisoformat(last).date() + timedelta(days=after)
    except ValueError:
        return None
