"""Which status an error has where it meets HTTP. One table for pages and API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.app import errors as app
from plumbline.domain import errors as domain

if TYPE_CHECKING:
    from plumbline.domain.errors import PlumblineError

_STATUS: Final[dict[type[PlumblineError], int]] = {
    app.NotAllowedError: 403,
    app.NotFoundError: 404,
    app.ConflictError: 409,
    app.SelfApprovalError: 409,
    app.EvidenceNotOpenedError: 409,
    app.NoPolicyError: 409,
    app.InvalidInputError: 422,
    domain.InvalidPolicyError: 422,
    domain.MappingError: 422,
    domain.UnknownLeadError: 404,
    domain.UnreadableFileError: 422,
    domain.RunInProgressError: 409,
    domain.StorageError: 503,
}


def status_of(error: PlumblineError) -> int:
    """The status of an error; 400 for what can be acted on and is not listed."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)
