"""Additive tables of whole-number points: the one model format, its file, its evaluator, its reasons."""

from plumbline.scorecard.artefact import dump, load, scorecard_json_schema
from plumbline.scorecard.counterfactual import Change, Flip, Flips, counterfactuals
from plumbline.scorecard.diff import diff
from plumbline.scorecard.evaluate import score
from plumbline.scorecard.explain import Explanation, Reason, explain
from plumbline.scorecard.mix import mix_of, with_mix
from plumbline.scorecard.model import Cap, Provenance, Scorecard, Sigmoid, SignalBins, Term
from plumbline.scorecard.one import score_columns
from plumbline.scorecard.written import written

__all__ = [
    "Cap",
    "Change",
    "Explanation",
    "Flip",
    "Flips",
    "Provenance",
    "Reason",
    "Scorecard",
    "Sigmoid",
    "SignalBins",
    "Term",
    "counterfactuals",
    "diff",
    "dump",
    "explain",
    "load",
    "mix_of",
    "score",
    "score_columns",
    "scorecard_json_schema",
    "with_mix",
    "written",
]
