"""What to write instead: a message for every part of SQL outside the subset."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from plumbline.policy.conditions.codes import Code, problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from plumbline.domain.issues import Issue

_CURLY: Final = "\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
_SPELLINGS: Final = "List the spellings instead: country IN ('GB', 'gb')."
_PATTERN: Final = "Use LIKE with % and _: title LIKE '%director%'."
_AGE: Final = "Declare a signal with measure: age_days and compare its days."

CAST_MESSAGE: Final = (
    "Conversions (CAST, ::) are not allowed. Declare the signal with the kind you need; "
    "write dates as DATE '2024-12-31'."
)
_SIGN_HINTS: Final[Mapping[str, str]] = {
    **dict.fromkeys("?:@$", "Write the value itself instead of a placeholder."),
    **dict.fromkeys("[]{}", "Write lists as IN ('a', 'b') and group with parentheses."),
    **dict.fromkeys(_CURLY + "`", "Put text between straight quotation marks: 'GB'."),
    "\u2265": "Write >=.",
    "\u2264": "Write <=.",
    "\u2260": "Write <>.",
    "&": "Write AND.",
    "|": "Write OR.",
    "!": "Write NOT.",
    "~": _PATTERN,
}

#: Function name in lower case to what helps instead.
_FUNCTION_HINTS: Final[Mapping[str, str]] = {
    "lower": _SPELLINGS,
    "upper": _SPELLINGS,
    "trim": "Received text is trimmed already.",
    "coalesce": "Ask (x IS NULL OR x = 0) instead.",
    "ifnull": "Ask (x IS NULL OR x = 0) instead.",
    "nullif": "A division by zero is unknown already.",
    "contains": _PATTERN,
    "starts_with": _PATTERN,
    "ends_with": _PATTERN,
    "regexp_like": _PATTERN,
    "current_date": _AGE,
    "current_timestamp": _AGE,
    "now": _AGE,
    "datediff": _AGE,
    "abs": "Ask x BETWEEN -5 AND 5 instead.",
}

_PARTS: Final[Mapping[type[exp.Expr], tuple[Code, str]]] = {
    exp.ILike: (Code.NOT_SUPPORTED, "ILIKE differs between engines. Join LIKE for each spelling with OR."),
    exp.RegexpLike: (Code.NOT_SUPPORTED, f"Regular expressions differ between engines. {_PATTERN}"),
    exp.SimilarTo: (Code.NOT_SUPPORTED, f"SIMILAR TO differs between engines. {_PATTERN}"),
    exp.Glob: (Code.NOT_SUPPORTED, f"GLOB differs between engines. {_PATTERN}"),
    exp.Escape: (Code.LIKE, "LIKE has no ESCAPE here: % and _ always stand for other characters."),
    exp.Mod: (Code.NOT_SUPPORTED, "Remainders (%) are not supported. Use + - * / and comparisons."),
    exp.IntDiv: (Code.NOT_SUPPORTED, "DIV is not supported. Use / and compare the result."),
    exp.DPipe: (Code.NOT_SUPPORTED, "Text cannot be joined (||). Compare each signal by itself."),
    exp.Concat: (Code.SYNTAX, "Two texts stand side by side. Put AND, OR or a comma between them."),
    exp.NullSafeEQ: (Code.NOT_SUPPORTED, "Use = together with IS NULL instead."),
    exp.NullSafeNEQ: (Code.NOT_SUPPORTED, "Use <> together with IS NULL instead."),
    exp.Case: (Code.NOT_SUPPORTED, "CASE is not supported. Write one rule or one scorecard bin per case."),
    exp.If: (Code.NOT_SUPPORTED, "IF is not supported. Write one rule or one scorecard bin per case."),
    exp.Cast: (Code.CAST, CAST_MESSAGE),
    exp.TryCast: (Code.CAST, CAST_MESSAGE),
    exp.In: (Code.NOT_SUPPORTED, "IN needs a list of literals in parentheses: IN ('a', 'b')."),
    exp.Between: (Code.NOT_SUPPORTED, "BETWEEN takes two values and no further word: BETWEEN 1 AND 9."),
    exp.Any: (Code.NOT_SUPPORTED, "ANY is not supported. Use IN ('a', 'b')."),
    exp.All: (Code.NOT_SUPPORTED, "ALL is not supported. Join comparisons with AND."),
    exp.Tuple: (Code.NOT_SUPPORTED, "A list may only follow IN. Compare each value by itself."),
    exp.Interval: (Code.NOT_SUPPORTED, f"INTERVAL is not supported. {_AGE}"),
    exp.Collate: (Code.NOT_SUPPORTED, "COLLATE is not needed: text is always compared byte by byte."),
    exp.National: (Code.NOT_SUPPORTED, "Write text as 'GB', without a letter before the quotation mark."),
    exp.Star: (Code.NOT_SUPPORTED, "* stands between two numbers only."),
}


def refuse(part: exp.Expr) -> Issue:
    """The issue for a part of SQL that the language does not have."""
    if is_query(part):
        return problem(Code.SUBQUERY, "A condition sees one lead: it cannot contain a query.")
    if type(part) in _PARTS:
        return problem(*_PARTS[type(part)])
    if isinstance(part, exp.Func):
        return _function(part)
    return problem(
        Code.NOT_SUPPORTED,
        f"{shown(part)} is not supported. Use names, literals, + - * /, comparisons, BETWEEN, IN, IS NULL, "
        "LIKE, AND, OR, NOT.",
    )


def is_query(part: exp.Expr) -> bool:
    """Whether the part reads anything but the lead in front of it."""
    return isinstance(part, exp.Query | exp.Exists | exp.Unnest) or bool(part.args.get("query"))


def _function(part: exp.Func) -> Issue:
    name = part.name if isinstance(part, exp.Anonymous) else part.sql_name()
    hint = _FUNCTION_HINTS.get(name.lower(), "Declare a signal that carries the value you need.")
    return problem(Code.FUNCTION, f"Functions are not allowed, so {name.lower()}() cannot be used. {hint}")


def foreign_sign(text: str) -> Issue:
    """The issue for a sign that conditions do not have."""
    hints = [_SIGN_HINTS[sign] for sign in text if sign in _SIGN_HINTS]
    hint = hints[0] if hints else "Use + - * /, comparisons, parentheses and straight quotation marks."
    return problem(Code.NOT_SUPPORTED, f"{text[:30]} has no meaning in a condition. {hint}")


def unknown_name(name: str, names: Collection[str]) -> Issue:
    """The issue for a name nobody declared, with the likeliest one meant."""
    by_folded = {known.casefold(): known for known in names}
    close = get_close_matches(name.casefold(), by_folded, n=1)
    hint = f" Did you mean {by_folded[close[0]]}?" if close else " Declare it under signals."
    if "." in name:
        hint = " Conditions read signals: declare one with this field as its from."
    return problem(Code.UNKNOWN_NAME, f"{name[:60]} is no signal and no result.{hint}")


def shown(part: exp.Expr) -> str:
    """A part of a condition as SQL, short enough for a message."""
    text = part.sql()
    return text if len(text) <= 60 else text[:57] + "..."
