# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""When: time expressions of a sentence, in days from the day the message was received.

Without that day ("by 30 June", no anchor) an expression is not resolved rather than guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from plumbline.reading.lengths import duration_days

if TYPE_CHECKING:
    from plumbline.reading.tokens import Sentence

_DAYS: Final = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6, "montag": 0, "dienstag": 1, "mittwoch": 2, "donnerstag": 3, "freitag": 4, "samstag": 5, "sonntag": 6, "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4}  # fmt: skip
_MONTHS: Final = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12, "januar": 1, "februar": 2, "marz": 3, "mai": 5, "juni": 6, "juli": 7, "oktober": 10, "dezember": 12, "enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8, "septiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12, "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "juin": 6, "juillet": 7, "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12}  # fmt: skip
_WEEKDAY: Final = r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunes|martes|miercoles|jueves|viernes|lundi|mardi|mercredi|jeudi|vendredi)"
_MONTH: Final = r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch|z)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|mai|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre)"
_YEARLY: Final = (
    r"(?:(?:financial|fiscal|calendar|academic|school|budget|contract|tax|grant|trading) )?(?:year|yr)"
)
_WHEN: Final = re.compile(
    r" (?:"
    rf"(?P<past>DUR ago|last (?:{_WEEKDAY}|week|month|quarter|year|spring|summer|autumn|fall|winter|night|time)|previous(?:ly)?|yesterday|since \S+|vor DUR|il y a DUR|hace DUR|for (?:the (?:last|past) )?DUR(?! from now| ahead| more)|(?:in )?the (?:last|past) DUR|(?:took|takes|taken|taking|lost|loses|spent|spend|spends|spending|waited|lasted|lasts|wasted|wasting) (?:us |me |them |him |her |it |about |around |up to |over |nearly |another |at least )*DUR|(?:signed|approved|released|agreed|cleared|passed|happened|came|called|rang|met)(?: it| this| that| us| through| off| on| last)* {_WEEKDAY})"
    rf"|(?P<now>today|tonight|tonite|this (?:morning|afternoon|evening)|right now|right away|immediately|straight away|asap|eod|cob|end of (?:the |play )?(?:day|today)|close of (?:business|play)|heute|hoy|aujourd hui|sofort|within the hour)"
    r"|(?P<tomorrow>tomorrow|morgen|manana|demain)"
    rf"|(?P<awo>(?:a|1) week (?:on|from) (?P<awod>{_WEEKDAY}|today|tomorrow)|(?P<awod2>{_WEEKDAY}) (?:week|in einer woche))"
    rf"|(?P<fortday>DUR (?:on|from|today) ?(?:{_WEEKDAY}|today|tomorrow)?)"
    r"|(?P<inmonths>(?:the )?(?P<dom2>\d{1,2})(?:st|nd|rd|th)? of (?P<which>this|next|the) month)"
    rf"|(?P<date>(?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m1>{_MONTH})(?: (?P<y1>20\d\d))?|(?P<m2>{_MONTH}) (?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<y2>20\d\d))?(?= ))"
    rf"|(?P<monthly>(?:by|before|in|from|until|till|for|end of|early|mid|late|im|ab|bis|en|fin|start of|beginning of|around) (?:the )?(?:end of |start of |early |mid |late |of )*(?P<m3>{_MONTH})(?: (?P<y3>20\d\d))?)"
    r"|(?P<dom>(?:by|before|on|until|till|of|um) the (?P<dom1>\d{1,2})(?:st|nd|rd|th))"
    rf"|(?P<day>(?P<dayhow>by|before|this|next|on|until|till|come|bis|para el|antes del|avant|for|of|this coming)? ?(?:close of business |cob |eod |end of (?:play )?|noon |the |am |first thing )*(?P<dayname>{_WEEKDAY})(?= ))"
    r"|(?P<weekend>(?:this|the|by) weekend)"
    r"|(?P<endweek>(?:the )?end of (?:the |this )?week|eow|ende der woche|fin de la semaine|fin de semana|later this week|this week|diese woche|esta semana|cette semaine)"
    r"|(?P<wkafter>(?:the )?week after next|in the week after next)"
    r"|(?P<nextweek>(?:early |late |sometime )?next week|nachste woche|la semana que viene|la semaine prochaine|the week ahead)"
    r"|(?P<thismonth>(?:by |at |before )?(?:the )?(?:end of |this )(?:the |this )?month(?: end)?(?! (?:one|two|three|four|five|six|twelve|#))|month end|eom|(?:la )?fin du mois|fin de mois|(?:a )?final(?:es)? de mes|ende des monats|monatsende|this month|diesen monat|diesem monat|este mes|ce mois)"
    r"|(?P<nextmonth>next month|nachsten monat|el mes que viene|le mois prochain)"
    r"|(?P<thisquarter>(?:the )?(?:end|close) of (?:the |this |our )?(?:current )?quarter|quarter end|eoq|this quarter|diesem quartal|este trimestre|ce trimestre|in diesem quartal)"
    r"|(?P<nextquarter>next quarter|nachsten quartal|proximo trimestre|prochain trimestre)"
    rf"|(?P<nextyear>(?:the )?(?:next|new|coming|following) {_YEARLY}|(?:the )?next season|nachste[sn]? jahr|el ano que viene|proximo ano|l an prochain|l annee prochaine)"
    rf"|(?P<yearend>(?:the )?end of (?:the |this |our )?{_YEARLY}|year end|yr end|eoy|this {_YEARLY}|later this year|dieses jahr|este ano|cette annee|before christmas|by christmas|by xmas)"
    r"|(?P<quarter>(?P<q>q[1-4])(?: (?:of )?(?P<qy>20\d\d))?)"
    r"|(?P<season>(?:in|by|for|before|this|next|over|come|until|im|en) (?:the |coming |next |early |late )*(?P<s>spring|summer|autumn|fall|winter))"
    r"|(?P<long>(?:a )?(?:year|yr) and a (?:bit|half)|years away|(?:a )?couple of years)"
    r"|(?P<dur>(?:(?P<inhow>in|avant|vor|antes de|before|within|inside|under|over the next|in the next|within the next|next|for|every|per|no later than|not later than|less than|about|after|until|by|only|just|have|got|innerhalb von|innerhalb|binnen|dans|en|dentro de|d ici|d ici a|in den nachsten|give us|gave us|starts in|begin in|at least|roughly|approximately|some|around|another) )*(?P<durtoken>DUR))(?P<durafter> (?:from now|away|off|out|left|time|tops|to go|max|at most|notice|today|environ))?"
    r")(?= )"
)  # fmt: skip
#: A message without any of these words speaks of no time at all.
TIME_WORDS: Final = frozenset([
    "DUR", "today", "tonight", "tonite", "morning", "afternoon", "evening", "now", "immediately", "asap", "eod", "cob", "eow", "eom", "eoq", "eoy",
    "business", "play", "tomorrow", "weekend", "week", "month", "quarter", "year", "yr", "season", "spring", "summer", "autumn", "fall", "winter",
    "straight", "away", "right", "heute", "hoy", "sofort", "aujourd", "manana", "demain", "morgen", "woche", "semana", "semaine", "monat", "mes",
    "mois", "quartal", "trimestre", "jahr", "ano", "annee", "an", "q1", "q2", "q3", "q4", "christmas", "xmas", "hour",
])  # fmt: skip
#: Words a time expression begins with, besides days, months and figures.
_FIRST_WORDS: Final = frozenset([
    "DUR", "last", "previous", "previously", "yesterday", "since", "vor", "il", "hace", "for", "in", "the", "took", "takes", "taken", "taking",
    "lost", "loses", "spent", "spend", "spends", "spending", "waited", "lasted", "lasts", "wasted", "wasting", "signed", "approved", "released",
    "agreed", "cleared", "passed", "happened", "came", "called", "rang", "met", "today", "tonight", "tonite", "this", "right", "immediately",
    "straight", "asap", "eod", "cob", "end", "close", "heute", "hoy", "aujourd", "sofort", "within", "tomorrow", "morgen", "manana", "demain", "a",
    "by", "before", "from", "until", "till", "early", "mid", "late", "im", "ab", "bis", "en", "fin", "start", "beginning", "around", "on", "of", "um",
    "next", "come", "para", "antes", "avant", "weekend", "eow", "ende", "later", "diese", "esta", "cette", "week", "nachste", "la", "month", "eom",
    "final", "finales", "monatsende", "diesen", "diesem", "este", "ce", "el", "le", "quarter", "eoq", "proximo", "prochain", "new", "coming",
    "following", "nachster", "nachsten", "nachstes", "l", "year", "yr", "eoy", "dieses", "q1", "q2", "q3", "q4", "over", "years", "couple", "inside",
    "under", "every", "per", "no", "not", "less", "about", "after", "only", "just", "have", "got", "innerhalb", "binnen", "dans", "dentro", "d",
    "give", "gave", "starts", "begin", "at", "roughly", "approximately", "some", "another", "to", "am", "cob", "noon", "first", "sometime", "samstag",
    "sonntag", "juin", "juillet",
])  # fmt: skip
#: Words that may stand before a day without a space: "bymonday".
_GLUED: Final = ("by", "before", "this", "next", "on", "until", "till", "come", "bis", "avant", "for", "of")
#: The first three letters of days and months in the languages that are read.
TIMELY_STARTS: Final = frozenset(["mon", "tue", "wed", "thu", "fri", "sat", "sun", "die", "mit", "don", "fre", "lun", "mar", "mie", "jue", "vie", "mer", "jeu", "ven", "jan", "feb", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "okt", "dez", "ene", "abr", "ago", "dic", "fev", "avr", "aou", "enj"])  # fmt: skip
_AHEAD: Final = re.compile(
    r" (?:in|avant|antes de|before|within|inside|next|than|until|by|only|have|got|another|innerhalb|binnen|dans|en|dentro|ici|us|starts|begin)\b"
)
#: "A month or two ahead" of something else is no date of its own.
_OFFSET: Final = re.compile(
    r" (?:or (?:two|so|more) )?(?:ahead|earlier|beforehand|prior|afterwards|later than)\b"
)
_SEASONS: Final = {"spring": 4, "summer": 7, "autumn": 10, "fall": 10, "winter": 12}


