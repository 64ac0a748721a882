"""Append-only, hash-chained, erasable: what is hashed and how it is verified. Files live in ``store``."""

from plumbline.ledger.body import Body
from plumbline.ledger.entry import START, Draft, Entry, Event, Head, Header
from plumbline.ledger.parts import PartFact
from plumbline.ledger.verify import Broken, Flaw, Verdict

__all__ = [
    "START",
    "Body",
    "Broken",
    "Draft",
    "Entry",
    "Event",
    "Flaw",
    "Head",
    "Header",
    "PartFact",
    "Verdict",
]
