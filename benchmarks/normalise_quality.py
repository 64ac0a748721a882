"""Suspicions on real names and addresses, and how fast values get their normal form.

    python -m benchmarks.normalise_quality

Job titles and company names have benchmarks of their own: ``normalise_titles`` and ``normalise_companies``.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import time
from pathlib import Path

import polars as pl

from benchmarks.measure import quiet
from benchmarks.reading_quality import wilson
from plumbline.triage.derive import derive, texts_of
from plumbline.triage.normal import ValueKind, normalise
from plumbline.triage.suspicion.local import flags_of

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def column(path: Path, name: str) -> list[str]:
    """The distinct values of a column."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        return sorted({row[name].strip() for row in csv.DictReader(lines, skipinitialspace=True)} - {""})


def real_values() -> dict[str, tuple[str, list[str]]]:
    """Values that people or firms really have: each flag on one is a false alarm, or nearly always."""
    splink = pl.read_parquet(DATA / "er_splink" / "historical_figures_with_errors_50k.parquet")
    people = sorted(set(splink["full_name"].drop_nulls().to_list()))
    first = column(DATA / "er_febrl" / "dataset1.csv.gz", "given_name")
    last = column(DATA / "er_febrl" / "dataset1.csv.gz", "surname")
    nicknames = column(DATA / "ref_nicknames" / "names.csv", "name1")
    authors = [
        name for row in column(DATA / "er_dblp_acm" / "dblp.csv", "authors") for name in row.split(", ")
    ]
    return {
        "historical persons (with typing errors)": ("contact.name", people),
        "Australian given names (with typing errors)": ("contact.name", first),
        "Australian surnames (with typing errors)": ("contact.name", last),
        "English nicknames": ("contact.name", nicknames),
        "authors of papers, many countries": ("contact.name", sorted(set(authors))),
        "restaurants": ("account.name", column(DATA / "er_restaurants" / "restaurants.csv", "name")),
        "child-care sites": ("account.name", column(DATA / "er_chicago_sites" / "sites.csv", "site_name")),
        "research organisations": (
            "account.name",
            column(DATA / "er_org_affiliations" / "crossref_train.csv", "affiliation"),
        ),
        "large companies": (
            "account.name",
            column(DATA / "ref_legal_forms" / "company_names_with_country.csv", "company"),
        ),
        "universities": (
            "account.website",
            column(DATA / "ref_email_domains" / "university_domains.csv.gz", "domain"),
        ),
    }


def false_alarms() -> None:
    for name, (field, values) in real_values().items():
        flagged = [(value, flag.code.value) for value in values for flag in flags_of(field, value)]
        counted: dict[str, int] = {}
        for _, code in flagged:
            counted[code] = counted.get(code, 0) + 1
        rate = wilson(len({value for value, _ in flagged}), len(values))
        print(
            json.dumps(
                {"set": name, **rate, "codes": counted, "some": [value[:40] for value, _ in flagged[:6]]},
                ensure_ascii=False,
            )
        )


def caught() -> None:
    """Nonsense made by chance: how much of it is flagged."""
    chance = random.Random(11)
    rows = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    kinds = {
        "keys of one row, any order": lambda: "".join(
            chance.choice(chance.choice(rows[1:2])) for _ in range(chance.randint(5, 10))
        ),
        "any letters": lambda: "".join(
            chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(chance.randint(5, 10))
        ),
        "neighbouring keys": lambda: _run(chance, rows),
    }
    for name, make in kinds.items():
        values = [make() for _ in range(2000)]
        hit = sum(bool(flags_of("contact.name", value)) for value in values)
        print(json.dumps({"made": name, **wilson(hit, len(values))}))


def _run(chance: random.Random, rows: tuple[str, ...]) -> str:
    row = chance.choice(rows)
    size = chance.randint(5, min(7, len(row)))
    start = chance.randint(0, len(row) - size)
    return row[start : start + size][:: chance.choice((1, -1))]


def leads() -> None:
    """Mail domains of a real list of leads: which are taken for slips of others."""
    path = DATA / "lead_ficzon" / "leads.csv"
    with path.open(encoding="utf-8") as lines:
        domains = [row["email_domain"].strip().lower() for row in csv.DictReader(lines)]
    known = [domain for domain in domains if "." in domain]
    flagged = {domain: flags_of("contact.email", f"anna@{domain}") for domain in set(known)}
    named = {domain: [flag.reason for flag in flags] for domain, flags in flagged.items() if flags}
    rows = sum(domain in named for domain in known)
    print(
        json.dumps(
            {
                "set": "lead_ficzon",
                "leads": len(known),
                "flagged leads": rows,
                "domains": len(set(known)),
                "flagged": named,
            },
            indent=1,
        )
    )


SAMPLES = {
    ValueKind.COMPANY: "Nordwind {} Maschinenbau GmbH & Co. KG",
    ValueKind.EMAIL: "anna.{}@nordwind{}.de",
    ValueKind.PHONE: "030 12{}45",
    ValueKind.WEBSITE: "https://www.nordwind{}.co.uk/path",
    ValueKind.COUNTRY: "Deutschland {}",
    ValueKind.REGION: "Bayern {}",
    ValueKind.INDUSTRY: "Information Technology & Services {}",
    ValueKind.SIZE: "{} - 9999 employees",
    ValueKind.FUNCTION: "Senior Key Account Manager {}",
    ValueKind.SENIORITY: "Senior Key Account Manager {}",
}


def speed() -> None:
    """Distinct values per processor second, and rows per second where values repeat as they do in files."""
    for kind, sample in SAMPLES.items():
        values = [sample.replace("{}", str(1000 + at)) for at in range(4000)]
        normalise(kind, values[0], "DE")
        start = time.process_time()
        for value in values:
            normalise(kind, value, "DE")
        print(
            json.dumps(
                {"kind": kind.value, "distinct values/s": round(len(values) / (time.process_time() - start))}
            )
        )
    rows = 200_000
    companies = pl.Series([f"Firma {at % 20_000} GmbH" for at in range(rows)])
    titles = pl.Series(["Head of Sales", "Einkäufer", "CEO", "Senior Engineer"] * (rows // 4))
    texts = pl.DataFrame(
        {
            "row": range(rows),
            "account.name": companies,
            "contact.title": titles,
            "account.country": ["Germany"] * rows,
        }
    )
    for name in ("triage.company", "triage.seniority", "triage.country", "triage.flags"):
        start = time.process_time()
        derive([name], texts_of(texts, texts, lambda text: text == ""))
        print(json.dumps({"column": name, "rows/s": round(rows / (time.process_time() - start))}))


def main() -> None:
    print(quiet())
    if DATA.exists():
        false_alarms()
        leads()
    else:
        print(f"skipped false alarms: {DATA} is absent")
    caught()
    speed()


if __name__ == "__main__":
    main()
