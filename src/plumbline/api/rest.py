"""Policies and runs."""

from __future__ import annotations

from typing import Annotated, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Status

from plumbline.api.idempotency import once
from plumbline.api.permissions import needs
from plumbline.api.schemas import PolicyOut, RunOut
from plumbline.api.shown import run_out
from plumbline.app.errors import NotFoundError
from plumbline.app.models import Policy, Run
from plumbline.app.services import runs
from plumbline.app.services.live import live
from plumbline.domain.permissions import Perm

router: Final = Router(tags=["policies and runs"])


@router.get("/policies/live", response=PolicyOut, operation_id="live_policy")
@needs(Perm.POLICY_READ)
def live_policy(request: HttpRequest) -> Policy:  # noqa: ARG001
    """The policy that decides now."""
    return live().policy


@router.get("/policies/{number}", response=PolicyOut, operation_id="get_policy")
@needs(Perm.POLICY_READ)
def get_policy(request: HttpRequest, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Policy:  # noqa: ARG001
    """A version of the policy."""
    found = Policy.objects.filter(number=number).first()
    if found is None:
        raise NotFoundError("There is no such version.")
    return found


@router.post("/runs", response={202: RunOut}, operation_id="start_run")
@needs(Perm.RUN_START)
@once
def start_run(request: HttpRequest) -> Status[RunOut]:
    """Decide every lead again, in the background."""
    run = runs.start(request.actor, runs.ALL, now=timezone.now())  # type: ignore[attr-defined]
    return Status(202, run_out(run))


@router.get("/runs/{key}", response=RunOut, operation_id="get_run")
@needs(Perm.RUN_START)
def get_run(request: HttpRequest, key: Annotated[str, Path(max_length=32)]) -> RunOut:  # noqa: ARG001
    """How far a run is."""
    found = Run.objects.filter(key=key).first()
    if found is None:
        raise NotFoundError("There is no such run.")
    return run_out(found)
