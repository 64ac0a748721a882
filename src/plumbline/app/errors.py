"""What the application refuses, one class per situation. The doors add a status; the code is stable."""

from __future__ import annotations

from plumbline.domain.errors import PlumblineError


class ConfigurationError(PlumblineError):
    """A setting is missing, wrong or unsafe."""

    code = "configuration"


class NotAllowedError(PlumblineError):
    """The role of who asks does not hold the permission."""

    code = "not_allowed"


class NotFoundError(PlumblineError):
    """There is no such thing, or it is not for who asks: the two are never told apart."""

    code = "not_found"


class ConflictError(PlumblineError):
    """Somebody else changed it meanwhile; look again before you decide."""

    code = "conflict"


class InvalidInputError(PlumblineError):
    """Something that was sent cannot be used. ``field`` names it where it is one."""

    code = "invalid_input"

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class SelfApprovalError(PlumblineError):
    """Who proposed it cannot be the one to approve it."""

    code = "self_approval"


class EvidenceNotOpenedError(PlumblineError):
    """A review is decided only by who opened its evidence."""

    code = "evidence_not_opened"


class WebhookFailedError(PlumblineError):
    """A webhook's address did not take what was sent; it is sent again later."""

    code = "webhook_failed"


class NoPolicyError(PlumblineError):
    """No policy is live, so nothing can be decided."""

    code = "no_policy"
