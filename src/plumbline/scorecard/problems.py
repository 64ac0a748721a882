"""What can be wrong with a scorecard, written or as a file. Codes are stable; messages may improve."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from plumbline.domain.issues import Issue, Severity


class Problem(StrEnum):
    """Add one here and explain it in ``EXPLANATIONS``."""

    UNKNOWN_SIGNAL = "scorecard_unknown_signal"
    DATE_SIGNAL = "scorecard_date_signal"
    NO_DIMENSION = "scorecard_no_dimension"
    NO_BINS = "scorecard_no_bins"
    NO_TERMS = "scorecard_no_terms"
    BIN_UNREADABLE = "scorecard_bin_unreadable"
    BIN_TWICE = "scorecard_bin_twice"
    BINS_GAP = "scorecard_bins_gap"
    BINS_OVERLAP = "scorecard_bins_overlap"
    BINS_OPEN = "scorecard_bins_open"
    LABEL_TWICE = "scorecard_label_twice"
    POINTS = "scorecard_points"
    MISSING_POINTS = "scorecard_missing_points"
    CAP = "scorecard_cap"
    NAME = "scorecard_name"
    SIZE = "scorecard_size"
    TABLE = "scorecard_table"
    PAIR = "scorecard_pair"
    SIGNAL = "scorecard_signal"
    MIX = "scorecard_mix"
    NUMBER = "scorecard_number"
    SHAPE = "scorecard_shape"
    VERSION = "scorecard_version"
    NOT_JSON = "scorecard_not_json"
    EDITED = "scorecard_edited"
    NOT_CANONICAL = "scorecard_not_canonical"


EXPLANATIONS: Final[dict[Problem, str]] = {
    Problem.UNKNOWN_SIGNAL: "Points are given for a signal that the policy does not declare.",
    Problem.DATE_SIGNAL: "A date has no points of its own; score its age with `measure: age_days`.",
    Problem.NO_DIMENSION: "A scored signal must say whether it speaks about fit, intent or readiness.",
    Problem.NO_BINS: "A signal is listed without any bin.",
    Problem.NO_TERMS: "A scorecard needs at least one term.",
    Problem.BIN_UNREADABLE: "A bin is not written in a form that can be read.",
    Problem.BIN_TWICE: "The same bin is written twice.",
    Problem.BINS_GAP: "Some numbers between two bins fall into neither.",
    Problem.BINS_OVERLAP: "Some numbers fall into two bins.",
    Problem.BINS_OPEN: "Numbers outside the lowest or highest bin get no points (a warning).",
    Problem.LABEL_TWICE: "A label stands in two groups of one signal.",
    Problem.POINTS: "Points must be whole numbers of a sensible size.",
    Problem.MISSING_POINTS: "Unknown is not bad: missing gets 0 points, except for the completeness signal.",
    Problem.CAP: "A cap names unknown or foreign terms, or its bounds do not fit.",
    Problem.NAME: "A name is empty, too long, used twice or has characters that names may not have.",
    Problem.SIZE: "The card is larger than the format allows.",
    Problem.TABLE: "A table does not have one value per cell.",
    Problem.PAIR: "A pair needs both its signals as terms, in the same dimension and the same cap.",
    Problem.SIGNAL: "The bins of a signal do not fit its kind, or no term uses it.",
    Problem.MIX: "The mix does not have one count per bin of every signal.",
    Problem.NUMBER: "A number is not finite, not in order or not in its shortest form.",
    Problem.SHAPE: "A key is unknown or missing, or a value has the wrong type.",
    Problem.VERSION: "The file follows another version of the format.",
    Problem.NOT_JSON: "The file is not UTF-8 JSON.",
    Problem.EDITED: "The content does not match the hash: the file was edited after it was made.",
    Problem.NOT_CANONICAL: "The content is right but the bytes are not: another program rewrote the file.",
}


def problem(code: Problem, message: str, path: str = "") -> Issue:
    """An issue that blocks."""
    return Issue(code.value, message, path)


def remark(code: Problem, message: str, path: str = "") -> Issue:
    """An issue that is only shown."""
    return Issue(code.value, message, path, severity=Severity.WARNING)
