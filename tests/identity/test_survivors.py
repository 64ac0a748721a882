"""Which value a merged record shows: chosen by rule, never by the order of records, never overwritten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plumbline.identity.survivors import Member, Rule, view

MEMBERS = [
    Member("1", {"phone": "020", "title": "CEO"}, "2026-01-01", "crm"),
    Member("2", {"phone": "+44 20 7946", "title": None}, "2026-03-01", "form"),
    Member("3", {"phone": "020", "title": "Owner"}, "2026-02-01", "list"),
]
members = st.lists(
    st.builds(
        Member,
        id=st.text("abcdef", min_size=1, max_size=3),
        fields=st.dictionaries(st.sampled_from("xyz"), st.one_of(st.none(), st.text("pq ", max_size=3))),
        at=st.sampled_from(["", "2025", "2026"]),
        source=st.sampled_from(["crm", "form", ""]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.id,
)


def shown(rule, **more):
    return {name: one.value for name, one in view(MEMBERS, {}, default=rule, **more).items()}


def test_each_rule_says_what_it_does():
    assert shown(Rule.MOST_RECENT) == {"phone": "+44 20 7946", "title": "Owner"}
    assert shown(Rule.OLDEST) == {"phone": "020", "title": "CEO"}
    assert shown(Rule.MOST_COMPLETE) == {"phone": "+44 20 7946", "title": "Owner"}
    assert shown(Rule.MOST_FREQUENT) == {"phone": "020", "title": "Owner"}
    assert shown(Rule.MOST_TRUSTED, trust=["crm"]) == {"phone": "020", "title": "CEO"}


def test_the_other_values_stay_readable_with_their_records():
    assert view(MEMBERS, {})["phone"].others == (("3", "020"), ("1", "020"))


@given(members, st.sampled_from(Rule), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(records, rule, chance):
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert view(shuffled, {}, default=rule, trust=["crm"]) == view(records, {}, default=rule, trust=["crm"])


@given(members, st.sampled_from(Rule))
def test_a_value_shown_is_a_value_that_a_record_holds(records, rule):
    by_id = {one.id: one for one in records}
    for name, one in view(records, {}, default=rule).items():
        assert one.value is None or by_id[one.record].fields[name] == one.value


def test_a_view_that_took_the_first_record_would_depend_on_the_order():
    def first(records):
        return next(one.fields["phone"] for one in records)

    assert first(MEMBERS) == first(MEMBERS[::-1]) == "020"
    assert first(MEMBERS) != first(MEMBERS[1:] + MEMBERS[:1])
