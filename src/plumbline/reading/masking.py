# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""What a reading does not need is masked before anything reads or prompts: contact data and special categories (G4).

Masks keep the length, so offsets stay true. A post such as "union rules" or "hospital" in a firm's business is no
statement about a person; statements about a person's health, beliefs, origin, union or sex life are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from plumbline.reading.beginnings import known_by
from plumbline.reading.model import Removed

if TYPE_CHECKING:
    from collections.abc import Iterator

#: One character of masked text. A letter to no alphabet, so that no cue can match it.
MASK: Final = "\u2588"

_ADDRESS: Final = r"[\w.+%'-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
_IDENTIFIER: Final = (
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"  # an IBAN
    r"|\b(?:\d[ -]?){13,19}\b"  # a card number
    r"|(?<![\w.,£$€])(?:\+|00)\d{1,3}[ ./-]?(?:\(0\))?[ ./-]?\d(?:[ ./-]?\d){5,11}\b"  # a phone number with country
    r"|(?<![\w.,£$€])0\d{2,4}[ ./-]?\d{3}[ ./-]?\d{3,5}\b"  # national
    r"|(?<![\w.,£$€])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"  # North American
    r"|(?<![\w.,£$€])[6-9]\d{4}[ -]?\d{5}\b"  # Indian mobile
    r"|\b(?!0{2})[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"  # a national insurance number
    r"|\b\d{3}-\d{2}-\d{4}\b"  # a social security number
    r"|\b(?:d\.?o\.?b\.?|date of birth|born on)\W{1,3}\d[\d /.-]{5,10}"
)
_PERSONAL: Final = re.compile(rf"{_ADDRESS}|{_IDENTIFIER}")
_WITHOUT_ADDRESS: Final = re.compile(_IDENTIFIER)

