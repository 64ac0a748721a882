"""Can we learn yet? Seven checks and five areas; every answer with its evidence and next step."""

from plumbline.assurance.readiness.assess import assess
from plumbline.assurance.readiness.model import (
    Answer,
    Area,
    Check,
    Conclusion,
    Evidence,
    Material,
    Readiness,
    SignalLine,
)

__all__ = [
    "Answer",
    "Area",
    "Check",
    "Conclusion",
    "Evidence",
    "Material",
    "Readiness",
    "SignalLine",
    "assess",
]
