"""Which account a lead belongs to: how often the answer is right, beside what a user would pick instead.

    python -m benchmarks.account_matching [leads] [rounds]

Leads are simulated; the file of accounts is made from the truth, as a CRM would hold it: three quarters of
the accounts, a quarter of these without a website, some with a former domain, names with and without legal
form, branches under their parent, and namesakes in other countries. The right answer is the lead's own
account, its branch where one is in the lead's city, and none where the file does not hold the account. People
who objected are not looked at and not counted. Points and filters were chosen on seed 93.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from benchmarks.duplicates_quality import BLANKS
from benchmarks.measure import child, quiet, report, spread
from plumbline.domain.intervals import wilson
from plumbline.simulate.accounts import names
from plumbline.simulate.words import countries, industries

SEED = 94
WAYS = ("plumbline", "e-mail domain joined", "best name, rapidfuzz", "domain, else best name")
CUT = 90


def make(folder: str, leads: int) -> None:
    command = [sys.executable, "-c", "from plumbline.cli import main; main()", "simulate"]
    subprocess.run([*command, "-o", folder, "--leads", str(leads), "--seed", str(SEED), "-q"], check=True)
    place = Path(folder)
    accounts = pl.read_parquet(place / "truth" / "accounts.parquet")
    known = accounts.with_columns(called(accounts).get_columns())
    rows = pl.read_csv(place / "leads.csv", infer_schema=False)
    told = pl.read_parquet(place / "truth" / "leads.parquet", columns=["lead.id", "account"])
    held = rows.join(told, left_on="Lead ID", right_on="lead.id", how="left", maintain_order="left")
    # The city that most leads of an account name is its own.
    cities = (
        held.filter((pl.col("City").str.len_chars() > 3) & ~pl.col("City").is_in(BLANKS))
        .group_by("account")
        .agg(pl.col("City").str.strip_chars().mode().sort().first().alias("city"))
    )
    chance = np.random.default_rng(SEED)
    file, branches = crm(known.join(cities, on="account", how="left", maintain_order="left"), chance)
    file.write_csv(place / "accounts.csv")
    right(held, file, branches).write_parquet(place / "right.parquet")


def called(accounts: pl.DataFrame) -> pl.DataFrame:
    industry = {name: at for at, name in enumerate(industries())}
    country = {name: at for at, name in enumerate(countries())}
    return names(
        accounts["account"].cast(pl.Int64).to_numpy(),
        np.array([industry[name] for name in accounts["industry"]]),
        np.array([country[name] for name in accounts["country"]]),
    )


def crm(known: pl.DataFrame, chance: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accounts as a CRM holds them, and which accounts have a branch in which city."""
    kept = known.filter(pl.Series(chance.random(known.height) < 0.75))
    lots = {name: pl.Series(chance.random(kept.height)) for name in ("site", "name", "branch", "namesake")}
    site = (
        pl.when(lots["site"] < 0.25)
        .then(None)
        .when(lots["site"] < 0.33)
        .then(pl.lit("former-") + pl.col("domain"))
        .otherwise(pl.lit("www.") + pl.col("domain"))
    )
    name = (
        pl.when(lots["name"] < 0.2)
        .then("bare")
        .when(lots["name"] < 0.3)
        .then(pl.col("company").str.to_uppercase())
        .when(lots["name"] < 0.35)
        .then(pl.lit("The ") + pl.col("company"))
        .otherwise("company")
    )
    has_branch = (lots["branch"] < 0.08) & kept["city"].is_not_null()
    code = pl.col("account").cast(pl.String)
    own = kept.select(
        pl.format("A{}", code).alias("Account ID"),
        name.alias("Account Name"),
        site.alias("Website"),
        pl.col("country").alias("Country"),
        pl.when(has_branch).then(pl.lit("Headquarters Town")).otherwise("city").alias("City"),
        pl.lit(None, dtype=pl.String).alias("Parent Account ID"),
    )
    branches = kept.filter(has_branch).select(
        pl.format("B{}", code).alias("Account ID"),
        pl.format("{} {}", "bare", "city").alias("Account Name"),
        pl.lit(None, dtype=pl.String).alias("Website"),
        pl.col("country").alias("Country"),
        pl.col("city").alias("City"),
        pl.format("A{}", code).alias("Parent Account ID"),
    )
    others = pl.Series(chance.choice(countries(), kept.height))
    namesakes = kept.filter((lots["namesake"] < 0.05) & (others != kept["country"])).select(
        pl.format("N{}", code).alias("Account ID"),
        pl.col("company").alias("Account Name"),
        pl.lit(None, dtype=pl.String).alias("Website"),
        others.filter((lots["namesake"] < 0.05) & (others != kept["country"])).alias("Country"),
        pl.lit(None, dtype=pl.String).alias("City"),
        pl.lit(None, dtype=pl.String).alias("Parent Account ID"),
    )
    file = pl.concat([own, branches, namesakes])
    order = pl.Series(chance.permutation(file.height))
    return file[order], kept.filter(has_branch).select("account", "city")


def right(held: pl.DataFrame, file: pl.DataFrame, branches: pl.DataFrame) -> pl.DataFrame:
    ids = set(file["Account ID"])
    told = held.join(branches, on="account", how="left", maintain_order="left")
    in_branch = pl.col("City").str.strip_chars().str.to_lowercase() == pl.col("city").str.to_lowercase()
    own = pl.format("A{}", "account")
    answer = pl.when(in_branch.fill_null(value=False)).then(pl.format("B{}", "account")).otherwise(own)
    objected = pl.col("Opted Out of Profiling").str.to_lowercase().is_in(["yes", "true", "y", "1"])
    free = (
        pl.col("Email")
        .str.to_lowercase()
        .str.contains(r"@(gmail|googlemail|yahoo|hotmail|outlook|gmx|web)\.")
    )
    return told.select(
        "Lead ID",
        answer.alias("answer"),
        objected=objected.fill_null(value=False),
        free=free.fill_null(value=False),
    ).with_columns(pl.when(pl.col("answer").is_in(list(ids))).then("answer"))


