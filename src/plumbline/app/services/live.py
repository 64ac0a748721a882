"""The policy that is live, compiled once per process and version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

from plumbline.app.errors import NoPolicyError
from plumbline.app.models import Policy, Run
from plumbline.domain.errors import InvalidPolicyError
from plumbline.domain.issues import Severity
from plumbline.engines.local import SCORECARD
from plumbline.ledger.canonical import canonical
from plumbline.policy import compile_policy
from plumbline.qualify.bundle import bundle_of, cells_of, compile_bundle
from plumbline.scorecard import load
from plumbline.store import RunFolder
from plumbline.store.draw_key import draw_key

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.qualify.bundle import Bundle


#: A run of fewer leads says too little about how likely an answer is.
_ENOUGH: Final = 100


@dataclass(frozen=True, slots=True)
class Live:
    """A published policy and what it decides with.

    ``run``: the run whose leads say how likely an unknown answer is; None before there was one.
    """

    policy: Policy
    bundle: Bundle
    run: Run | None = None


def live() -> Live:
    """The newest version, with unknown answers as likely as its last large run found them.

    So a lead that comes by itself is decided as the next run would decide it.

    Raises:
        NoPolicyError: None was published yet.
    """
    newest = Policy.objects.order_by("-number").values_list("pk", "published_at").first()
    if newest is None:
        raise NoPolicyError("No policy is live yet: publish one first.")
    done = Run.objects.filter(policy_id=newest[0], state=Run.State.DONE, total__gte=_ENOUGH)
    return _published(*newest, done.order_by("-pk").values_list("pk", flat=True).first())


@lru_cache(maxsize=4)
def _published(pk: int, published_at: datetime, run: int | None) -> Live:  # noqa: ARG001 - a number may be given again after a restore
    """A version and a run never change: their long texts are read once per process."""
    policy = Policy.objects.get(pk=pk)
    if run is None:
        return Live(policy, bundle_of_policy(policy))
    weighed_by = Run.objects.select_related("policy").get(pk=run)
    return Live(policy, bundle_of_run(weighed_by), weighed_by)


def bundle_of_policy(policy: Policy) -> Bundle:
    """What a version decides with. A published version never changes, so it is compiled once."""
    return _compiled(policy.pk, policy.text, policy.card, canonical(policy.cells), _draw_key())


def bundle_of_run(run: Run) -> Bundle:
    """What a run decided with: its card also says how likely each answer was among its first leads."""
    card = RunFolder(settings.DATA / "runs" / run.folder).read_document(SCORECARD).decode()
    policy = run.policy
    return _compiled(policy.pk, policy.text, card, canonical(policy.cells), _draw_key())


def other_bundle(text: str, current: Live) -> Bundle:
    """What another text would decide with: its written card, the live version's way to read cells and key.

    Raises:
        InvalidPolicyError: The text is no policy.
    """
    bundle, issues = compile_bundle(text, draw_key=_draw_key(), cells=current.bundle.cells)
    if bundle is None:
        raise InvalidPolicyError([issue for issue in issues if issue.severity is Severity.ERROR])
    return bundle


@lru_cache(maxsize=16)
def _compiled(pk: int, text: str, card: str, cells: bytes, key: bytes) -> Bundle:  # noqa: ARG001 - the version names the entry
    policy, issues = compile_policy(text)
    if policy is None:
        raise InvalidPolicyError([issue for issue in issues if issue.severity is Severity.ERROR])
    return bundle_of(policy, load(card.encode()), draw_key=key, cells=cells_of(json.loads(cells)))


@lru_cache(maxsize=1)
def _draw_key() -> bytes:
    settings.DATA.mkdir(parents=True, exist_ok=True)
    return draw_key(settings.DATA / "ledger.sqlite3")