_HEALTH: Final = (
    r"cancer(?! research uk)|chemo(?:therapy)?|radiotherapy|leuk[ae]+mia|tumou?rs?|diabet(?:es|ic)|epilep(?:sy|tic)|asthma(?:tic)?|"
    r"hiv(?: positive|\+)?|aids diagnosis|hepatitis|tuberculosis|dementia|alzheimer'?s|parkinson'?s|multiple sclerosis|"
    r"autis(?:m|tic)|adhd|dyslexi[ac]|bipolar|schizophreni[ac]|depress(?:ion|ed)|anxiety(?: disorder)?|panic attacks?|ptsd|"
    r"burn(?:ed|t)?[ -]?out|nervous breakdown|mental (?:health|illness|breakdown)|suicidal|self[ -]harm|addict(?:ion|ed)|alcoholi(?:c|sm)|"
    r"rehab|pregnan(?:t|cy)|miscarri(?:age|ed)|ivf|abortion|menopaus(?:e|al)|maternity leave|"
    r"(?:my|his|her|their|has|had|having|a|recent|recovering from|after) (?:heart attack|stroke|surgery|operation on|diagnosis|illness|disability)|"
    r"heart (?:attack|condition|failure|surgery|disease)|blood pressure|kidney (?:disease|failure|transplant)|dialysis|transplant|"
    r"wheelchair(?: user)?|disabled|disability|blind in|hard of hearing|hearing loss|visually impaired|chronic (?:pain|illness|fatigue)|"
    r"long covid|(?:tested positive|positive test) for \w+|covid[- ]positive|sick(?:ness)? (?:leave|note)|signed off (?:sick|with|work)|off (?:sick|ill)|"
    r"on medication|antidepressants?|insulin|inhaler|medical (?:condition|history|leave|certificate|records? of)|"
    r"in (?:the )?hospital (?:with|for|after|having)|hospitali[sz]ed|broke(?:n)? (?:my|his|her) \w+|biopsy|relapse|stammer|anorexi[ac]|bulimi[ac]|eating disorder|"
    r"crohn'?s|arthritis|migraines?|fibromyalgia|endometriosis|psoriasis|seizures?|allergic to|blood (?:test|type)|(?:the )?std|sti clinic|therapist|psychiatr(?:ist|ic)|in therapy"
)
_BELIEF: Final = (
    r"muslims?|islamic faith|christians?|catholics?|protestants?|evangelicals?|methodists?|baptists?|jews?|jewish|hindus?|sikhs?|buddhists?|"
    r"mormons?|quakers?|jehovah'?s witness(?:es)?|atheists?|agnostic|humanist beliefs?|pagans?|"
    r"(?:my|his|her|their|our) (?:religion|religious beliefs?|faith|church|mosque|synagogue|temple|gurdwara|parish|prayers?)|"
    r"(?:for|on) religious (?:reasons|grounds)|ramadan|eid|yom kippur|shabbat|sabbath|pray(?:s|ing)?|"
    r"(?:go|goes|going|went) to (?:church|mosque|mass|synagogue|temple)|kosher|halal diet|baptis(?:ed|m)|bar mitzvah|communion|"
    r"wears? a (?:hijab|turban|kippah|crucifix|headscarf)"
)
_POLITICS: Final = (
    r"(?:vot(?:e|es|ed|ing)|campaign(?:s|ed|ing)?|canvass(?:es|ed|ing)?) (?:for )?(?:the )?(?:labour|conservatives?|tor(?:y|ies)|lib(?:eral)? dems?|greens?|reform|snp|plaid|democrats?|republicans?|bjp|congress|leave|remain|trump|biden|brexit)|"
    r"(?:labour|conservative|tory|lib(?:eral)? dem(?:ocrat)?|green|reform|snp|democrat(?:ic)?|republican|communist|socialist|bjp|aap) (?:party|member|voter|supporter|councillor|candidate|activist)s?|"
    r"member of the (?:labour|conservative|tory|green|liberal democrats?|reform|democratic|republican|communist|socialist|bjp|congress|snp)|"
    r"(?:my|his|her|their) politic(?:s|al (?:views?|opinions?|beliefs?|party|affiliation))|left[- ]wing(?:er)?|right[- ]wing(?:er)?|marxist|anarchist|"
    r"pro[- ](?:life|choice|brexit)|anti[- ](?:brexit|abortion|vax(?:xer)?)|(?:a|lifelong|staunch|registered) (?:tory|socialist|communist|republican|democrat|conservative|liberal)"
)
_UNION: Final = (
    r"(?:trade|labou?r) union(?:s|ist| member(?:s|ship)?| rep(?:resentative)?)?|union (?:member(?:s|ship)?|rep(?:resentative)?s?|card|dues|subs|activist|official|steward|convenor)|"
    r"shop steward|(?:in|joined|joining|left|with|belong(?:s)? to|member of) (?:the |a |my |our )?(?:union|unite|unison|gmb|rmt|usdaw|nasuwt|neu|teamsters|aslef|cwu|pcs|equity union)\b|"
    r"unioni[sz](?:ed|ing)|on strike|strike ballot|picket(?: line|ing)?"
)
_ORIGIN: Final = (
    r"(?:his|her|my|their) (?:race|ethnicity|ethnic (?:origin|background)|skin colou?r|immigration status)|of (?:african|asian|jewish|roma|gypsy|caribbean|arab|romani) (?:origin|descent|heritage)|"
    r"ethnic(?:ity|ally)? (?:minority|origin|background|\w+)|mixed[- ]race|black (?:british|african|caribbean|woman|man|person)|white british|british asian|"
    r"(?:roma|gypsy|traveller) (?:family|community|background)|latin[oax]\b|afro-?caribbean|asylum seeker|refugee status|undocumented"
)
_SEX: Final = (
    r"gay|lesbian|bisexual|transgender(?:ed)?|trans (?:man|woman|person)|transition(?:ing|ed) (?:from|to) (?:male|female)|queer|lgbtq?\+?|non-?binary|"
    r"homosexual|heterosexual|asexual|(?:my|his|her|their) (?:sexuality|sexual orientation|sex life)|came out(?: as)?|coming out as|same-sex (?:partner|marriage|couple)|"
    r"(?:my|his|her) (?:fingerprints?|dna|genetic test|genome|retina scan|face scan|biometrics?)|criminal record|convicted of|spent conviction|in prison"
)
#: For text in small letters.
_SPECIAL: Final = re.compile(rf"\b(?:{_HEALTH}|{_BELIEF}|{_POLITICS}|{_UNION}|{_ORIGIN}|{_SEX})\b")
_DIGIT: Final = re.compile(r"\d")
_DIGITS: Final = re.compile(r"\d[ ./()-]{0,3}(?:\d[ ./()-]{0,3}){5}")
_NUMBERED: Final = re.compile(r"[A-Z][A-Z]\s?\d")
#: Cheap test first: almost no message holds any of these stems.
_STEMS: Final = ("abort", "addict", "adhd", "agnost", "aids", "alcohol", "allergic", "alzh", "anarch", "anorex", "anti", "antidepr", "anxi", "arthrit", "asian", "asthma", "asylum", "athei", "autis", "bapti", "binary", "biometr", "biopsy", "bipolar", "bisex", "black", "blind", "blood", "breakdown", "broke", "buddh", "bulimi", "burn", "campaign", "cance", "canvass", "caribb", "cathol", "chemo", "christ", "chronic", "church", "communi", "communion", "conserv", "convict", "covid", "criminal", "crohn", "crucifix", "dementia", "democrat", "depress", "descent", "diabet", "diagnos", "dialysis", "disab", "dna", "dyslex", "eating", "eid", "endomet", "epilep", "ethnic", "evangel", "faith", "fibro", "fingerp", "gay", "genetic", "genom", "gmb", "gurdw", "gypsy", "halal", "harm", "headscarf", "hearing", "heart", "hepat", "heritage", "hijab", "hindu", "hiv", "hospital", "humanist", "illness", "immig", "impair", "inhaler", "insulin", "islam", "ivf", "jehov", "jew", "kidney", "kippah", "kippur", "kosher", "labor", "labour", "latin", "lesb", "leuk", "lgbt", "liberal", "marx", "mass", "matern", "medic", "member", "menopau", "mental", "method", "migrain", "miscarr", "mitzvah", "mormon", "mosque", "muslim", "operation", "origin", "pagan", "panic", "parish", "parkins", "party", "picket", "politic", "positive", "pray", "pregnan", "prison", "protest", "psoria", "psychia", "ptsd", "quaker", "queer", "race", "radioth", "ramadan", "refugee", "rehab", "relapse", "relig", "republic", "retina", "roma", "sabbath", "schizo", "sclero", "seizure", "sexual", "shabb", "sick", "sikh", "skin", "social", "stammer", "std", "steward", "strike", "stroke", "suicid", "surgery", "synag", "temple", "therap", "tory", "trans", "transplant", "travel", "tubercul", "tumo", "turban", "undocu", "union", "unison", "unite", "vot", "wheelchair", "white", "wing", "came out", "coming out", "face scan", "off ill", "same-sex", "signed off", "pro", "sti")  # fmt: skip
#: Stems by the word they begin with, as far as ``beginnings`` tell it.
_BY_WORD: Final = {
    key: [stem for stem in _STEMS if key in known_by(re.split(r"\W", stem)[0])]
    for key in known_by(" ".join(re.split(r"\W", stem)[0] for stem in _STEMS))
}


