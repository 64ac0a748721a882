# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""Which language a message is in, from scripts and everyday words. Small on purpose: it only decides what to read."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from plumbline.reading.letters import fold

#: Languages the shipped cue file has cues for. Requests to stop or erase are understood in more.
SUPPORTED: Final = frozenset({"en", "de", "es", "fr"})

_PROFILES: Final = {
    "en": "the and to of you we is for our your are have with this that it be can what not please do my if would from will at an or how me us they was but i in a on no hi thanks hello need want get call price just any who when has as by been all there so out up about which more one send i'm don't it's",
    "de": "der die das und ist wir nicht ein eine mit fur auf sie ich zu den dem von sind haben bitte unsere unser uns ihr ihre wie kann noch auch bei als oder wird werden zum zur einen sehr geehrte damen herren guten tag vielen dank mir keine",
    "es": "el la los las de que y en un una es por para con no se su nos somos estoy hola gracias del al mi les como pero mas le tenemos esta este hay queremos necesitamos buenos dias saludo quiero sin tienen puede",
    "fr": "le la les des et est nous vous je un une pour dans pas que qui sur avec au aux du ce cette notre nos votre vos bonjour merci sommes avons il ne se sont plus par mais cordialement bien etes monsieur madame me",
    "it": "il lo gli di che e un una per con non sono siamo abbiamo vorrei buongiorno grazie della del nella anche ci nostro nostra vostro vostra piu come salve",
    "pt": "o os as um uma e de que para com nao nos sao temos estamos obrigado obrigada bom dia gostaria voces da do em por mais sua nosso nossa ola",
    "nl": "de het een en van wij niet is voor met op zijn hebben graag ons onze u uw dank dag goedemorgen bij ook naar kunt kunnen wat geen",
    "pl": "jest nie sie prosze dzien dobry dziekuje jestesmy czy jak dla na oraz nasz nasza chcemy mamy",
    "hi": "hai kya mujhe chahiye nahi nahin aap hum ho kab kitna kitne bhai karo kar mera mere meri ka ki ke ko se mein rha raha rahe kaise kyu kyun hua gaya abhi tha bhi tak wala toh paisa paise milega aur koi batao bata dijiye kijiye namaste humein hamari hamare",
    "sv": "och att det som vi inte har med for ar en ett hej tack kan vill oss var till",
    "tr": "bir ve icin bu ile merhaba tesekkurler lutfen istiyoruz degil var mi biz",
}  # fmt: skip
_WORDS: Final = {language: frozenset(words.split()) for language, words in _PROFILES.items()}
_LATIN: Final = re.compile("[a-z']+")
#: Everyday words that make a language more than a guess.
_ENOUGH: Final = 3
_LANGUAGES: Final = {
    word: tuple(language for language, words in _WORDS.items() if word in words)
    for word in frozenset().union(*_WORDS.values())
}
_EVERYDAY: Final = frozenset(_LANGUAGES)
_SCRIPTS: Final = re.compile(
    "(?P<ja>[\u3040-\u30ff]+)|(?P<zh>[\u3400-\u9fff]+)|(?P<ko>[\uac00-\ud7af\u1100-\u11ff]+)|(?P<hi>[\u0900-\u097f]+)|(?P<bn>[\u0980-\u09ff]+)|"
    "(?P<ta>[\u0b80-\u0bff]+)|(?P<te>[\u0c00-\u0c7f]+)|(?P<ru>[\u0400-\u052f]+)|(?P<ar>[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]+)|"
    "(?P<he>[\u0590-\u05ff]+)|(?P<el>[\u0370-\u03ff]+)|(?P<th>[\u0e00-\u0e7f]+)|(?P<ka>[\u10a0-\u10ff]+)|(?P<hy>[\u0530-\u058f]+)"
)  # fmt: skip


_OTHER: Final = re.compile(
    "[\u0370-\u052f\u0530-\u06ff\u0750-\u077f\u0900-\u09ff\u0b80-\u0bff\u0c00-\u0c7f\u0e00-\u0e7f\u10a0-\u11ff\u3040-\u9fff\uac00-\ud7af\ufb50-\ufeff]"
)


def detect_language(folded: str, words: set[str]) -> str:
    """ISO 639-1, or ``und`` when there are no letters. Short Latin text without everyday words counts as English."""
    if not folded.isascii() and (other := _other_script(folded)):
        return other
    if not any(map(str.islower, words)):
        return "und"
    scores = dict.fromkeys(_WORDS, 0)
    for word in words & _EVERYDAY:
        for language in _LANGUAGES[word]:
            scores[language] += 1
    most = max(scores.values())
    if scores["en"] == most:
        return "en"
    best = next(language for language, score in scores.items() if score == most)
    if scores[best] < max(2, scores["en"] * 1.3, sum(map(str.islower, words)) * 0.08):
        best = "en"
    return best


def told_language(text: str) -> str | None:
    """ISO 639-1 where script or everyday words tell it; None where ``detect_language`` would suppose English."""
    folded = fold(text)
    if not folded.isascii() and (other := _other_script(folded)):
        return other
    words = {*_LATIN.findall(folded)}
    found = detect_language(folded, words)
    return found if len(words & _WORDS.get(found, frozenset())) >= _ENOUGH else None


def _other_script(text: str) -> str | None:
    if not _OTHER.search(text):
        return None
    counts = Counter[str]()
    for match in _SCRIPTS.finditer(text):
        counts[match.lastgroup or ""] += len(match[0])
    if not counts:
        return None
    latin = sum("a" <= letter <= "z" for letter in text)
    if counts["ja"]:
        counts["ja"] += counts.pop("zh", 0)
    language, letters = counts.most_common(1)[0]
    return language if letters * (3 if language in ("ja", "zh", "ko") else 1) > latin else None
