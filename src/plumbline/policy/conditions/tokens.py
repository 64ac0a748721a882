"""First reading of a condition: is it small, flat and plain enough to give to the parser?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import Token, Tokenizer, TokenType
from sqlglot.errors import TokenError

from plumbline.policy.conditions.codes import Code, problem
from plumbline.policy.conditions.limits import MAX_CHARACTERS, MAX_NESTING, MAX_TOKENS
from plumbline.policy.conditions.refusals import CAST_MESSAGE, foreign_sign

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from plumbline.domain.issues import Issue

#: The words of the language. They win over a name that is spelled like them.
WORDS: Final = frozenset({"AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "BETWEEN", "TRUE", "FALSE"})

#: The signs that are read. Some are refused later, with a better message.
_SIGNS: Final = frozenset(
    {
        "(",
        ")",
        ",",
        ".",
        "+",
        "-",
        "*",
        "/",
        "%",
        "=",
        "==",
        "<>",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "<=>",
        "||",
        "::",
    }
)
_OPENING: Final = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING: Final = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_PREFIXES: Final = frozenset({TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE})
_LITERALS: Final = frozenset({TokenType.STRING, TokenType.NUMBER, TokenType.IDENTIFIER})
_CASTS: Final = frozenset({"CAST", "TRY_CAST", "SAFE_CAST", "CONVERT", "TRY_CONVERT"})


def read_tokens(text: str, names: Collection[str]) -> tuple[list[Token], list[Issue]]:
    """The tokens of a text; none when they must not reach the parser. Known names become identifiers."""
    if refusal := _unreadable(text):
        return [], [refusal]
    try:
        tokens = Tokenizer().tokenize(text)
    except TokenError:
        return [], [problem(Code.SYNTAX, "A quotation mark is not closed. Write text as 'GB'.")]
    if refusal := _too_much(tokens):
        return [], [refusal]
    if strange := [foreign_sign(token.text) for token in tokens if _is_foreign(token)]:
        return [], list(dict.fromkeys(strange))
    return [_as_name(tokens, index, names) for index in range(len(tokens))], _oddities(tokens)


def _unreadable(text: str) -> Issue | None:
    if len(text) > MAX_CHARACTERS:
        return problem(
            Code.TOO_LARGE,
            f"The condition has {len(text):,} characters; at most {MAX_CHARACTERS:,} are allowed. "
            "Split it into several rules or derived signals.",
        )
    if "\0" in text or not _is_valid(text):
        return problem(Code.SYNTAX, "The condition contains bytes that are no text. Type it again.")
    return None


def _is_valid(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_much(tokens: Sequence[Token]) -> Issue | None:
    if not tokens:
        return problem(Code.SYNTAX, "The condition is empty. Write TRUE if it should always hold.")
    if any(token.token_type is TokenType.SEMICOLON for token in tokens):
        return problem(Code.SYNTAX, "A condition is one question: remove the semicolon and what follows it.")
    if len(tokens) > MAX_TOKENS:
        return problem(
            Code.TOO_LARGE, f"The condition has more than {MAX_TOKENS:,} words and signs. Split it."
        )
    if _nesting(tokens) > MAX_NESTING:
        return problem(
            Code.TOO_LARGE,
            f"The condition is nested more than {MAX_NESTING} levels deep. "
            "Remove parentheses that change nothing, or move a part into a derived signal.",
        )
    return None


def _nesting(tokens: Sequence[Token]) -> int:
    """The deepest level, counting brackets and runs of prefixes such as NOT NOT NOT."""
    level = deepest = run = 0
    for token in tokens:
        kind = token.token_type
        run = run + 1 if kind in _PREFIXES else 0
        level += (kind in _OPENING) - (kind in _CLOSING)
        deepest = max(deepest, level + run)
    return deepest


def _is_foreign(token: Token) -> bool:
    """Neither a literal nor a word nor a sign of the language: nothing the parser should ever meet."""
    return (
        token.token_type not in _LITERALS
        and token.text not in _SIGNS
        and not all(word.isidentifier() for word in token.text.split())
    )


def _oddities(tokens: Sequence[Token]) -> list[Issue]:
    """What the parser would accept in silence."""
    issues = []
    if any(token.comments for token in tokens):
        issues.append(problem(Code.COMMENT, "Comments do not belong here; use # in the policy file."))
    if any(_is_cast(tokens, index) for index in range(len(tokens))):
        issues.append(problem(Code.CAST, CAST_MESSAGE))
    return issues


def _is_cast(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    return token.token_type is TokenType.DCOLON or (
        token.text.upper() in _CASTS and _next_is(tokens, index, TokenType.L_PAREN)
    )


def _next_is(tokens: Sequence[Token], index: int, kind: TokenType) -> bool:
    return index + 1 < len(tokens) and tokens[index + 1].token_type is kind


def _as_name(tokens: Sequence[Token], index: int, names: Collection[str]) -> Token:
    """A declared name is a name, also where SQL has another use for the word (``row``, ``current_date``)."""
    token = tokens[index]
    if token.token_type in _LITERALS or token.text not in names or token.text.upper() in WORDS:
        return token
    if _next_is(tokens, index, TokenType.L_PAREN) or _next_is(tokens, index, TokenType.STRING):
        return token
    return Token(
        TokenType.IDENTIFIER, token.text, token.line, token.col, token.start, token.end, token.comments
    )
