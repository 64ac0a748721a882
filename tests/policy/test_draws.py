"""The lottery: uniform, independent between streams, replayable, and blind to everything but the unit."""

from __future__ import annotations

import hashlib
import hmac
import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_policy import KEY, batch, compiled, small
from plumbline.domain.words import Stream
from plumbline.policy import decide
from plumbline.policy.draws import LEAD_STREAMS, draw_numbers, selected

IDS = 100_000
CELLS = 256
#: Chi-square of 255 degrees of freedom exceeds this once in a thousand.
CHI_SQUARE_LIMIT = 330.5


@pytest.fixture(scope="module")
def numbers():
    leads = pl.Series([f"lead-{at}" for at in range(IDS)])
    accounts = pl.Series([f"account-{at}" for at in range(IDS)])
    return draw_numbers(leads, accounts, KEY)


def chi_square(values):
    counts = np.bincount((values >> np.uint64(56)).astype(np.intp), minlength=CELLS)
    return float(((counts - IDS / CELLS) ** 2 / (IDS / CELLS)).sum())


def correlation(one, other):
    return float(np.corrcoef(one.astype(np.float64), other.astype(np.float64))[0, 1])


@pytest.mark.parametrize("stream", list(Stream))
def test_every_stream_is_uniform(numbers, stream):
    assert chi_square(numbers[stream]) < CHI_SQUARE_LIMIT


def test_the_uniformity_test_sees_a_loaded_die(numbers):
    """Negative control: one percent of the numbers halved."""
    loaded = numbers[Stream.AUDIT].copy()
    loaded[: IDS // 20] >>= np.uint64(1)
    assert chi_square(loaded) > CHI_SQUARE_LIMIT


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(Stream, 2)))
def test_streams_do_not_know_of_each_other(numbers, one, other):
    assert abs(correlation(numbers[one], numbers[other])) < 0.01


def test_the_correlation_test_sees_a_shared_word(numbers):
    """Negative control: two streams that read the same word one time in twenty."""
    shared = numbers[Stream.EXPLORE].copy()
    shared[: IDS // 20] = numbers[Stream.AUDIT][: IDS // 20]
    assert abs(correlation(numbers[Stream.AUDIT], shared)) > 0.01


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(LEAD_STREAMS, 2)))
def test_being_drawn_in_one_stream_says_nothing_about_another(numbers, one, other):
    both = (selected(numbers[one], 1_500) & selected(numbers[other], 1_500)).mean()
    assert both == pytest.approx(0.15**2, abs=0.002)


@pytest.mark.parametrize("chance", [0, 1, 500, 1_500, 9_999, 10_000])
def test_the_share_drawn_is_the_chance(numbers, chance):
    share = selected(numbers[Stream.PROBE], chance).mean()
    assert share == pytest.approx(chance / 10_000, abs=0.004)


def test_certain_and_impossible_are_exact(numbers):
    assert selected(numbers[Stream.PROBE], 10_000).all()
    assert not selected(numbers[Stream.PROBE], 0).any()
    assert selected(np.array([2**64 - 1], dtype=np.uint64), 10_000).all()
    assert not selected(np.array([0], dtype=np.uint64), 0).any()


def test_the_threshold_is_computed_in_integers():
    threshold = (1_500 << 64) // 10_000
    edge = np.array([threshold - 1, threshold], dtype=np.uint64)
    assert selected(edge, 1_500).tolist() == [True, False]


@given(st.text(max_size=80), st.one_of(st.none(), st.text(max_size=80)), st.binary(min_size=16, max_size=200))
def test_the_numbers_are_words_of_hmac_sha_256(lead, account, key):
    found = draw_numbers(pl.Series([lead]), pl.Series([account], dtype=pl.String), key)
    digest = hmac.digest(key, b"lead:" + lead.encode(), hashlib.sha256)
    for at, stream in enumerate(LEAD_STREAMS):
        assert int(found[stream][0]) == int.from_bytes(digest[8 * at : 8 * at + 8], "big")
    unit = f"alone:{lead}" if account is None else f"account:{account}"
    holdout = hmac.digest(key, unit.encode(), hashlib.sha256)
    assert int(found[Stream.HOLDOUT][0]) == int.from_bytes(holdout[:8], "big")


@given(st.lists(st.tuples(st.text(max_size=6), st.one_of(st.none(), st.sampled_from("ab"))), min_size=1))
def test_a_lead_draws_the_same_alone_and_in_any_company(rows):
    together = draw_numbers(*columns(rows), KEY)
    for at, row in enumerate(rows):
        alone = draw_numbers(*columns([row]), KEY)
        assert {stream: int(alone[stream][0]) for stream in Stream} == {
            stream: int(together[stream][at]) for stream in Stream
        }


@pytest.mark.parametrize("length", [16, 63, 64, 65, 200])
def test_keys_of_every_length_are_those_of_hmac(length):
    key = bytes(range(length))
    digest = hmac.digest(key, b"lead:x", hashlib.sha256)
    found = draw_numbers(pl.Series(["x"]), pl.Series(["a"]), key)
    assert int(found[Stream.AUDIT][0]) == int.from_bytes(digest[:8], "big")


def columns(rows):
    leads, accounts = zip(*rows, strict=True)
    return pl.Series(leads, dtype=pl.String), pl.Series(accounts, dtype=pl.String)


def test_colleagues_share_the_holdout_and_nothing_else():
    found = draw_numbers(pl.Series(["one", "two"]), pl.Series(["acme", "acme"]), KEY)
    assert found[Stream.HOLDOUT][0] == found[Stream.HOLDOUT][1]
    assert found[Stream.AUDIT][0] != found[Stream.AUDIT][1]


def test_an_account_called_like_a_lead_is_another_unit():
    found = draw_numbers(pl.Series(["x", "y"]), pl.Series([None, "x"], dtype=pl.String), KEY)
    assert found[Stream.HOLDOUT][0] != found[Stream.HOLDOUT][1]


def test_another_key_is_another_lottery():
    leads, accounts = pl.Series(["x"]), pl.Series(["a"])
    one, other = draw_numbers(leads, accounts, KEY), draw_numbers(leads, accounts, KEY[::-1])
    assert all(one[stream][0] != other[stream][0] for stream in Stream)


def test_a_key_that_could_be_guessed_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        draw_numbers(pl.Series(["x"]), pl.Series(["a"]), b"short")


def test_edits_of_other_fields_do_not_alter_a_draw():
    policy = compiled(small())
    edited = [{"size": 3.0, "band": "D"}, {"size": 900.0, "band": "D", "mail": "business", "points": 12}]
    decided = [decide(batch(policy, row), policy, draw_key=KEY) for row in edited]
    drawn = [frame.select("^draw\\..*$").rows() for frame in decided]
    assert drawn[0] == drawn[1]


def test_the_id_does_alter_a_draw():
    """Negative control: the comparison above can see a difference."""
    policy = compiled(small(draws={"blind": 0.5}))
    rows = [{"lead.id": f"other-{at}"} for at in range(50)]
    drawn = decide(batch(policy, *rows), policy, draw_key=KEY)["draw.blind"]
    assert drawn.n_unique() == 2
