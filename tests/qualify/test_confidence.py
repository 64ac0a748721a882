from __future__ import annotations

from helpers_main_path import AS_OF, POLICY, bundle, events, received
from plumbline.qualify import qualify
from plumbline.signals import event_state

LEAD = {"account.employees": "60", "account.industry": "Energy", "extra.timeframe": "now"}


def decided(policy: str) -> dict[str, object]:
    made = bundle(policy)
    nothing_happened = event_state(events(), made.policy.signals, as_of=AS_OF)
    (row,) = qualify(received([LEAD]), bundle=made, as_of=AS_OF, events=nothing_happened).decisions.iter_rows(
        named=True
    )
    return row


def test_an_open_rule_that_the_policy_treats_as_missed_takes_no_confidence() -> None:
    row = decided(POLICY)
    assert row["rules"][0] == "?"
    assert row["confidence"] == 10_000 - row["band_change"] > 0


def test_an_open_rule_that_matters_takes_all_of_it() -> None:
    row = decided(POLICY.replace("because: A named account., if_unknown: miss", "because: A named account."))
    assert row["rules"][0] == "?"
    assert row["confidence"] == 0
    assert row["route"] == "review"
