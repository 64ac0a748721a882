# ruff: noqa: E501 - tables of figures
"""How well the embedded reader reads: quality with intervals, traps, calibration, robustness, speed.

    python -m benchmarks.reading_quality [result.json]

Works on the evaluation sets beside the repository and skips what is absent. The development messages are split
into two halves by the SHA-256 of their id. Cues were first written with half A in sight and half B unread; since then
both were read, so both are development data now. The project's own check messages stand beside them: lot 1 was read
while cues were revised, lot 2 never.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from benchmarks.measure import quiet
from plumbline.reading import EmbeddedReader, Field, Message
from plumbline.reading.model import DEFAULTS

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MESSAGES = DATA / "text_b2b_messages"
OWN = Path(__file__).resolve().parents[1] / "tests" / "reading" / "check_messages.txt"
RESAMPLES = 1_000
ABSTAINED = "(abstained)"


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def half(identifier: str) -> str:
    return "AB"[hashlib.sha256(identifier.encode()).digest()[0] & 1]


def gold(row: dict, name: Field) -> str:
    value = row["labels"][name.value]
    return {True: "yes", False: "no", None: "no"}.get(value, value)


def own_messages(lot: str) -> list[dict]:
    """The project's own check messages of a lot, in the form of the others."""
    found = []
    for number, line in enumerate(OWN.read_text(encoding="utf-8").splitlines()):
        if line.startswith(f"{lot} | "):
            _, channel, text, told = (part.strip() for part in line.split(" | "))
            named = dict(re.findall(r"(\w+)=(.+?)(?= \w+=|$)", told))
            labels = {name.value: named.get(name.value, DEFAULTS[name]) for name in Field}
            row = {"id": f"own{number}", "channel": channel, "text": text.replace("\\n", "\n"), "traps": []}
            found.append({**row, "labels": labels})
    return found


def macro_f1(truth: np.ndarray, said: np.ndarray, values: list[str]) -> float:
    scores = []
    for value in values:
        right = np.sum((truth == value) & (said == value))
        all_of_it = np.sum(truth == value) + np.sum(said == value)
        scores.append(2 * right / all_of_it if all_of_it else np.nan)
    return float(np.nanmean(scores))


def with_interval(truth: list[str], said: list[str]) -> dict:
    """Macro-F1 over the values that occur, percentile bootstrap over messages. An abstention is not right."""
    t, s = np.array(truth), np.array(said)
    values = sorted(set(truth))
    chance = np.random.default_rng(7)
    draws = [macro_f1(t[i], s[i], values) for i in chance.integers(0, len(t), (RESAMPLES, len(t)))]
    low, high = np.percentile(draws, [2.5, 97.5])
    return {
        "macro_f1": macro_f1(t, s, values),
        "low": low,
        "high": high,
        "accuracy": float(np.mean(t == s)),
        "abstained": float(np.mean(s == ABSTAINED)),
    }


def wilson(right: int, of: int) -> dict:
    if not of:
        return {"right": 0, "of": 0, "rate": None, "low": 0.0, "high": 1.0}
    z, p = 1.96, right / of
    middle, half_width = (
        (p + z * z / 2 / of) / (1 + z * z / of),
        z * np.sqrt(p * (1 - p) / of + z * z / 4 / of / of) / (1 + z * z / of),
    )
    return {
        "right": right,
        "of": of,
        "rate": p,
        "low": float(middle - half_width),
        "high": float(middle + half_width),
    }


def quality(sample: list[dict], read: dict) -> dict:
    result: dict = {"messages": len(sample), "fields": {}}
    for name in Field:
        truth = [gold(row, name) for row in sample]
        said = [read[row["id"]].value(name) or ABSTAINED for row in sample]
        result["fields"][name.value] = with_interval(truth, said)
    for name, value in ((Field.URGENCY, "high"), (Field.BUDGET, "approved")):
        claimed = [row for row in sample if read[row["id"]].value(name) == value]
        result[f"precision of {name.value} {value}"] = wilson(
            sum(gold(row, name) == value for row in claimed), len(claimed)
        )
    rights = [row for row in sample if gold(row, Field.DATA_RIGHTS) != "no"]
    heard = sum(read[row["id"]].value(Field.DATA_RIGHTS) not in ("no", None) for row in rights)
    result["recall of data rights"] = wilson(heard, len(rights))
    buyers = [
        row
        for row in sample
        if gold(row, Field.NOT_A_BUYER) == "no"
        and row["labels"]["request"] not in ("unsubscribe", "data_rights")
    ]
    junk = sum(read[row["id"]].value(Field.NOT_A_BUYER) == "spam" for row in buyers)
    other = sum(read[row["id"]].value(Field.NOT_A_BUYER) not in ("no", None) for row in buyers)
    result["buyers called junk"], result["buyers called any kind of non-buyer"] = (
        wilson(junk, len(buyers)),
        wilson(other, len(buyers)),
    )
    quotes = [
        (row["text"], quote)
        for row in sample
        for reading in read[row["id"]].readings
        for quote in reading.quotes
    ]
    result["quotes verbatim"] = wilson(
        sum(text[q.start : q.end] == q.text for text, q in quotes), len(quotes)
    )
    return result