def plumbline_way(folder: str) -> pl.DataFrame:
    from plumbline.library.accounts import accounts_from, match_leads
    from plumbline.library.inputs import intake_from

    place = Path(folder)
    book = accounts_from(place / "accounts.csv").book
    parts = match_leads(intake_from(place / "leads.csv", place / "mapping.yaml"), book)
    frame = pl.concat([part.frame() for part in parts])
    return frame.select(pl.col("lead.id").alias("Lead ID"), pl.col("account.id").alias("found"))


def joined(folder: str) -> pl.DataFrame:
    """Exact domain of the e-mail address; the first account of a domain."""
    leads = pl.read_csv(f"{folder}/leads.csv", infer_schema=False)
    accounts = pl.read_csv(f"{folder}/accounts.csv", infer_schema=False)
    domains = accounts.select(
        pl.col("Website").str.replace("www.", "", literal=True).alias("domain"), found="Account ID"
    ).drop_nulls("domain").unique("domain", keep="first", maintain_order=True)  # fmt: skip
    own = leads.select("Lead ID", domain=pl.col("Email").str.to_lowercase().str.extract(r"@(.+)$"))
    return own.join(domains, on="domain", how="left", maintain_order="left").select("Lead ID", "found")


def best_name(folder: str) -> pl.DataFrame:
    """The account whose name is most alike, from a score of 90 on, case and order of words aside."""
    from rapidfuzz import fuzz, process, utils

    leads = pl.read_csv(f"{folder}/leads.csv", infer_schema=False)
    accounts = pl.read_csv(f"{folder}/accounts.csv", infer_schema=False)
    choices = [utils.default_process(name) for name in accounts["Account Name"]]
    ids = accounts["Account ID"].to_list()
    found: dict[str, str | None] = {}
    for name in leads["Company"].drop_nulls().unique().to_list():
        hit = process.extractOne(
            utils.default_process(name), choices, scorer=fuzz.token_sort_ratio, score_cutoff=CUT
        )
        found[name] = ids[hit[2]] if hit else None
    return leads.select(
        "Lead ID", found=pl.Series([found.get(name) for name in leads["Company"]], dtype=pl.String)
    )


def domain_else_name(folder: str) -> pl.DataFrame:
    both = joined(folder).join(best_name(folder), on="Lead ID", suffix="_name")
    return both.select("Lead ID", found=pl.coalesce("found", "found_name"))


RUN = dict(zip(WAYS, (plumbline_way, joined, best_name, domain_else_name), strict=True))


def judged(found: pl.DataFrame, answers: pl.DataFrame) -> dict[str, str]:
    both = answers.filter(~pl.col("objected")).join(found, on="Lead ID", how="left")
    is_right = pl.col("answer").eq_missing(pl.col("found"))
    parts = {
        "right": (both, is_right),
        "right, branches aside": (
            both.filter(~pl.col("answer").str.starts_with("B").fill_null(False)),
            is_right,
        ),
        "right, free mail": (both.filter("free"), is_right),
        "right where there is none": (both.filter(pl.col("answer").is_null()), is_right),
        "of those named, wrong": (both.filter(pl.col("found").is_not_null()), ~is_right),
    }
    shares = {name: wilson(rows.filter(hit).height, rows.height) for name, (rows, hit) in parts.items()}
    return {name: f"{100 * share.hits / max(share.of, 1):.2f} % ({100 * share.low:.2f} to {100 * share.high:.2f}) of {share.of}" for name, share in shares.items()}  # fmt: skip  # noqa: E501


def main() -> None:
    if sys.argv[1:2] == ["one"]:
        way, folder = WAYS[int(sys.argv[2])], sys.argv[3]
        report(lambda: RUN[way](folder).write_parquet(f"{folder}/{sys.argv[2]}.parquet"))
        return
    leads, rounds = int((sys.argv[1:2] or ["20000"])[0]), int((sys.argv[2:3] or ["3"])[0])
    with TemporaryDirectory() as folder:
        make(folder, leads)
        answers = pl.read_parquet(f"{folder}/right.parquet")
        accounts = pl.read_csv(f"{folder}/accounts.csv", infer_schema=False).height
        print(f"{leads:,} leads, {accounts:,} accounts; {quiet()}", flush=True)
        costs = {}
        for number, way in enumerate(WAYS):
            done = [child("benchmarks.account_matching", "one", str(number), folder) for _ in range(rounds)]
            costs[way] = done
            print(f"\n{way}")
            for name, value in judged(pl.read_parquet(f"{folder}/{number}.parquet"), answers).items():
                print(f"  {name:28} {value}")
            print(f"  {'processor seconds':28} {spread([one.cpu for one in done])}")
            print(f"  {'peak MB':28} {spread([one.memory for one in done])}", flush=True)
        own = [one.cpu for one in costs[WAYS[0]]]
        for way in WAYS[1:]:
            ratios = [other.cpu / mine for other, mine in zip(costs[way], own, strict=True)]
            print(f"{way}: {spread(ratios)} times the processor time of plumbline")


if __name__ == "__main__":
    main()
