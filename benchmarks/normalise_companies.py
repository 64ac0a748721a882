"""Legal forms of the ISO list removed from generated names, and real names that must not lose anything else.

    python -m benchmarks.normalise_companies

What ships holds an edition of the same ISO list, so these figures say how well forms are *found* in a name,
not how complete the list is. The real names are the independent part.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.reading_quality import wilson
from plumbline.triage.normal.company import company
from plumbline.triage.normal.forms import TOKEN, Rule, folded_tokens, forms, key_of
from plumbline.triage.normal.script import fold, is_spaceless, scripts

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "ref_legal_forms"
ISO = DATA / "iso20275_elf_2023-09-28_v1.5.csv.gz"
NAMES = {
    "LATIN": ("Nordwind", "Alpha Star Systems", "Bäckerei Möller", "O'Neil Brothers", "H2O Works"),
    "CYRILLIC": ("Ромашка", "Северный ветер"),
    "GREEK": ("Βόρειος Άνεμος", "Ήλιος"),
    "HAN": ("北风", "東方商事"),
    "HANGUL": ("북풍", "한별"),
    "THAI": ("ลมเหนือ",),
    "KHMER": ("ខ្យល់ជើង",),
    "MYANMAR": ("မြောက်လေ",),
    "ARABIC": ("الشمال",),
}


def iso_forms() -> dict[str, set[str]]:
    """Every spelling in the list with the countries that have it."""
    found: dict[str, set[str]] = defaultdict(set)
    with gzip.open(ISO, "rt", encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            spelled = [
                row["Entity Legal Form name Local name"],
                row["Entity Legal Form name Transliterated name (per ISO 01-140-10)"],
            ]
            for column in ("Abbreviations Local language", "Abbreviations transliterated"):
                spelled += row[column].split(";")
            for one in spelled:
                if one.strip():
                    found[" ".join(one.split())].add(row["Country Code (ISO 3166-1)"])
    return found


def cases(name: str, form: str):
    """A name with a form in the places where people write it."""
    if is_spaceless(form) and not form.isascii():
        yield "end", name, name + form
        yield "start", name, form + name
        yield "end, with a space", name, f"{name} {form}"
        return
    yield "end", name, f"{name} {form}"
    yield "end, after a comma", name, f"{name}, {form}"
    yield "end, in brackets", name, f"{name} ({form})"
    yield "end, upper case", name.upper(), f"{name} {form}".upper()
    yield "end, lower case", name, f"{name} {form.lower()}"
    yield "end, without dots", name, f"{name} {form.replace('.', '')}"
    yield "before a town", f"{name}, Springfield", f"{name} {form}, Springfield"
    yield "start", name, f"{form} {name}"


def names_for(form: str) -> tuple[str, ...]:
    found = sorted(scripts(form))
    script = next((s for s in found if s in NAMES), "LATIN")
    return NAMES["HAN"] if script in {"HIRAGANA", "KATAKANA"} else NAMES[script]


def why_left(form: str, place: str) -> str:
    """Why a form was not removed: the caution that held it, or none."""
    known = forms().by_key.get(key_of(folded_tokens(form)))
    rules = known.rules if known else frozenset()
    if Rule.KEEP in rules:
        return "a word that is part of names everywhere"
    if sum(letter.isalnum() for letter in form) <= 2:
        return "one or two letters"
    if Rule.CAREFUL in rules:
        return "an abbreviation of other things too"
    return "three letters before the name" if place == "start" else "no caution: not found"


def generated(*, with_country: bool) -> tuple[dict, Counter]:
    right: Counter[str] = Counter()
    left: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for form, countries in iso_forms().items():
        country = min(countries) if with_country else None
        for name in names_for(form):
            for place, want, text in cases(name, form):
                got = company(text, country or None).value or ""
                total[place] += 1
                right[place] += got == want
                wrong[form] += got != want
                left[why_left(form, place)] += got != want
                total["emptied"] += 1
                right["emptied"] += not got.strip()
    emptied = right.pop("emptied"), total.pop("emptied")
    result = {place: wilson(right[place], total[place]) for place in total}
    result["all"] = wilson(sum(right.values()), sum(total.values()))
    ends = [place for place in total if place.startswith("end")]
    result["all at the end"] = wilson(sum(right[p] for p in ends), sum(total[p] for p in ends))
    result["emptied"] = {"names": emptied[0], "of": emptied[1]}
    result["left, and why"] = dict(left.most_common())
    return result, wrong


def real() -> dict:
    """Real names: how many lose a form, how many lose anything that is not at an end and no form."""
    with (DATA / "company_names_with_country.csv").open(encoding="utf-8") as lines:
        names = [row["company"] for row in csv.DictReader(lines)]
    found = [company(name) for name in names]
    bare = [
        one for one in found if len(TOKEN.findall(fold(one.value or ""))) == 1 and len(one.value or "") <= 3
    ]
    again = [one for one in found if company(one.value or "").value != one.value]
    return {
        "names": len(names),
        "with a form removed": sum("legal_form" in one.parts for one in found),
        "emptied": sum(not one.value for one in found),
        "left with three letters or fewer": sorted(
            {f"{one.received} -> {one.value}" for one in bare if one.changed}
        ),
        "not the same when done twice": sorted(f"{one.received} -> {one.value}" for one in again),
        "forms": Counter(
            re.sub(r"\W", "", one.parts.get("legal_form", "")).lower() for one in found
        ).most_common(40),
    }


def main() -> None:
    if not ISO.exists():
        sys.exit(f"skipped: {ISO.parent} is absent")
    for with_country in (True, False):
        result, wrong = generated(with_country=with_country)
        print(
            json.dumps({"country known": with_country, **result}, indent=1, ensure_ascii=False, default=str)
        )
        print("most often wrong:", wrong.most_common(60 if "--wrong" in sys.argv else 5))
    print(json.dumps(real(), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
