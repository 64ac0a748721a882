"""What learning can come to, and what was odd about the rows, each with a code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from plumbline.domain.errors import PlumblineError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Code(StrEnum):
    """Why a card was not promoted, or what was noticed on the way."""

    NO_LABELS = "no_labels"
    ONE_CLASS = "one_class"
    TOO_FEW = "too_few_outcomes"
    NO_SIGNALS = "no_signals"
    NOT_FOR_TRAINING = "no_signal_may_train"
    TELLS_OUTCOME = "signal_tells_outcome"
    CONTRADICTORY = "contradictory_outcomes"
    TWO_DEFINITIONS = "two_definitions"
    NO_LIFT = "no_lift"
    NOT_BETTER = "not_better_than_written"
    FUTURE = "future_decisions"
    NO_TIME = "no_time"
    CONSTANT = "constant_signal"
    MANY_LABELS = "many_labels"
    DATE = "date_signal"
    UNWEIGHTED = "no_label_weights"
    AGAINST_WRITTEN = "against_written_card"
    NO_COMPLETENESS = "no_completeness"
    RARE = "rarely_seen"
    OTHER_POLICY = "other_policy"
    NOTHING_LATER = "nothing_later"
    NO_CHANCES = "no_chances"
    NO_WEEKS = "no_weeks"
    FOLLOWS_ROUTING = "follows_routing"
    TOO_FEW_DRAWN = "too_few_drawn"
    COARSE_AHEAD = "coarse_card_ahead"
    WORSE = "worse_on_later_leads"
    TOO_FEW_LATER = "too_few_later"


ABOUT: Final[Mapping[Code, str]] = {
    Code.NO_LABELS: "No lead has an outcome that has matured.",
    Code.ONE_CLASS: "All outcomes are the same: there is nothing to tell apart.",
    Code.TOO_FEW: "Fewer outcomes of the rarer kind than a card can be learned from.",
    Code.NO_SIGNALS: "No signal has two different values.",
    Code.NOT_FOR_TRAINING: "No signal of the policy is here that has the purpose 'train'.",
    Code.TELLS_OUTCOME: "A signal all but tells the outcome; it was probably filled in afterwards.",
    Code.CONTRADICTORY: "The same lead has two outcomes.",
    Code.TWO_DEFINITIONS: "Outcomes follow two definitions of a qualified lead.",
    Code.NO_LIFT: "On later leads the learned card orders no better than chance.",
    Code.NOT_BETTER: "On later leads the learned card may be worse than the written one.",
    Code.FUTURE: "Decisions lie after the moment of learning.",
    Code.NO_TIME: "Leads have no order of time, so folds are drawn instead of cut.",
    Code.CONSTANT: "A signal has the same value wherever it is known.",
    Code.MANY_LABELS: "A signal has very many labels; the rare ones share a bin.",
    Code.DATE: "A date is not scored; its age can be.",
    Code.UNWEIGHTED: "Rows come without label weights: leads that nobody pursued are not stood for.",
    Code.AGAINST_WRITTEN: "Outcomes point the other way than the written points.",
    Code.NO_COMPLETENESS: "No signal says how much of a form is filled in.",
    Code.RARE: "Bins that few leads fell into.",
    Code.OTHER_POLICY: "The scorecard was made under another version of the policy.",
    Code.NOTHING_LATER: "No lead is newer than those that the scorecard was learned from.",
    Code.NO_CHANCES: "Points cannot be turned into chances yet, so costs cannot set a cut-off.",
    Code.NO_WEEKS: "Leads have no times, so nobody knows how many come in a week.",
    Code.FOLLOWS_ROUTING: "The scorecard tells who was pursued better than what came of leads drawn by lot.",
    Code.TOO_FEW_DRAWN: "Too few drawn leads have an outcome to tell demand from routing.",
    Code.COARSE_AHEAD: "The coarse scorecard orders the newest leads better: the market may have changed.",
    Code.WORSE: "On later leads it may be worse than the scorecard in charge.",
    Code.TOO_FEW_LATER: "Too few outcomes are later than what the scorecards were learned from.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know; ``about`` names the signal or the count."""

    code: Code
    about: str

    def __str__(self) -> str:
        return f"{ABOUT[self.code]} {self.about}".strip()


class CannotLearnError(PlumblineError):
    """The rows allow for no verdict at all: what they are must be settled first."""

    code: ClassVar[str] = "cannot_learn"

    def __init__(self, note: Note) -> None:
        self.note = note
        super().__init__(f"{note} ({note.code})")
