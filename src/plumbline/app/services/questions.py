"""The one question whose answer moves most, as a draft to send. Nothing is sent from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from plumbline.app.models import Lead
    from plumbline.qualify.packet import Packet


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to a lead: to whom (empty where hidden or unknown), about what, and in which words."""

    to: str
    subject: str
    text: str

    @property
    def mailto(self) -> str:
        """The draft as a link that opens in the reader's own mail; empty without an address."""
        if not self.to:
            return ""
        return f"mailto:{quote(self.to, safe='@')}?subject={quote(self.subject)}&body={quote(self.text)}"


def question_of(packet: Packet) -> str:
    """What to ask: the decision's own first question, else the one that most likely changes the band.

    Empty where nothing that is missing can be asked for.
    """
    by_signal = {one.signal: one.question for one in packet.unknowns if one.question}
    asked = [by_signal.get(question, question) for question in packet.decision.questions]
    open_ones = sorted(packet.unknowns, key=lambda one: -one.changes_band)
    return next((text for text in (*asked, *(one.question for one in open_ones)) if text), "")


def draft(lead: Lead, question: str, sender: str, *, masked: bool) -> Draft:
    """A short, plain message with the question in it, in the sender's name."""
    name = "" if masked else lead.received.get("contact.name", "").strip()
    hello = f"Hello {' '.join(name.split())}," if name else "Hello,"
    text = (
        f"{hello}\n\nthank you for getting in touch. So that the right person answers you, may I ask: "
        f"{question}\n\nKind regards\n{sender}"
    )
    return Draft(to="" if masked else lead.email, subject="A short question", text=text)