_KEYS: Final = frozenset(_BY_WORD)


def masks(text: str, low: str, known: set[str]) -> Iterator[tuple[Removed, int, int]]:
    """Stretches of the text to mask: contact data and identifiers, then special-category mentions.

    ``low`` is the text in small letters, ``known`` are ``beginnings`` that hold those of the text.
    """
    expression = _PERSONAL if "@" in text else _WITHOUT_ADDRESS if _numbered(text, low) else None
    if expression is not None:
        for match in expression.finditer(text):
            yield Removed.PERSONAL, *match.span()
    done = 0
    for at in _places(low, _KEYS & known):
        start, end = _around(low, max(at, done), at)
        for match in _SPECIAL.finditer(low, max(start, done), end):
            yield Removed.SPECIAL, *match.span()
            done = match.end()


def _numbered(text: str, low: str) -> bool:
    """Whether there are digits enough for an identifier, or words that announce one."""
    if not _DIGIT.search(text):
        return False
    return bool(_DIGITS.search(text) or _NUMBERED.search(text)) or "birth" in low or "dob" in low


def _places(low: str, keys: frozenset[str]) -> list[int]:
    """Where the stems stand, in order."""
    places = []
    for stem in (stem for key in keys for stem in _BY_WORD[key]):
        at = low.find(stem)
        while at >= 0:
            places.append(at)
            at = low.find(stem, at + 1)
    return sorted(places)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Whole words some way to both sides of a stem: no expression below is longer."""
    low, high = text.rfind(" ", 0, max(start - 40, 0)), text.find(" ", end + 50)
    return low + 1, len(text) if high < 0 else min(high, end + 200)


def masked(text: str, found: list[tuple[Removed, int, int]]) -> str:
    """The text with every stretch covered; same length."""
    if not found:
        return text
    parts, at = [], 0
    for _, start, end in sorted(found, key=lambda item: (item[1], -item[2])):
        if end > at:
            first = max(start, at)
            parts += [text[at:first], MASK * (end - first)]
            at = end
    return "".join([*parts, text[at:]])
