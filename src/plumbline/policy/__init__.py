"""The policy: read, compiled, checked, and applied to scored leads."""

from plumbline.policy.assemble import DECISION_SCHEMA
from plumbline.policy.compile import compile_policy
from plumbline.policy.compiled import CompiledPolicy
from plumbline.policy.decide import decide
from plumbline.policy.diff import Change, ChangeKind, diff
from plumbline.policy.schema import policy_json_schema
from plumbline.policy.trace import RuleTrace, nearly_fired, trace

__all__ = [
    "DECISION_SCHEMA",
    "Change",
    "ChangeKind",
    "CompiledPolicy",
    "RuleTrace",
    "compile_policy",
    "decide",
    "diff",
    "nearly_fired",
    "policy_json_schema",
    "trace",
]
