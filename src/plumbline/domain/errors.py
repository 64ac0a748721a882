"""One base, one class per situation. The code is stable; the message is for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.domain.issues import Issue


class PlumblineError(Exception):
    """Something a person can act on. Doors show ``code`` and the message, never a traceback."""

    code: ClassVar[str] = "plumbline_error"


class UnreadableFileError(PlumblineError):
    """A file is missing, empty, truncated or not what its name says."""

    code = "unreadable_file"


class MappingError(PlumblineError):
    """The mapping file and the data do not fit together."""

    code = "mapping"


class InvalidPolicyError(PlumblineError):
    """The policy has problems that block its use. ``issues`` holds all of them."""

    code = "invalid_policy"

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        lines = "\n".join(f"  {issue}" for issue in self.issues)
        super().__init__(f"{len(self.issues)} problem(s) block this policy:\n{lines}")


class InvalidScorecardError(PlumblineError):
    """A scorecard file does not hold what its schema or its hash says."""

    code = "invalid_scorecard"

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        lines = "\n".join(f"  {issue}" for issue in self.issues)
        super().__init__(f"{len(self.issues)} problem(s) block this scorecard:\n{lines}")


class SignalsMismatchError(PlumblineError):
    """The columns to be scored are not the signals that the scorecard describes."""

    code = "signals_mismatch"


class LedgerError(PlumblineError):
    """The ledger cannot be read or extended."""

    code = "ledger"


class LeadBookError(PlumblineError):
    """The book of leads cannot be read or extended."""

    code = "lead_book"


class TamperedError(PlumblineError):
    """Stored bytes differ from what was committed to."""

    code = "tampered"


class UnknownLeadError(PlumblineError):
    """No decision about this lead is recorded here."""

    code = "unknown_lead"


class RunInProgressError(PlumblineError):
    """Another process works on the same run folder."""

    code = "run_in_progress"


class RunConflictError(PlumblineError):
    """The folder already holds a run of other input, policy, reader or moment."""

    code = "run_conflict"


class StorageError(PlumblineError):
    """The disk refused: full, read-only, gone. Nothing half-written is left behind."""

    code = "storage"


class MissingPropensityError(PlumblineError):
    """A metric was asked for rows whose draw probabilities were not logged (law 10)."""

    code = "missing_propensity"


class SmallPropensityError(PlumblineError):
    """A logged chance is below the least that estimates allow, or is no chance: above 1, or negative."""

    code = "small_propensity"


class ModelError(PlumblineError):
    """The registry of scorecards cannot do what was asked: not this version, not this person, not yet."""

    code = "models"


class ExistsError(PlumblineError):
    """What would be written is there already, and nobody said to replace it."""

    code = "exists"


class MissingExtraError(PlumblineError):
    """The command needs parts that come with an extra, and they are not installed."""

    code = "missing_extra"


class NoLeadsError(PlumblineError):
    """The file has no row that can be a lead."""

    code = "no_leads"


class ReaderSettingsError(PlumblineError):
    """The settings of a second reader cannot be used, or what it needs is not installed."""

    code = "reader_settings"


class TrialError(PlumblineError):
    """A second reader may not count yet, or nobody stands for the decision."""

    code = "trial"


class InvalidCorrectionError(PlumblineError):
    """A correction of a reading that says nothing usable: no such value, nobody's name, no reason."""

    code = "invalid_correction"