@dataclass(frozen=True, slots=True)
class Moment:
    """``days`` from the message, ``None`` when it cannot be known. ``words`` is the span in the sentence."""

    days: float | None
    first: int
    last: int
    past: bool = False
    length_only: bool = False


def moments(sentence: Sentence, folded: str, received: date | None) -> list[Moment]:
    """All time expressions of a sentence, in order."""
    found: list[Moment] = []
    last = 0
    for first, word in enumerate(sentence.words):
        if first < last or not _begins(word):
            continue
        match = _WHEN.match(sentence.shadow, sentence.offsets[first])
        if match is not None:
            last = sentence.span(first, match.end())[1]
            days, only = _days(match, sentence, folded, received)
            found.append(Moment(days, first, last, past=match["past"] is not None, length_only=only))
    return found


@lru_cache(maxsize=10_000)
def _begins(word: str) -> bool:
    """Whether a time expression can begin with a word."""
    if word in _FIRST_WORDS or word[0].isdigit() or word[:3] in TIMELY_STARTS:
        return True
    return any(word.startswith(how) and word != how and _begins(word[len(how) :]) for how in _GLUED)


_FIXED: Final = {
    "now": 0, "tomorrow": 1, "weekend": 6, "endweek": 5, "wkafter": 17, "nextweek": 10, "thismonth": 30, "nextmonth": 45,
    "thisquarter": 85, "nextquarter": 150, "nextyear": 330, "yearend": 200, "long": 480,
}  # fmt: skip


