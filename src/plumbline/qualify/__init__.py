"""The main path and the evidence packet. Start with ``path.py``."""

from plumbline.qualify.bundle import Bundle, CellReading, compile_bundle
from plumbline.qualify.path import Qualified, qualify, requalify

__all__ = ["Bundle", "CellReading", "Qualified", "compile_bundle", "qualify", "requalify"]