def by_trap(sample: list[dict], read: dict) -> dict:
    """Share of the nine fields read wrong in messages with a trap, and in those with none."""
    wrong: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in sample:
        errors = sum((read[row["id"]].value(name) or ABSTAINED) != gold(row, name) for name in Field)
        for trap in row["traps"] or ["(no trap)"]:
            wrong[trap][0] += errors
            wrong[trap][1] += len(Field)
    return {trap: wilson(*counts) for trap, counts in sorted(wrong.items())}


def calibration(sample: list[dict], read: dict) -> list[dict]:
    """Stated confidence against the share that was right, in bands."""
    bands: dict[int, list] = defaultdict(list)
    for row in sample:
        for reading in read[row["id"]].readings:
            if reading.value is not None:
                bands[min(reading.confidence // 1_000, 9)].append(
                    (reading.confidence, reading.value == gold(row, reading.field))
                )
    return [
        {
            "stated": float(np.mean([c for c, _ in found])) / 10_000,
            **wilson(sum(right for _, right in found), len(found)),
        }
        for _, found in sorted(bands.items())
    ]


def risk_coverage(sample: list[dict], read: dict) -> list[dict]:
    """Error rate of the readings kept at falling thresholds of confidence."""
    points = []
    for least in (9_500, 9_000, 8_500, 8_000, 7_000, 5_000, 0):
        kept = [
            (r, row)
            for row in sample
            for r in read[row["id"]].readings
            if r.value is not None and r.confidence >= least
        ]
        errors = sum(r.value != gold(row, r.field) for r, row in kept)
        points.append(
            {
                "least": least,
                "coverage": len(kept) / (len(sample) * len(Field)),
                "error": errors / len(kept) if kept else None,
            }
        )
    return points


def injections(reader: EmbeddedReader, channels: dict[str, str]) -> dict:
    changed = 0
    pairs = rows(MESSAGES / "injections.jsonl")
    for pair in pairs:
        clean, planted = (
            reader.read(Message(pair[key], channels[pair["id"]])) for key in ("clean_text", "injected_text")
        )
        changed += [r.value for r in clean.readings] != [r.value for r in planted.readings]
    return wilson(changed, len(pairs))


def real_texts() -> dict[str, list[tuple[str, str]]]:
    """Text and label of the public sets that are there."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    wanted = {
        "text_hint3": ("*.csv", "sentence", "label"), "text_multidogo": ("*.csv.gz", "utterance", "intent"),
        "text_sms_spam": ("sms_spam.csv", "text", "label"), "text_isarcasm": ("*_en.csv", "text", "sarcastic"),
    }  # fmt: skip
    for folder, (pattern, text, label) in wanted.items():
        for path in sorted((DATA / folder).glob(pattern)):
            opener = gzip.open if path.suffix == ".gz" else open
            with opener(path, "rt", encoding="utf-8", newline="") as file:
                found[folder] += [
                    (row.get(text) or row.get("tweet") or row.get("text_0") or "", row.get(label) or "")
                    for row in csv.DictReader(file)
                ]
    return found


def robustness(reader: EmbeddedReader) -> dict:
    result = {}
    for folder, texts in real_texts().items():
        kinds, claims = Counter(), Counter()
        for text, label in texts:
            readings = reader.read(Message(text, "chat"))
            kinds[label == "spam", readings.value(Field.NOT_A_BUYER)] += 1
            claims["abstained"] += readings.value(Field.REQUEST) is None
            claims["budget approved"] += readings.value(Field.BUDGET) == "approved"
            claims["urgency high"] += readings.value(Field.URGENCY) == "high"
            claims["data right"] += readings.value(Field.DATA_RIGHTS) not in ("no", None)
            claims["not junk, called junk"] += label != "spam" and readings.value(Field.NOT_A_BUYER) == "spam"
        result[folder] = {"texts": len(texts), **{name: count / len(texts) for name, count in claims.items()}}
        if folder == "text_sms_spam":
            for junk, name in ((True, "spam recognised"), (False, "ham called spam")):
                of = sum(count for (is_junk, _), count in kinds.items() if is_junk is junk)
                result[folder][name] = wilson(kinds[junk, "spam"], of)
    return result


def speed(reader: EmbeddedReader, sample: list[dict]) -> dict:
    """Processor time per message, warm."""
    messages = [Message(row["text"], row["channel"]) for row in sample]
    times = []
    for _ in range(13):
        for message in messages:
            begun = time.process_time_ns()
            reader.read(message)
            times.append(time.process_time_ns() - begun)
    rounds = np.array(times[len(messages) :]).reshape(-1, len(messages)) / 1e6
    milliseconds, least = rounds.ravel(), rounds.min(axis=0)
    return {
        "messages per second and core": float(1_000 / milliseconds.mean()),
        "with the least of twelve times per message": float(1_000 / least.mean()), "p99 ms of the least times": float(np.percentile(least, 99)),
        "median ms": float(np.median(milliseconds)),
        "p99 ms": float(np.percentile(milliseconds, 99)), "longest ms": float(milliseconds.max()), "characters": float(np.mean([len(m.text) for m in messages])),
    }  # fmt: skip


def show(result: dict) -> None:
    print(f"{'field':14}" + "".join(f"{name:>30}" for name in result["halves"]))
    for name in Field:
        cells = [result["halves"][part]["fields"][name.value] for part in result["halves"]]
        print(
            f"{name.value:14}"
            + "".join(f"{c['macro_f1']:12.3f} ({c['low']:.3f} to {c['high']:.3f})" for c in cells)
        )
    for key in [key for key in result["halves"]["A"] if key not in ("fields", "messages")]:
        cells = [result["halves"][part][key] for part in result["halves"]]
        print(
            f"{key:38}"
            + "".join(f"{c['right']:6}/{c['of']:<4} ({c['low']:.3f} to {c['high']:.3f})" for c in cells)
        )
    print("\nfields read wrong by trap (both halves)")
    for trap, rate in result["traps"].items():
        print(
            f"  {trap:18}{rate['right']:5}/{rate['of']:<5}{rate['rate']:.3f} ({rate['low']:.3f} to {rate['high']:.3f})"
        )
    for name, part in (("own lot 2", ""), ("both halves", " of all")):
        print(f"\ncalibration ({name}): stated, right")
        for band in result["calibration" + part]:
            print(
                f"  {band['stated']:.3f}  {band['rate']:.3f} ({band['low']:.3f} to {band['high']:.3f}) of {band['of']}"
            )
        print(f"\nrisk and coverage ({name})")
        for point in result["risk_coverage" + part]:
            error = "none kept" if point["error"] is None else f"{point['error']:.3f}"
            print(f"  confidence >= {point['least']:5}  coverage {point['coverage']:.3f}  error {error}")
    print(
        "\n"
        + json.dumps(
            {key: result[key] for key in ("injections", "robustness", "speed", "machine")},
            indent=1,
            default=float,
        )
    )


def main() -> None:
    reader = EmbeddedReader()
    if not MESSAGES.exists():
        print("skipped: the evaluation sets are not there")
        return
    sample = rows(MESSAGES / "messages.jsonl")
    read = {row["id"]: reader.read(Message(row["text"], row["channel"], id=row["id"])) for row in sample}
    halves = {name: [row for row in sample if half(row["id"]) == name] for name in "AB"}
    lots = {f"own {lot}": own_messages(lot) for lot in "12"}
    for row in [row for lot in lots.values() for row in lot]:
        read[row["id"]] = reader.read(Message(row["text"], row["channel"], id=row["id"]))
    result = {
        "halves": {name: quality(part, read) for name, part in {**halves, "A and B": sample, **lots}.items()},
        "traps": by_trap(sample, read),
        "calibration": calibration(lots["own 2"], read),
        "calibration of all": calibration(sample, read),
        "risk_coverage": risk_coverage(lots["own 2"], read),
        "risk_coverage of all": risk_coverage(sample, read),
        "injections": injections(reader, {row["id"]: row["channel"] for row in sample}),
        "robustness": robustness(reader),
        "speed": speed(reader, sample),
        "machine": quiet(),
    }
    show(result)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(result, indent=1, default=float), encoding="utf-8")


if __name__ == "__main__":
    main()
