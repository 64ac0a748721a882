"""A program's door to a Plumbline elsewhere: leads in, decisions with their reasons out.

``from plumbline.client import Client``; ``pip install 'plumbline[client]'`` brings what it needs.
"""

from plumbline.client.answers import (
    Decision,
    Event,
    Evidence,
    Lead,
    Line,
    Message,
    NewLead,
    Policy,
    Reason,
    Received,
    Review,
    Run,
)
from plumbline.client.client import Client
from plumbline.client.errors import ApiError

__all__ = [
    "ApiError",
    "Client",
    "Decision",
    "Event",
    "Evidence",
    "Lead",
    "Line",
    "Message",
    "NewLead",
    "Policy",
    "Reason",
    "Received",
    "Review",
    "Run",
]
