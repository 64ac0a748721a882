"""Whatever is sent, the API answers as its description says, and never with an error of its own."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from functools import cache
from zlib import crc32

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from helpers_app import GOOD, arrive
from plumbline.api.auth import LIMITS
from plumbline.api.service import api
from plumbline.app.actors import Actor
from plumbline.app.models import Run
from plumbline.app.services import keys
from plumbline.domain.fields import RECEIVED
from plumbline.domain.permissions import ROLES, Role

pytestmark = pytest.mark.django_db
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 250 if os.environ.get("PLUMBLINE_EXPLORE") else 10
FIELDS = sorted(RECEIVED)
ODD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


@schemathesis.serializer("application/x-ndjson")
def ndjson(_, value: object) -> bytes:
    return value.encode(errors="replace") if isinstance(value, str) else json.dumps(value).encode()


description = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@cache
def application():
    return get_wsgi_application()


@pytest.fixture
def key(cast):
    now = timezone.now()
    _, secret = keys.issue(
        Actor.of_user(cast.adam),
        "fuzz",
        scopes=ROLES[Role.SERVICE],
        expires_at=now + timedelta(days=1),
        now=now,
        per_minute=1_000_000,
    )
    return secret


@pytest.fixture
def known(cast):
    """Keys of things that are there, so that more than refusals is tried."""
    run = Run.objects.create(
        kind="all", policy=cast.policy, as_of=timezone.now(), started_by="x", created_at=timezone.now()
    )
    return {"leads": arrive(GOOD).key, "runs": run.key}


@description.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES == 10, suppress_health_check=ODD)
def test_the_api_keeps_to_its_description(case, key, known) -> None:
    LIMITS.forget()
    make_likely(case, known)
    case.call_and_validate(app=application(), headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)


def make_likely(case, known) -> None:
    """Let some of what is made up be about leads that are there, and fields that are: refusals tell less."""
    room = case.operation.path.removeprefix("/api/v1/").split("/")[0]
    path = case.path_parameters or {}
    if room in known and len(str(path.get("key", "x"))) % 2 == 0:
        path["key"] = known[room]
    fields = case.body.get("fields") if isinstance(case.body, dict) else None
    if isinstance(fields, dict):
        case.body["fields"] = {FIELDS[hash_of(name) % len(FIELDS)]: value for name, value in fields.items()}


def hash_of(name: object) -> int:
    return crc32(repr(name).encode())


def test_an_answer_that_is_not_described_is_noticed(key, known, monkeypatch) -> None:
    """Negative control."""
    monkeypatch.setattr("plumbline.api.leads.lead_out", lambda *_: 1 / 0)
    operation = description["/api/v1/leads/{key}"]["GET"]
    case = operation.Case(path_parameters={"key": known["leads"]})
    with pytest.raises(FailureGroup):
        case.call_and_validate(app=application(), headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
