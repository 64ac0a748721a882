"""What people write: put together from labelled parts, so that the truth about each message is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from plumbline.simulate import people
from plumbline.simulate.streams import Dice
from plumbline.simulate.words import channels, choose, column, cumulative, not_buyers, pick, pick_from, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

REQUESTS: Final = ("demo", "pricing", "trial", "meeting", "information", "security_review", "none")
NEEDS: Final = ("explicit", "implied", "none")
TIMELINES: Final = ("<= 30 days", "<= 90 days", "<= 12 months", "> 12 months", "none")
BUDGETS: Final = ("approved", "exists", "none_available", "not_mentioned")
AUTHORITIES: Final = ("decision_maker", "influencer", "evaluator", "none_stated")
RIGHTS: Final = ("unsubscribe", "object", "erase", "access", "rectify")
INJECTIONS: Final = ("raise", "lower", "leak", "route")
PARTS: Final = (
    "greeting",
    "need",
    "request",
    "timeline",
    "budget",
    "authority",
    "competitor",
    "injection",
    "closing",
)
_NOT_BUYER_REQUEST: Final = {
    "job_seeker": "job_application", "student": "student_research", "vendor": "vendor_pitch",
    "existing_customer_support": "support", "press": "press", "spam": "spam",
}  # fmt: skip
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
#: How the first message of each channel reaches us.
_CHANNELS: Final = (
    "form", "form", "form", "form", "form", "chat", "call_note", "email", "email", "form",
)  # fmt: skip
_SAYS: Final = {"timeline": 0.45, "budget": 0.35, "authority": 0.35}
_COMPETITOR: Final = 0.12


def write_first(
    settings: Settings, streams: Streams, codes: pl.DataFrame, leads: pl.DataFrame
) -> pl.DataFrame:
    """One row per lead that wrote: its text, its labels, and the words that stand for each label."""
    dice = Dice(streams.under("messages"), codes["key"].to_numpy())
    wrote = _wrote(dice, codes)
    labels = _labels(settings, dice, codes)
    parts = {name: _words(dice, name, labels) for name in PARTS}
    slots = _slots(dice, leads)
    text = pl.DataFrame(parts | slots).select(*(_fill(name) for name in PARTS))
    quiet = dice.below("quiet", settings.forms.casing)
    text = text.with_columns(pl.when(pl.lit(quiet)).then(pl.all().str.to_lowercase()).otherwise(pl.all()))
    gap = pl.Series(np.where(dice.uniform("gap") < 0.2, "\n", " "))
    return _assemble(codes, labels, text, gap).filter(wrote)


def _wrote(dice: Dice, codes: pl.DataFrame) -> pl.Series:
    """The interested write more often; so do people who want something else."""
    base = column(table("market")["channels"], "message")[codes["channel"].to_numpy()]
    chance = np.clip(base * (1 + 0.3 * np.tanh(codes["intent"].to_numpy())), 0, 0.97)
    chance = np.where((codes["not_buyer"].to_numpy() > 0) & (base > 0), np.maximum(chance, 0.6), chance)
    return dice.below("wrote", chance)


def _labels(settings: Settings, dice: Dice, codes: pl.DataFrame) -> dict[str, NDArray[np.int64]]:
    """Codes per part; a code past the end of a vocabulary, or -1, means that the part is not said."""
    intent = codes["intent"].to_numpy()
    says = {
        name: np.where(dice.uniform(f"says {name}") < share, codes[name].to_numpy().astype(np.int64), last)
        for (name, share), last in zip(_SAYS.items(), (4, 3, 3), strict=True)
    }
    demo = codes["channel"].to_numpy() == channels().index("Demo Form")
    wish = choose(cumulative(np.array([0.18, 0.22, 0.12, 0.16, 0.24, 0.04, 0.04])), dice.uniform("wish"))
    wish = np.where(
        intent + 0.7 * dice.normal("lukewarm") < -0.6, np.where(dice.uniform("idle") < 0.6, 4, 6), wish
    )
    special = dice.uniform("injected") < settings.injections
    return says | {
        "request": np.where(demo & (dice.uniform("demo") < 0.6), 0, wish),
        "need": 2 - np.digitize(intent + 0.8 * dice.normal("need"), (-0.3, 0.6)),
        "competitor": np.where(dice.uniform("competitor") < _COMPETITOR, 0, -1),
        "injection": np.where(special, dice.index("goal") % len(INJECTIONS), -1),
        "not_buyer": codes["not_buyer"].to_numpy().astype(np.int64),
        "language": _language(dice, codes),
    }


def _language(dice: Dice, codes: pl.DataFrame) -> NDArray[np.int64]:
    """Half of those who could write in German, French or Spanish do; everyone else writes English."""
    own = codes["language"].to_numpy().astype(np.int64)
    possible = np.isin(own, [people.LANGUAGES.index(name) for name in _languages()])
    foreign = possible & (dice.uniform("foreign") < 0.5) & (codes["not_buyer"].to_numpy() == 0)
    return np.where(foreign, own, 0)


def _languages() -> list[str]:
    return [name for name in table("messages") if name in people.LANGUAGES]


def _words(dice: Dice, part: str, labels: dict[str, NDArray[np.int64]]) -> pl.Series:
    """The words of one part for every row; null where it is not said."""
    size = labels["language"].size
    lists, group = _choices(part, labels)
    text = pick_from(lists, group, dice.index(f"words {part}"))
    buyer = pl.Series(labels["not_buyer"] == 0)
    if part in {"need", "request", "timeline", "budget", "authority", "competitor"}:
        text = text.zip_with(
            buyer,
            _other_words(dice, labels) if part == "request" else pl.Series([None] * size, dtype=pl.String),
        )
    return text.replace({"": None})


def _choices(part: str, labels: dict[str, NDArray[np.int64]]) -> tuple[list[list[str]], NDArray[np.int64]]:
    """All word lists of a part over languages, and which of them each row draws from."""
    vocabulary = {
        "need": NEEDS,
        "request": REQUESTS,
        "timeline": TIMELINES,
        "budget": BUDGETS,
        "authority": AUTHORITIES,
    }
    tables: list[dict[str, Any]] = [
        table("messages").get(name, table("messages")["en"]) for name in people.LANGUAGES
    ]
    language = labels["language"]
    if part in vocabulary:
        words = vocabulary[part]
        lists = [entry[part].get(word, [""]) for entry in tables for word in words]
        return lists, language * len(words) + np.clip(labels[part], 0, len(words) - 1)
    if part == "injection":
        lists = [[""], *(table("messages")["en"]["injection"][goal] for goal in INJECTIONS)]
        return lists, labels["injection"] + 1
    if part == "competitor":
        return [[""], *(entry[part] for entry in tables)], np.where(labels[part] >= 0, language + 1, 0)
    return [entry[part] for entry in tables], language


def _other_words(dice: Dice, labels: dict[str, NDArray[np.int64]]) -> pl.Series:
    lists = [[""], *(table("messages")["en"]["not_a_buyer"][kind] for kind in not_buyers())]
    return pick_from(lists, labels["not_buyer"], dice.index("words other"))


def _slots(dice: Dice, leads: pl.DataFrame) -> dict[str, pl.Series]:
    months = pick(_MONTHS, dice.index("month"))
    return {
        "n": leads["Field Crew Size"].replace({"1": "2"}),
        "city": leads["City"],
        "month": months,
        "given": leads["First Name"],
    }


def _fill(name: str) -> pl.Expr:
    part = pl.col(name)
    for slot in ("n", "city", "month", "given"):
        part = part.str.replace(f"{{{slot}}}", pl.col(slot), literal=True)
    return part


def _assemble(
    codes: pl.DataFrame, labels: dict[str, NDArray[np.int64]], text: pl.DataFrame, gap: pl.Series
) -> pl.DataFrame:
    joined = (
        pl.when(pl.lit(gap) == " ")
        .then(pl.concat_str(PARTS, separator=" ", ignore_nulls=True))
        .otherwise(pl.concat_str(PARTS, separator="\n", ignore_nulls=True))
    )
    buyer = pl.Series(labels["not_buyer"] == 0)
    kinds = list(not_buyers())
    said = {
        name: pick_from([list(words)], np.zeros_like(labels[name]), labels[name]).zip_with(
            buyer, pl.Series([words[-1]])
        )
        for name, words in (
            ("need", NEEDS),
            ("timeline", TIMELINES),
            ("budget", BUDGETS),
            ("authority", AUTHORITIES),
        )
    }
    other = pl.Series(["", *(_NOT_BUYER_REQUEST[k] for k in kinds)]).gather(labels["not_buyer"])
    request = pl.Series(REQUESTS).gather(labels["request"]).zip_with(buyer, other)
    return pl.DataFrame({
        "number": codes["number"],
        "at": codes["created"],
        "channel": pick(_CHANNELS, codes["channel"]),
        "text": text.select(joined).to_series(),
        "language": pl.Series(people.LANGUAGES).gather(labels["language"]),
        "request": request,
        **said,
        "competitor": (labels["competitor"] >= 0) & (labels["not_buyer"] == 0),
        "not_a_buyer": pl.Series([None, *kinds], dtype=pl.String).gather(labels["not_buyer"]),
        "data_rights": pl.Series([None] * codes.height, dtype=pl.String),
        "injection_goal": pl.Series([None, *INJECTIONS], dtype=pl.String).gather(labels["injection"] + 1),
        **{f"quote_{name}": text[name] for name in PARTS[1:-1]},
    })  # fmt: skip
