"""``plumbline corrections`` and ``plumbline second-reader``: people's word on readings, and on readers."""

from __future__ import annotations

import pytest

from helpers_cli import plumbline
from plumbline.reading.model import DEFAULTS, Field
from plumbline.store.trials import LEAST, TrialFile

WORDS = "We need a demo soon. Our director has approved the budget.\n"
READER = "ollama localhost:11434 small:7b prompt 1 0123456789ab native 0.0"


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text(WORDS, "utf-8")
    return path


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "corrections.sqlite"


@pytest.fixture
def trials(tmp_path):
    path = tmp_path / "trials.sqlite"
    other = {**DEFAULTS, Field.BUDGET: "exists"}
    with TrialFile(path) as trials:
        for number in range(LEAST):
            trials.record(READER, str(number), DEFAULTS, DEFAULTS if number % 4 else other, "2026-03-01")
    return path


def add(letter, kept, *more):
    return plumbline("corrections", "add", letter, "--into", kept, "--by", "Kim", "--sender", "lead-1", *more)


def test_one_command_corrects_and_confirms(letter, kept) -> None:
    done = add(letter, kept, "--is", "request=demo", "--is", "budget=exists", "--why", "a guess", "--sampled")
    assert done.status == 0
    assert done.out.splitlines() == ["request: demo. Kept.", "budget: approved, should be exists. Kept."]
    by_field = {each["field"]: each for each in plumbline("corrections", "report", kept, "--json").json}
    assert (by_field["request"]["agreed"]["hits"], by_field["budget"]["agreed"]["hits"]) == (1, 0)
    assert "0 of 1" in plumbline("corrections", "report", kept).out


def test_noticed_corrections_are_not_in_the_rate(letter, kept) -> None:
    add(letter, kept, "--is", "budget=exists", "--why", "a guess")
    [period] = plumbline("corrections", "report", kept, "--json").json
    assert (period["agreed"]["of"], period["noticed"]) == (0, 1)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--is", "budget"], "is no field"),
        (["--is", "mood=good"], "is no field"),
        (["--is", "budget=gold"], "has no value 'gold'"),
        (["--is", "budget=exists"], "Why a reading is changed"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is(letter, kept, more, told) -> None:
    done = add(letter, kept, *more)
    assert (done.status, kept.exists()) == (3, False)
    assert told in done.err
    assert "[invalid_correction]" in done.err


def test_a_person_is_erased_from_the_corrections(letter, kept) -> None:
    add(letter, kept, "--is", "request=demo")
    done = plumbline("corrections", "erase", kept, "lead-1", "--by", "Ada")
    assert done.out == "1\xa0correction lost the words.\n"
    assert plumbline("corrections", "erase", kept, "lead-1", "--by", "Ada", "--json").json == {"erased": 0}
    assert b"director" not in kept.read_bytes()


@pytest.mark.parametrize(
    "command", [("corrections", "report"), ("corrections", "erase"), ("second-reader", "show")]
)
def test_looking_into_a_file_that_is_not_there_makes_none(tmp_path, command) -> None:
    path = tmp_path / "none.sqlite"
    more = ("lead-1", "--by", "Ada") if command[1] == "erase" else ()
    done = plumbline(*command, path, *more)
    assert (done.status, path.exists()) == (3, False)
    assert "[storage]" in done.err


def test_a_second_reader_is_shown_let_count_and_taken_back(trials) -> None:
    shown = plumbline("second-reader", "show", trials).out
    assert f"{READER}: in the shadow, tried on 100\xa0messages" in shown
    assert "75 of 100" in shown
    assert "0 of 25" in shown
    allowed = plumbline("second-reader", "allow", trials, READER, "--by", "Kim", "--why", "checked 40")
    assert allowed.out == f"{READER} counts from now on.\n"
    assert plumbline("second-reader", "show", trials, "--json").json["readers"][0]["counts"] is True
    taken = plumbline("second-reader", "withdraw", trials, READER, "--by", "Ada", "--why", "odd", "--json")
    assert taken.json == {"reader": READER, "counts": False}
    told = plumbline("second-reader", "show", trials).out
    assert f"Kim let count {READER}: checked 40" in told
    assert f"Ada withdrew {READER}: odd" in told


def test_a_reader_that_was_never_tried_is_not_let_count(trials) -> None:
    done = plumbline("second-reader", "allow", trials, "some other", "--by", "Kim", "--why", "hope")
    assert done.status == 3
    assert "tried on 0 of the 100" in done.err
    assert "[trial]" in done.err
