"""Who may do what: permissions as words, roles as sets of them. One person has one role.

No role both proposes a policy and approves one, and a role that only looks holds no permission to change
anything; ``tests/domain/test_permissions.py`` guards both.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Perm(StrEnum):
    """One thing that can be allowed, as ``subject:action``. Keep the list alphabetical."""

    ACCESS_READ = "access:read"
    APPEAL_CREATE = "appeal:create"
    AUTONOMY_STOP = "autonomy:stop"
    IMPORT_RUN = "import:run"
    KEY_MANAGE = "key:manage"
    LEAD_ACT = "lead:act"
    LEAD_EXPORT = "lead:export"
    LEAD_READ = "lead:read"
    LEAD_READ_ALL = "lead:read_all"
    LEAD_READ_PERSONAL = "lead:read_personal"
    LEAD_WRITE = "lead:write"
    LEDGER_READ = "ledger:read"
    OBJECTION_RECORD = "objection:record"
    OUTCOME_REPORT = "outcome:report"
    OVERRIDE_CREATE = "override:create"
    PERSON_ERASE = "person:erase"
    POLICY_APPROVE = "policy:approve"
    POLICY_PROPOSE = "policy:propose"
    POLICY_READ = "policy:read"
    REVIEW_DECIDE = "review:decide"
    REVIEW_READ = "review:read"
    ROUTING_MANAGE = "routing:manage"
    ROUTING_READ = "routing:read"
    RUN_START = "run:start"
    USER_MANAGE = "user:manage"
    WEBHOOK_MANAGE = "webhook:manage"


class Role(StrEnum):
    """What a person, or a program, is to Plumbline."""

    REP = "rep"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    REVOPS = "revops"
    ADMIN = "admin"
    DPO = "dpo"
    AUDITOR = "auditor"
    SERVICE = "service"


_WORK: Final = frozenset(
    {
        Perm.APPEAL_CREATE,
        Perm.LEAD_ACT,
        Perm.LEAD_READ,
        Perm.LEAD_READ_PERSONAL,
        Perm.OBJECTION_RECORD,
        Perm.OUTCOME_REPORT,
        Perm.OVERRIDE_CREATE,
        Perm.POLICY_READ,
        Perm.REVIEW_READ,
    }
)

ROLES: Final[dict[Role, frozenset[Perm]]] = {
    Role.REP: _WORK,
    Role.MANAGER: _WORK
    | {
        Perm.AUTONOMY_STOP,
        Perm.LEAD_EXPORT,
        Perm.POLICY_APPROVE,
        Perm.REVIEW_DECIDE,
        Perm.ROUTING_MANAGE,
        Perm.ROUTING_READ,
    },
    Role.REVIEWER: frozenset(
        {
            Perm.LEAD_READ,
            Perm.LEAD_READ_ALL,
            Perm.LEAD_READ_PERSONAL,
            Perm.OBJECTION_RECORD,
            Perm.POLICY_READ,
            Perm.REVIEW_DECIDE,
            Perm.REVIEW_READ,
        }
    ),
    # Sees every lead, but of people only what is not personal.
    Role.REVOPS: frozenset(
        {
            Perm.AUTONOMY_STOP,
            Perm.IMPORT_RUN,
            Perm.LEAD_EXPORT,
            Perm.LEAD_READ,
            Perm.LEAD_READ_ALL,
            Perm.POLICY_PROPOSE,
            Perm.POLICY_READ,
            Perm.REVIEW_READ,
            Perm.ROUTING_MANAGE,
            Perm.ROUTING_READ,
            Perm.RUN_START,
        }
    ),
    # Runs the installation; sees no lead.
    Role.ADMIN: frozenset(
        {
            Perm.AUTONOMY_STOP,
            Perm.KEY_MANAGE,
            Perm.POLICY_READ,
            Perm.ROUTING_READ,
            Perm.USER_MANAGE,
            Perm.WEBHOOK_MANAGE,
        }
    ),
    Role.DPO: frozenset(
        {
            Perm.ACCESS_READ,
            Perm.AUTONOMY_STOP,
            Perm.LEAD_EXPORT,
            Perm.LEAD_READ,
            Perm.LEAD_READ_ALL,
            Perm.LEAD_READ_PERSONAL,
            Perm.LEDGER_READ,
            Perm.OBJECTION_RECORD,
            Perm.PERSON_ERASE,
            Perm.POLICY_READ,
            Perm.REVIEW_DECIDE,
            Perm.REVIEW_READ,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Perm.ACCESS_READ,
            Perm.LEAD_READ,
            Perm.LEAD_READ_ALL,
            Perm.LEDGER_READ,
            Perm.POLICY_READ,
            Perm.REVIEW_READ,
            Perm.ROUTING_READ,
        }
    ),
    # A program; its key names which of these it has.
    Role.SERVICE: frozenset(
        {
            Perm.APPEAL_CREATE,
            Perm.LEAD_EXPORT,
            Perm.LEAD_READ,
            Perm.LEAD_READ_ALL,
            Perm.LEAD_READ_PERSONAL,
            Perm.LEAD_WRITE,
            Perm.OBJECTION_RECORD,
            Perm.OUTCOME_REPORT,
            Perm.POLICY_READ,
            Perm.REVIEW_READ,
            Perm.RUN_START,
        }
    ),
}
