"""Letters: tidying, folding for comparison, and the scripts a text is written in.

Folding and transliteration make comparison keys only. No normal form is ever transliterated.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Controls, zero-width characters and bidirectional marks: they cannot be seen and tell nothing.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SPACES: Final = re.compile(r"\s+")
#: Emoji, dingbats and private characters; letters and punctuation of every language stay.
_PICTURES: Final = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\ue000-\uf8ff\U000e0020-\U000e007f\U000f0000-\U0010ffff]"
)
_LATIN: Final = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ŋ": "n",
        "ĸ": "k",
        "ə": "a",
    }
)
#: Letter by letter, roughly BGN/PCGN; good enough to compare, not to print.
_CYRILLIC: Final = str.maketrans(
    dict(
        zip(
            "абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґјљњћђџѓќѕўқғүұөһңәҷҳӣӯ",
            "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya "
            "e ye i yi g j lj nj c dj dz gj kj "
            "dz u q gh u u o h n a j h i u".replace("-", "·").split(),
            strict=True,
        )
    )
)
_GREEK: Final = str.maketrans(
    dict(
        zip(
            "αβγδεζηθικλμνξοπρσςτυφχψω",
            [
                "a",
                "v",
                "g",
                "d",
                "e",
                "z",
                "i",
                "th",
                "i",
                "k",
                "l",
                "m",
                "n",
                "x",
                "o",
                "p",
                "r",
                "s",
                "s",
                "t",
                "y",
                "f",
                "ch",
                "ps",
                "o",
            ],
            strict=True,
        )
    )
)
_UMLAUT: Final = re.compile(r"(?<![aeiouq])([aou])e")
#: One name each for the scripts that are told apart.
_NAMES: Final = """LATIN CYRILLIC GREEK ARABIC HEBREW HAN HIRAGANA KATAKANA HANGUL THAI DEVANAGARI ARMENIAN
GEORGIAN BENGALI TAMIL TELUGU KANNADA MALAYALAM GUJARATI GURMUKHI KHMER LAO MYANMAR ETHIOPIC SINHALA MONGOLIAN
TIBETAN"""
_SCRIPTS: Final = tuple(_NAMES.split())


def tidy(text: str) -> str:
    """Composed (NFC), without invisible characters, single spaces."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def without_pictures(text: str) -> str:
    """Without emoji; with them kept where nothing else is there."""
    left = _SPACES.sub(" ", _PICTURES.sub(" ", text)).strip()
    return left if any(letter.isalnum() for letter in left) else text


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case without accents, in Latin letters where the script has an alphabet that is known."""
    if text.isascii():
        return text.lower()
    compatible = unicodedata.normalize("NFKC", text).casefold().translate(_LATIN)
    compatible = compatible.translate(_CYRILLIC).translate(_GREEK).replace("·", "")
    plain = unicodedata.normalize("NFKD", compatible).translate(_GREEK)
    return unicodedata.normalize(
        "NFC", "".join(c for c in plain if not unicodedata.combining(c) or not _is_accent(c))
    )


def _is_accent(mark: str) -> bool:
    # Vowel signs of Indic, Thai, Arabic and Hebrew carry meaning and are no accents.
    return (
        mark < "\u0400"
        or "\u1ab0" <= mark <= "\u1aff"
        or "\u1dc0" <= mark <= "\u1dff"
        or "\u20d0" <= mark <= "\u20ff"
    )


def umlauts_folded(folded: str) -> str:
    """``mueller`` and ``müller`` alike: a, o, u before an e that spells an umlaut."""
    return _UMLAUT.sub(r"\1", folded)


@lru_cache(maxsize=8_192)
def script_of(letter: str) -> str | None:
    """The script of a letter; None for digits, signs and scripts that are not told apart."""
    if letter.isascii():
        return "LATIN" if letter.isalpha() else None
    if not letter.isalpha():
        return None
    name = unicodedata.name(letter, "")
    if name.startswith("CJK"):
        return "HAN"
    return next((script for script in _SCRIPTS if name.startswith(script)), None)


def scripts(text: str) -> frozenset[str]:
    """The scripts of the letters of a text."""
    if text.isascii():
        return frozenset(("LATIN",)) if any(letter.isalpha() for letter in text) else frozenset()
    return frozenset(filter(None, map(script_of, text)))


def is_spaceless(text: str) -> bool:
    """Whether the words of a text are written without spaces between them."""
    return not text.isascii() and bool(
        scripts(text) & {"HAN", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "KHMER", "LAO", "MYANMAR"}
    )
