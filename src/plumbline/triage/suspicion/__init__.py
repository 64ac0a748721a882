"""Suspicious input: what looks like nonsense, a test, a slip or a machine, and why."""

from plumbline.triage.suspicion.flag import FLAG_EXPLANATIONS, Flag, FlagCode

__all__ = ["FLAG_EXPLANATIONS", "Flag", "FlagCode"]
