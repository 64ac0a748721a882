"""Suspicious input: what looks like nonsense, a test, a slip or a machine, each with its reason and evidence."""

from plumbline.triage.suspicion.flag import FLAG_EXPLANATIONS, Flag, FlagCode

__all__ = ["FLAG_EXPLANATIONS", "Flag", "FlagCode"]
