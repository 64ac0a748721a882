"""Normal forms of what people type: each value as received beside its normal form, every change said."""

from plumbline.triage.normal.kinds import ValueKind, normalise
from plumbline.triage.normal.value import Normal, Note

__all__ = ["Normal", "Note", "ValueKind", "normalise"]
