"""Triage: from leads as received to clean leads, with every finding beside them."""

from plumbline.triage.check import Triaged, check
from plumbline.triage.duplicates import Seen
from plumbline.triage.email import EmailKind
from plumbline.triage.keyfields import missing_key_fields

__all__ = ["EmailKind", "Seen", "Triaged", "check", "missing_key_fields"]
