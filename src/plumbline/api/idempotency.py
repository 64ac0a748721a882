"""A request with an ``Idempotency-Key`` is carried out once: asked again, the answer is given again.

Answers are kept as long as ``services.tidying`` says.
"""

from __future__ import annotations

import json
from functools import wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from ninja.responses import NinjaJSONEncoder

from plumbline.app.errors import ConflictError, InvalidInputError
from plumbline.app.models import Idempotency

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

_LONGEST: Final = 120


def once(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Carry out an operation once per key: the answer is stored in the transaction of the act itself.

    The operation answers with a ``Status`` of a schema. The same key with another body is refused.
    """

    @wraps(operation)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the operation
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return operation(request, *args, **kwargs)
        if len(key) > _LONGEST:
            raise InvalidInputError(
                f"An idempotency key has at most {_LONGEST} characters.", "Idempotency-Key"
            )
        return _once(request, key, lambda: operation(request, *args, **kwargs))

    return wrapped


def _once(request: HttpRequest, key: str, act: Callable[[], Any]) -> Any:  # noqa: ANN401
    actor: str = request.actor.name  # type: ignore[attr-defined]
    digest = sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    stored = _stored(actor, key, digest)
    if stored is not None:
        return stored
    try:
        with transaction.atomic():
            answered = act()
            Idempotency.objects.create(
                actor=actor,
                key=key,
                digest=digest,
                status=answered.status_code,
                body=json.dumps(answered.value.model_dump(), cls=NinjaJSONEncoder),
                at=timezone.now(),
            )
    except IntegrityError:  # somebody was faster with the same key: theirs is the answer
        found = _stored(actor, key, digest)
        if found is None:
            raise
        return found
    return answered


def _stored(actor: str, key: str, digest: str) -> HttpResponse | None:
    found = Idempotency.objects.filter(actor=actor, key=key).first()
    if found is None:
        return None
    if found.digest != digest:
        raise ConflictError("This idempotency key was used for another request.")
    answer = HttpResponse(found.body, content_type="application/json", status=found.status)
    answer["Idempotency-Replayed"] = "true"
    return answer
