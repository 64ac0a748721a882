"""The artefact: canonical bytes, read strictly; an edited file is refused and says so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import helpers_scorecard as slow
from plumbline.domain.errors import InvalidScorecardError
from plumbline.scorecard import Provenance, Scorecard, Sigmoid, artefact, dump, load, scorecard_json_schema
from plumbline.scorecard.encode import digest, number_text

GOLDEN = Path(__file__).with_name("golden_card.json")


def learned(card: Scorecard) -> Scorecard:
    """The same card with everything that only a learned one has."""
    terms = tuple(
        replace(term, intervals=tuple((p - 1, p + 2) for p in term.points), rows=(7,) * len(term.points))
        for term in card.terms
    )
    return replace(
        card,
        terms=terms,
        provenance=Provenance.LEARNED,
        calibration=Sigmoid("0.0346", "-1.25", 812),
        mix={signal.name: tuple(range(signal.known + 1)) for signal in card.signals},
        manifest={"rows": 812, "window": ["2025-01-01", "2025-12-31"], "metrics": {"auc": "0.82"}},
    )


def refusals(data: bytes) -> set[str]:
    with pytest.raises(InvalidScorecardError) as caught:
        load(data)
    return {issue.code.removeprefix("scorecard_") for issue in caught.value.issues}


def resealed(change) -> bytes:
    """The golden file, changed by somebody who knows how to make the hash right again."""
    raw = json.loads(GOLDEN.read_bytes())
    del raw["hash"]
    change(raw)
    raw["hash"] = digest(raw)
    return (json.dumps(raw, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


@given(slow.cards())
def test_a_card_survives_the_round_trip(card: Scorecard) -> None:
    assert load(dump(card)) == card
    assert load(dump(learned(card))) == learned(card)


def test_the_file_is_what_it_was(capped_case: slow.Case) -> None:
    assert dump(learned(capped_case.card)) == GOLDEN.read_bytes()


@given(st.data())
def test_one_flipped_bit_is_refused(data: st.DataObject) -> None:
    original = GOLDEN.read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    flipped = bytearray(original)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    assert refusals(bytes(flipped))


def test_a_loader_without_the_hash_would_accept_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    edited = GOLDEN.read_bytes().replace(b"50 to 249", b"50 to 248")
    assert refusals(edited) == {"edited"}
    monkeypatch.setattr(artefact, "_digest", lambda raw: json.loads(edited)["hash"])
    monkeypatch.setattr(artefact, "_canonical", lambda card: edited)
    assert load(edited).signals[0].labels[1] == "50 to 248"


@pytest.mark.parametrize("rewrite", [b"%s ", b" %s", b"%s\n"])
def test_other_bytes_with_the_same_content_are_refused(rewrite: bytes) -> None:
    assert refusals(rewrite % GOLDEN.read_bytes()) == {"not_canonical"}


def test_a_key_written_twice_is_refused() -> None:
    data = GOLDEN.read_bytes().replace(b'"base": 1,', b'"base": 2,\n  "base": 1,')
    assert refusals(data) == {"not_canonical"}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda raw: raw.update(extra=1), {"shape"}),
        (lambda raw: raw.pop("caps"), {"shape"}),
        (lambda raw: raw.update(caps={}), {"shape"}),
        (lambda raw: raw.update(caps=["firm"]), {"shape"}),
        (lambda raw: raw.update(mix=[]), {"shape"}),
        (lambda raw: raw.update(manifest={"no spaces": 1}), {"shape"}),
        (lambda raw: raw["manifest"].update(deep=[[[[[[[[[1]]]]]]]]]), {"shape"}),
        (lambda raw: raw["terms"][0]["intervals"][1].append(3), {"shape"}),
        (lambda raw: raw["terms"][0].update(id="demo\n"), {"shape"}),
        (lambda raw: raw.update(base=1.5), {"shape"}),
        (lambda raw: raw.update(base=True), {"shape"}),
        (lambda raw: raw.update(base=10**9), {"shape"}),
        (lambda raw: raw.update(schema_version=2, novelty=1), {"version"}),
        (lambda raw: raw.update(schema_version="1"), {"shape"}),
        (lambda raw: raw.update(provenance="guessed"), {"shape"}),
        (lambda raw: raw["terms"][0]["points"].append(0), {"table"}),
        (lambda raw: raw["terms"][0]["points"].__setitem__(0, 5), {"missing_points"}),
        (lambda raw: raw["terms"][0]["intervals"][1].reverse(), {"table"}),
        (lambda raw: raw["terms"][0].update(signals=["nobody"]), {"unknown_signal", "signal"}),
        (lambda raw: raw["terms"][1].update(id="demo"), {"name"}),
        (lambda raw: raw["terms"].pop(), {"signal"}),
        (lambda raw: raw["signals"][0]["cuts"].reverse(), {"number"}),
        (lambda raw: raw["signals"][0].update(cuts=["50.0", "250"]), {"number"}),
        (lambda raw: raw["signals"][0].update(cuts=["50", "Infinity"]), {"number"}),
        (lambda raw: raw["signals"][0].update(labels=["a"]), {"signal"}),
        (lambda raw: raw["signals"][0].update(kind="date"), {"signal"}),
        (lambda raw: raw["signals"][1]["groups"][0].append("free"), {"label_twice"}),
        (lambda raw: raw["caps"][0].update(min=3), {"cap"}),
        (lambda raw: raw["caps"][0]["terms"].append("demo"), {"cap"}),
        (lambda raw: raw["mix"].pop("demo"), {"mix"}),
        (lambda raw: raw["mix"]["demo"].append(1), {"mix"}),
        (lambda raw: raw["calibration"].update(slope="fast"), {"shape"}),
        (lambda raw: raw["manifest"].update(auc=0.82), {"shape"}),
        (lambda raw: raw.update(name="\ud800"), {"edited", "name"}),
    ],
)
def test_a_well_sealed_file_that_makes_no_sense_is_refused(change, codes: set[str]) -> None:
    try:
        data = resealed(change)
    except UnicodeEncodeError:
        data = GOLDEN.read_bytes().replace(b'"name": "small"', b'"name": "\\ud800"')
    assert refusals(data) == codes


def test_every_problem_is_found_at_once() -> None:
    def break_much(raw: dict) -> None:
        raw["base"] = "none"
        raw["signals"][0]["cuts"] = ["1.50"]
        raw["terms"][2]["dimension"] = "mood"
        raw["caps"][0]["max"] = 4.5

    with pytest.raises(InvalidScorecardError) as caught:
        load(resealed(break_much))
    paths = [issue.path for issue in caught.value.issues]
    assert paths == ["base", "signals.0.cuts.0", "terms.2.dimension", "caps.0.max"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[]", "shape"),
        (b'{"hash": "0", "base": NaN}', "shape"),
        (b"[" * 100_000, "not_json"),
        (b'{"base": ' + b"9" * 10_000 + b"}", "not_json"),
        (b" " * (artefact.MAX_BYTES + 1), "size"),
    ],
)
def test_what_is_no_card_at_all_is_refused(data: bytes, code: str) -> None:
    assert code in refusals(data)


def test_a_pair_needs_its_signals_in_its_dimension_and_cap(capped_case: slow.Case) -> None:
    card = capped_case.card
    pair = replace(
        card.terms[0], id="employees*demo", signals=("employees", "demo"), points=(0,) * 20, label="Pair"
    )
    with pytest.raises(InvalidScorecardError, match="must share dimension and cap"):
        dump(replace(card, terms=(*card.terms, pair)))


def test_pairs_that_tie_too_many_bins_together_are_refused(capped_case: slow.Case) -> None:
    signals = tuple(
        replace(
            capped_case.card.signals[0],
            name=f"n{at}",
            labels=tuple(map(str, range(60))),
            cuts=tuple(map(float, range(59))),
        )
        for at in range(3)
    )
    first = capped_case.card.terms[0]
    mains = [replace(first, id=s.name, signals=(s.name,), points=(0,) * 62) for s in signals]
    pairs = [
        replace(first, id=f"n0*{s.name}", signals=("n0", s.name), points=(0,) * 62**2) for s in signals[1:]
    ]
    with pytest.raises(InvalidScorecardError, match="into 238328 joint bins"):
        dump(Scorecard("tied", signals, (*mains, *pairs)))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_bits(value: float) -> None:
    assert float(number_text(value)) == value


def test_the_hash_follows_every_part_of_the_content(capped_case: slow.Case) -> None:
    card = learned(capped_case.card)
    others = [
        replace(card, base=2),
        replace(card, name="other"),
        replace(card, manifest=None),
        replace(card, caps=()),
        replace(card, calibration=Sigmoid("0.0346", "-1.25", 813)),
    ]
    assert len({card.hash, *(other.hash for other in others)}) == 6


def test_the_published_schema_describes_the_file() -> None:
    schema, raw = scorecard_json_schema(), json.loads(GOLDEN.read_bytes())
    assert schema["required"] == list(schema["properties"])
    assert set(schema["properties"]) == set(raw)
    assert set(schema["properties"]["terms"]["items"]["properties"]) == set(raw["terms"][0])
    assert set(schema["properties"]["signals"]["items"]["properties"]) == set(raw["signals"][0])
    assert json.loads(json.dumps(schema)) == schema
