"""Declared signals as of a moment: unknown stays unknown."""

from plumbline.signals.assemble import Assembler, signal_dtype
from plumbline.signals.events import EventState, event_state

__all__ = ["Assembler", "EventState", "event_state", "signal_dtype"]
