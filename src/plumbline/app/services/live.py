"""The policy that is live, compiled once per process and version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from plumbline.app.errors import NoPolicyError
from plumbline.app.models import Policy
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

    from plumbline.app.models import Run
    from plumbline.qualify.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Live:
    """A published policy and what it decides with."""

    policy: Policy
    bundle: Bundle


def live() -> Live:
    """The newest version.

    Raises:
        NoPolicyError: None was published yet.
    """
    newest = Policy.objects.order_by("-number").values_list("pk", "published_at").first()
    if newest is None:
        raise NoPolicyError("No policy is live yet: publish one first.")
    return _published(*newest)


@lru_cache(maxsize=4)
def _published(pk: int, published_at: datetime) -> Live:  # noqa: ARG001 - a number may be given again after a restore
    """A version never changes: its long texts are read once per process."""
    policy = Policy.objects.get(pk=pk)
    return Live(policy, bundle_of_policy(policy))


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
