"""Every code the policy compiler can give, with one sentence for the reference page.

A code is stable once released: tools and tests match on it. Add one here and in ``EXPLANATIONS``. The codes
of conditions themselves stand in ``plumbline.policy.conditions``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Code(StrEnum):
    """Problems of a policy file, in the order in which they are looked for."""

    # The text
    EMPTY_FILE = "empty_file"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_NODES = "too_many_nodes"
    TOO_DEEP = "too_deep"
    YAML_SYNTAX = "yaml_syntax"
    YAML_ANCHOR = "yaml_anchor"
    YAML_TAG = "yaml_tag"
    YAML_VERSION = "yaml_version"
    YAML_KEY = "yaml_key"
    DUPLICATE_KEY = "duplicate_key"
    SECOND_DOCUMENT = "second_document"
    NOT_A_MAPPING = "not_a_mapping"
    # The shape
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    NOT_ONE_OF = "not_one_of"
    OUT_OF_RANGE = "out_of_range"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    BAD_VALUE = "bad_value"
    # Signals
    BAD_NAME = "bad_name"
    RESERVED_NAME = "reserved_name"
    SOURCE_OR_EXPR = "source_or_expr"
    UNKNOWN_SOURCE = "unknown_source"
    KIND_MISMATCH = "kind_mismatch"
    KIND_NEEDED = "kind_needed"
    MEASURE_MISMATCH = "measure_mismatch"
    SETTING_WITHOUT_EFFECT = "setting_without_effect"
    SIGNAL_CYCLE = "signal_cycle"
    RESULT_IN_EXPR = "result_in_expr"
    UNUSED_SIGNAL = "unused_signal"
    CONFIDENCE_NEEDED = "confidence_needed"
    # Purposes
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    FIELD_NOT_DECLARED = "field_not_declared"
    UNKNOWN_FIELD = "unknown_field"
    UNUSED_FIELD = "unused_field"
    BASIS_NEEDED = "basis_needed"
    BASIS_REFUSED = "basis_refused"
    # Points
    UNDECLARED_SIGNAL = "undeclared_signal"
    DIMENSION_NEEDED = "dimension_needed"
    MISSING_IS_NOT_ZERO = "missing_is_not_zero"
    BINS_NEEDED = "bins_needed"
    NOT_SCORED = "not_scored"
    CAP_OVERLAP = "cap_overlap"
    CAP_LIMITS = "cap_limits"
    BANDS_OUT_OF_ORDER = "bands_out_of_order"
    LEVELS_OUT_OF_ORDER = "levels_out_of_order"
    # Routes and people
    BAND_WITHOUT_ROUTE = "band_without_route"
    ROUTES_OUT_OF_ORDER = "routes_out_of_order"
    ROUTE_WITHOUT_OWNER = "route_without_owner"
    OWNER_TYPO = "owner_typo"
    # Rules
    DUPLICATE_RULE = "duplicate_rule"
    RULE_WITHOUT_EFFECT = "rule_without_effect"
    RULE_NEVER_FIRES = "rule_never_fires"
    RULE_SHADOWED = "rule_shadowed"
    RULE_HIDES_MISSING = "rule_hides_missing"
    NOTHING_TO_ASK = "nothing_to_ask"
    TEXT_ALONE = "text_alone"
    # Actions, autonomy, draws
    NOT_ASKABLE = "not_askable"
    ACTION_NOT_REACHED = "action_not_reached"
    DISQUALIFY_ACTS = "disqualify_acts"
    DRAW_BELOW_FLOOR = "draw_below_floor"
    DRAW_OFF = "draw_off"
    # Retention and examples
    NO_EXAMPLES = "no_examples"
    EXAMPLE_VALUE = "example_value"
    EXAMPLE_EXPECTS_NOTHING = "example_expects_nothing"
    EXAMPLE_UNKNOWN_RULE = "example_unknown_rule"


def sentence(message: str) -> str:
    """A message with a capital and a full stop."""
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "?", "!")) else ".")


EXPLANATIONS: Final[dict[Code, str]] = {
    Code.EMPTY_FILE: "The file holds nothing.",
    Code.FILE_TOO_LARGE: "A policy is at most one megabyte of text; larger files are not read.",
    Code.TOO_MANY_NODES: "The file holds more keys and values than a policy may have.",
    Code.TOO_DEEP: "Mappings and lists are nested deeper than any policy needs.",
    Code.YAML_SYNTAX: "The text is not YAML 1.2 (a tab, an unclosed bracket, a broken indent).",
    Code.YAML_ANCHOR: (
        "Anchors and aliases are refused: a few lines of them can unfold to gigabytes, and a reviewer "
        "cannot see what stands where."
    ),
    Code.YAML_TAG: "Tags (!!type) are refused: a policy is plain data.",
    Code.YAML_VERSION: "Directives other than YAML 1.2 are refused, because 1.1 reads 'no' as false.",
    Code.YAML_KEY: "A key is a mapping or a list; keys are plain words.",
    Code.DUPLICATE_KEY: "A key stands twice in one mapping; only one of the two could have an effect.",
    Code.SECOND_DOCUMENT: "A policy file holds one YAML document.",
    Code.NOT_A_MAPPING: "A policy is a mapping of keys at its top, not a list or a single value.",
    Code.UNKNOWN_KEY: "The key is not part of a policy file; often a typing mistake.",
    Code.MISSING_KEY: "A key that every policy needs is not there.",
    Code.WRONG_TYPE: "The value has another type than expected there.",
    Code.NOT_ONE_OF: "The value is not one of the fixed words allowed there.",
    Code.OUT_OF_RANGE: "The number is outside its allowed range.",
    Code.TOO_MANY: "The list or mapping holds more entries than allowed, or fewer than needed.",
    Code.TOO_LONG: "The text is longer than allowed, or empty.",
    Code.BAD_VALUE: "The value cannot be read as what is expected there.",
    Code.BAD_NAME: "A name is a letter followed by letters, digits and underscores.",
    Code.RESERVED_NAME: "The name already means something else in conditions or in result files.",
    Code.SOURCE_OR_EXPR: (
        "A signal has either 'from' (where it comes from) or 'expr' (how it is made from other "
        "signals), exactly one."
    ),
    Code.UNKNOWN_SOURCE: (
        "The source is neither a field of the lead model, nor extra.<name>, nor event.<kind>, nor "
        "signals.completeness."
    ),
    Code.KIND_MISMATCH: (
        "The declared kind differs from what the source, the measure or the expression gives."
    ),
    Code.KIND_NEEDED: "The kind cannot be known from the source, so it must be written.",
    Code.MEASURE_MISMATCH: "The measure does not fit the source, or needs a setting that is missing.",
    Code.SETTING_WITHOUT_EFFECT: (
        "The setting has no effect on this signal; it may have been meant for another one."
    ),
    Code.SIGNAL_CYCLE: "Signals are made from each other in a circle.",
    Code.RESULT_IN_EXPR: (
        "A signal is made from a result (band, points, levels), which is only known after all signals are."
    ),
    Code.UNUSED_SIGNAL: "Nothing reads the signal: no points, rule, action or other signal.",
    Code.CONFIDENCE_NEEDED: "A reading is never certain: say how likely it must be to be right.",
    Code.PURPOSE_NOT_ALLOWED: (
        "A field or signal is used for a purpose that it does not allow, somewhere along the path "
        "named in the message."
    ),
    Code.FIELD_NOT_DECLARED: (
        "A received field that a signal stands on has no entry under 'fields', so its purposes are not known."
    ),
    Code.UNKNOWN_FIELD: "The field is not part of the lead model.",
    Code.UNUSED_FIELD: "Purposes are declared for a field that no signal stands on.",
    Code.BASIS_NEEDED: "Data about a person needs a lawful basis.",
    Code.BASIS_REFUSED: (
        "The lawful basis cannot carry this use: 'contract' does not cover ranking people who have "
        "not bought, and data about a person is never 'not-personal'."
    ),
    Code.UNDECLARED_SIGNAL: "The name is not a declared signal.",
    Code.DIMENSION_NEEDED: "A scored signal says which of fit, intent and readiness it speaks about.",
    Code.MISSING_IS_NOT_ZERO: (
        "Unknown is not bad: points for a missing value are 0, except for the visible completeness signal."
    ),
    Code.BINS_NEEDED: "A scorecard entry lists at least one bin with its points.",
    Code.NOT_SCORED: "A capped signal has no points, so the cap cannot act on it.",
    Code.CAP_OVERLAP: "A signal stands in two caps, so its points would be clipped twice.",
    Code.CAP_LIMITS: (
        "The limits of a cap must be in order and must allow 0, or a missing value would change the score."
    ),
    Code.BANDS_OUT_OF_ORDER: "Cut-offs of bands must fall from A to C.",
    Code.LEVELS_OUT_OF_ORDER: "The cut-off of 'high' must lie above that of 'medium'.",
    Code.BAND_WITHOUT_ROUTE: "Leads of a band would have no route.",
    Code.ROUTES_OUT_OF_ORDER: (
        "A lower band gets more human attention than a higher one; this may be a mix-up."
    ),
    Code.ROUTE_WITHOUT_OWNER: "Leads on a route would belong to nobody.",
    Code.OWNER_TYPO: "The owner's name is nearly the name of another owner.",
    Code.DUPLICATE_RULE: "Two rules have the same id, so traces could not tell them apart.",
    Code.RULE_WITHOUT_EFFECT: "The rule sets no route, owner or action and proposes nothing.",
    Code.RULE_NEVER_FIRES: "No lead can meet the condition.",
    Code.RULE_SHADOWED: "Whenever the rule fires, an earlier one already has the same or a stronger effect.",
    Code.RULE_HIDES_MISSING: "A missing field would lower the route without anyone being asked.",
    Code.NOTHING_TO_ASK: "The rule asks when it is unknown, but no signal it reads has a question.",
    Code.TEXT_ALONE: (
        "A message alone could propose a disqualification. Text is a signal: it takes a second ground that "
        "is no text, and points and bands are none, since text may have made them."
    ),
    Code.NOT_ASKABLE: "The signal has no question ('ask'), so nobody can be asked for it.",
    Code.ACTION_NOT_REACHED: "No lead can get this action.",
    Code.DISQUALIFY_ACTS: "Disqualification is never automatic: 'approve' is the highest stage.",
    Code.DRAW_BELOW_FLOOR: "The chance is too low for the controls that stand on this draw.",
    Code.DRAW_OFF: "The draw is switched off, so what it measures will not be known.",
    Code.NO_EXAMPLES: "A policy without examples is not published: nobody could see what it is meant to do.",
    Code.EXAMPLE_VALUE: "An example gives a value for an unknown signal, or one of the wrong kind.",
    Code.EXAMPLE_EXPECTS_NOTHING: "An example that expects nothing proves nothing.",
    Code.EXAMPLE_UNKNOWN_RULE: "An example expects a rule that the policy does not have.",
}
