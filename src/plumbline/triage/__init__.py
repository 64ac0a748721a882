"""Triage: from leads as received to clean leads, with every finding beside them."""

from plumbline.triage.check import Triaged, check
from plumbline.triage.duplicates import Seen
from plumbline.triage.email import EmailKind
from plumbline.triage.keyfields import missing_key_fields
from plumbline.triage.wanted import derivable

__all__ = ["EmailKind", "Seen", "Triaged", "check", "derivable", "missing_key_fields"]
