"""The policy: read, compiled, checked, and applied to scored leads."""

from plumbline.policy.compile import compile_policy
from plumbline.policy.compiled import CompiledPolicy
from plumbline.policy.decide import DECISION_SCHEMA, decide
from plumbline.policy.schema import policy_json_schema

__all__ = ["DECISION_SCHEMA", "CompiledPolicy", "compile_policy", "decide", "policy_json_schema"]
