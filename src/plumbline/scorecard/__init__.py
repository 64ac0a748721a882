"""Additive tables of whole-number points: the one model format, its file, its evaluator, its reasons."""

from plumbline.scorecard.artefact import dump, load, scorecard_json_schema
from plumbline.scorecard.evaluate import score
from plumbline.scorecard.model import Cap, Provenance, Scorecard, Sigmoid, SignalBins, Term
from plumbline.scorecard.written import written

__all__ = [
    "Cap",
    "Provenance",
    "Scorecard",
    "Sigmoid",
    "SignalBins",
    "Term",
    "dump",
    "load",
    "score",
    "scorecard_json_schema",
    "written",
]
