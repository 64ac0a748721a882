"""Groups hold together as a whole, answers stand, and new records join what is there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plumbline.identity.clusters import BOUND, Answers, components, group
from plumbline.identity.model import CutOffs

CUT = CutOffs(600, 0)


@st.composite
def graphs(draw):
    size = draw(st.integers(2, 9))
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    weights = draw(st.lists(st.integers(-1_500, 1_500), min_size=len(pairs), max_size=len(pairs)))
    return size, dict(zip(pairs, weights, strict=True))


@st.composite
def clear_cuts(draw):
    """Graphs in which records of one entity all agree and all others disagree: nothing is in doubt."""
    entity = draw(st.lists(st.integers(0, 3), min_size=2, max_size=10))
    pairs = [(a, b) for a in range(len(entity)) for b in range(a + 1, len(entity))]
    signs = [1 if entity[a] == entity[b] else -1 for a, b in pairs]
    sizes = draw(st.lists(st.integers(600, 1_500), min_size=len(pairs), max_size=len(pairs)))
    return len(entity), {pair: sign * size for pair, sign, size in zip(pairs, signs, sizes, strict=True)}


def test_a_chain_of_links_is_not_a_cluster():
    chain = {(0, 1): 700, (1, 2): 700, (0, 2): -900, (2, 3): 700, (1, 3): -900, (0, 3): -900}
    assert group(range(4), chain, CUT) == [[0, 1], [2, 3]]
    assert len(set(components([(0, 1), (1, 2), (2, 3)]).values())) == 1  # what plain components would do


def test_a_pair_that_was_never_compared_counts_against():
    assert group(range(3), {(0, 1): 900, (1, 2): 800}, CUT) == [[0, 1]]
    assert group(range(3), {(0, 1): 900, (1, 2): 800, (0, 2): 0}, CUT) == [[0, 1, 2]]


@given(graphs())
def test_groups_do_not_overlap_and_hold_together(graph):
    size, weights = graph
    groups = group(range(size), weights, CUT)
    members = [record for one in groups for record in one]
    assert len(members) == len(set(members))
    for one in groups:
        inside = [weights[a, b] for a in one for b in one if a < b]
        assert max(inside) >= CUT.link


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_in_which_pairs_are_given_does_not_matter(graph, chance):
    size, weights = graph
    shuffled = list(weights.items())
    chance.shuffle(shuffled)
    assert group(range(size), dict(shuffled), CUT) == group(range(size), weights, CUT)


@given(graphs(), st.data())
def test_what_a_person_said_is_never_overruled(graph, data):
    size, weights = graph
    pairs = sorted(weights)
    same = data.draw(st.sampled_from(pairs))
    different = data.draw(st.sampled_from([pair for pair in pairs if pair != same] or [same]))
    answers = Answers(frozenset({same}), frozenset({different} - {same}))
    groups = group(range(size), weights, CUT, answers=answers)
    together = {(a, b) for one in groups for a in one for b in one if a < b}
    assert same in together
    assert not (answers.different & together)


def test_without_the_answer_the_pair_would_be_judged_otherwise():
    assert group(range(2), {(0, 1): 900}, CUT) == [[0, 1]]
    assert group(range(2), {(0, 1): 900}, CUT, answers=Answers(different=frozenset({(0, 1)}))) == []
    assert group(range(2), {(0, 1): -900}, CUT, answers=Answers(same=frozenset({(0, 1)}))) == [[0, 1]]


@given(graphs(), st.integers(1, 8))
def test_existing_groups_are_never_taken_apart(graph, known):
    size, weights = graph
    known = min(known, size)
    first = group(range(known), {p: w for p, w in weights.items() if max(p) < known}, CUT)
    after = group(range(size), weights, CUT, start=first)
    assert all(any(set(old) <= set(new) for new in after) for old in first)


def batch(size, weights):
    return group(range(size), weights, CUT)


def one_by_one(size, weights, step=group):
    groups = []
    for new in range(1, size + 1):
        seen = {pair: weight for pair, weight in weights.items() if max(pair) < new}
        groups = step(range(new), seen, CUT, start=groups)
    return groups


@given(clear_cuts())
def test_where_nothing_is_in_doubt_records_one_by_one_give_the_groups_of_one_run(graph):
    size, weights = graph
    assert one_by_one(size, weights) == batch(size, weights)


def test_a_join_that_forgets_the_groups_it_had_would_be_noticed():
    def forgetful(records, weights, cut, *, start):
        newest = max(records)
        return group(records, {p: w for p, w in weights.items() if newest in p}, cut)

    size, weights = 3, {(0, 1): 900, (0, 2): -900, (1, 2): -900}
    assert one_by_one(size, weights, forgetful) != batch(size, weights)


def test_where_evidence_conflicts_the_order_of_arrival_may_matter_and_nothing_is_split():
    weights = {(0, 1): 650, (1, 2): 900, (0, 2): -1_000}
    assert batch(3, weights) == [[1, 2]]
    assert one_by_one(3, weights) == [[0, 1]]


def test_lists_that_hold_nobody_twice_are_not_joined_within():
    sources = {0: "a", 1: "a", 2: "b"}
    weights = {(0, 1): 900, (0, 2): 700, (1, 2): 800}
    assert group(range(3), weights, CUT, sources=sources) == [[1, 2]]


def test_no_single_pair_holds_a_group_alone():
    weights = {(0, 1): 900, (0, 2): 9_000, (1, 2): -BOUND - 50}
    assert group(range(3), weights, CUT) == [[0, 2]]