def _days(
    match: re.Match[str], sentence: Sentence, folded: str, received: date | None
) -> tuple[float | None, bool]:
    if match["past"]:
        return None, False
    for name, days in _FIXED.items():
        if match[name]:
            return (_known(name, received) if received else days), False
    if match["dur"] or match["fortday"]:
        return _duration(match, sentence, folded)
    if match["day"] or match["awo"]:
        return _weekday(match, received), False
    if match["dom"] or match["inmonths"]:
        return _day_of_month(match, received), False
    return (_absolute(match, received) if received else None), False


def _known(name: str, received: date) -> float:
    """The fixed expressions, when the day of the message is known."""
    month_end = (_first_of_month(received, 1) - received).days - 1
    quarter_end = (_first_of_month(received, 3 - (received.month - 1) % 3) - received).days - 1
    exact = {
        "endweek": max(4 - received.weekday(), 0), "thismonth": month_end, "nextmonth": month_end + 30, "thisquarter": quarter_end,
        "nextquarter": quarter_end + 91, "yearend": (date(received.year, 12, 31) - received).days,
    }  # fmt: skip
    return exact.get(name, _FIXED[name])


def _first_of_month(day: date, months_ahead: int) -> date:
    month = day.month - 1 + months_ahead
    return date(min(day.year + month // 12, 9999), month % 12 + 1, 1)


def _duration(match: re.Match[str], sentence: Sentence, folded: str) -> tuple[float | None, bool]:
    at = (
        sentence.span(*match.span("durtoken"))[0]
        if match["dur"]
        else sentence.span(match.start() + 1, match.end())[0]
    )
    if _OFFSET.match(sentence.shadow, match.end()):
        return None, True
    days = duration_days(folded[sentence.starts[at] : sentence.ends[at]])
    bare = (
        bool(match["dur"])
        and not match["durafter"]
        and not _AHEAD.search(sentence.shadow[match.start() : match.start("durtoken")])
    )
    return days, bare


def _weekday(match: re.Match[str], received: date | None) -> float:
    name = match["dayname"] or match["awod"] or match["awod2"] or "mon"
    later = 7 if match["awo"] or match["dayhow"] == "next" else 0
    if received is None or name in ("today", "tomorrow"):
        return (0 if name == "today" else 1 if name == "tomorrow" else 6) + later
    wanted = _DAYS.get(name, _DAYS.get(name[:3], 0))
    return (
        ((wanted - received.weekday() - 1) % 7)
        + 1
        + (later if match["awo"] or (wanted - received.weekday()) % 7 else 0)
    )


def _day_of_month(match: re.Match[str], received: date | None) -> float:
    """The 12th: this month's or the next one's, so never more than a month away."""
    if match["which"] == "next":
        return (
            25
            if received is None
            else (_first_of_month(received, 1) - received).days + int(match["dom2"]) - 1
        )
    if received is None:
        return 15
    day = int(match["dom1"] or match["dom2"])
    ahead = day - received.day
    return ahead if ahead >= 0 else ahead + (_first_of_month(received, 1) - received.replace(day=1)).days


def _absolute(match: re.Match[str], received: date) -> float | None:
    if match["quarter"]:
        return _to_month(int(match["q"][1]) * 3, match["qy"], received)
    if match["season"]:
        return _to_month(_SEASONS[match["s"]], None, received)
    name = match["m1"] or match["m2"] or match["m3"]
    month = _MONTHS.get(name) or _MONTHS[name[:3]]
    day = int(match["d1"] or match["d2"] or 28)
    return _to_month(month, match["y1"] or match["y2"] or match["y3"], received, day)


def _to_month(month: int, year: str | None, received: date, day: int = 28) -> float | None:
    """Days to a day of a month; a date without a year is the next one that comes."""
    day = min(max(day, 1), 31)
    first = date(int(year) if year else received.year, month, 1) + timedelta(days=day - 1)
    if not year and first < received:
        first = date(received.year + 1, month, 1) + timedelta(days=day - 1)
    ahead = (first - received).days
    return ahead if ahead >= 0 else None
