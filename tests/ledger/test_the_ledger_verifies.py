"""Law 5: the ledger verifies, also after erasing a person, and nothing can be changed in it unseen."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_ledger import NOON, chain, email, record, review, salt, without_body
from plumbline.ledger import entry as entry_module
from plumbline.ledger import verify as verify_module
from plumbline.ledger.body import Body
from plumbline.ledger.canonical import canonical
from plumbline.ledger.entry import GENESIS, Draft, Entry, Event, Head, seal
from plumbline.ledger.verify import Flaw, Record, Verdict, verify

if TYPE_CHECKING:
    from types import SimpleNamespace


def ledger(size: int) -> list[Record]:
    return [record(entry) for entry in chain(map(review, range(size)))]


def tombstone(numbers: range) -> Draft:
    refs = tuple(review(n).ref for n in numbers)
    return Draft(Event.ERASURE_PERFORMED, f"stone{numbers.start}", "dpo", {"basis": "request", "refs": refs})


def broken_at(records: list[Record], head: Head | None = None) -> tuple[int, Flaw] | None:
    broken = verify(records, expected_head=head).broken
    return broken and (broken.seq, broken.flaw)


# Erasure


def test_it_verifies_after_erasing_a_thousand_of_ten_thousand_people() -> None:
    gone = range(0, 10_000, 10)
    entries = chain([*map(review, range(10_000)), tombstone(gone)])
    before = [record(entry) for entry in entries]
    after = [without_body(r) if n in gone else r for n, r in enumerate(before[:-1])] + before[-1:]
    head = entries[-1].head
    assert verify(after, expected_head=head) == Verdict(head, bodies=9000, erased=1000)


def test_a_body_deleted_by_hand_is_found() -> None:
    records = ledger(20)
    records[6] = without_body(records[6])
    assert broken_at(records) == (7, Flaw.MISSING_BODY)


def test_a_tombstone_explains_only_the_bodies_it_names() -> None:
    entries = chain([*map(review, range(20)), tombstone(range(3, 5))])
    records = [record(entry) for entry in entries]
    records[3:6] = map(without_body, records[3:6])
    assert broken_at(records) == (6, Flaw.MISSING_BODY)


def test_a_tombstone_before_its_entry_explains_nothing() -> None:
    records = [record(entry) for entry in chain([tombstone(range(1)), review(0)])]
    records[1] = without_body(records[1])
    assert broken_at(records) == (2, Flaw.MISSING_BODY)


def guesses(contents: list[bytes]) -> set[str]:
    """What somebody can compute who knows every person, but no salt: any digest without it, or with zeros."""
    tried = {
        sha256(prefix + content).hexdigest() for content in contents for prefix in (b"", b"\0" * 16, b"\0")
    }
    return tried | {sha256(email(n).encode()).hexdigest() for n in range(len(contents))}


def test_nobody_can_be_guessed_back_from_the_commitments_that_stay() -> None:
    entries = chain(map(review, range(10_000)))
    kept = {entry.header.commitment for entry in entries[::10]}
    assert len(kept) == 1000
    assert kept & guesses([canonical(review(n).body) for n in range(10_000)]) == set()


def test_with_a_salt_everybody_knows_they_could_be_guessed_back() -> None:
    """Negative control of the test above: it does find people when commitments are guessable."""
    kept = {Body.of(review(n).body, b"\0" * 16).commitment for n in range(0, 1000, 10)}
    assert kept & guesses([canonical(review(n).body) for n in range(1000)]) == kept


# Tampering


def flipped(data: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8) if place == bit // 8 else byte for place, byte in enumerate(data))


def test_every_flipped_bit_of_every_header_and_hash_is_found_at_its_entry() -> None:
    records = ledger(4)
    for place, (raw, digest, *body) in enumerate(records):
        changed = [(flipped(raw, bit), digest, *body) for bit in range(8 * len(raw))]
        changed += [(raw, flipped(digest, bit), *body) for bit in range(8 * len(digest))]
        for one in changed:
            found = verify([*records[:place], one, *records[place + 1 :]]).broken
            assert found is not None
            assert found.seq == place + 1


@given(st.data())
def test_a_flipped_bit_anywhere_in_a_longer_ledger_is_found(data: st.DataObject) -> None:
    records = ledger(60)
    place, field = data.draw(st.integers(0, 59)), data.draw(st.integers(0, 3))
    fields = list(records[place])
    fields[field] = flipped(fields[field], data.draw(st.integers(0, 8 * len(fields[field]) - 1)))
    records[place] = tuple(fields)
    found = verify(records).broken
    assert found is not None
    assert found.seq == place + 1
    assert found.flaw is Flaw.BODY if field > 1 else found.flaw in {Flaw.CHAIN, Flaw.HEADER, Flaw.SEQUENCE}


def test_a_header_rewritten_with_its_own_hash_is_found_at_the_entry_after_it() -> None:
    assert broken_at(rewritten(ledger(9), 4)) == (6, Flaw.CHAIN)


def rewritten(
    records: list[Record], place: int, link=lambda prev, raw: sha256(prev + raw).digest()
) -> list[Record]:
    raw, _, *body = records[place]
    raw = raw.replace(b'"actor":"alice"', b'"actor":"mallory"')
    previous = records[place - 1][1] if place else GENESIS
    return [*records[:place], (raw, link(previous, raw), *body), *records[place + 1 :]]


def test_a_chain_without_previous_hashes_would_hide_a_rewritten_header(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: with links that forget what came before, the tests of tampering find nothing."""

    def forgetful(data: bytes) -> SimpleNamespace:
        return sha256(data if len(data) < 64 or b'{"actor"' not in data else data[32:])

    monkeypatch.setattr(entry_module, "sha256", forgetful)
    monkeypatch.setattr(verify_module, "sha256", forgetful)
    records = rewritten(ledger(9), 4, lambda prev, raw: forgetful(prev + raw).digest())
    assert b"mallory" in records[4][0]
    assert verify(records).intact


@pytest.mark.parametrize(
    ("attack", "place"),
    [
        (lambda r: r[:4] + r[5:], (5, Flaw.SEQUENCE)),
        (lambda r: [*r[:4], r[5], r[4], *r[6:]], (5, Flaw.SEQUENCE)),
        (lambda r: [*r[:4], r[3], *r[4:]], (5, Flaw.SEQUENCE)),
        (lambda r: r[1:], (1, Flaw.SEQUENCE)),
    ],
    ids=["deleted", "exchanged", "inserted", "first deleted"],
)
def test_an_entry_deleted_moved_or_inserted_is_found(attack, place: tuple[int, Flaw]) -> None:
    assert broken_at(attack(ledger(12))) == place


def test_an_inserted_entry_that_continues_the_chain_breaks_the_next() -> None:
    entries = chain(map(review, range(12)))
    forged = seal(review(99), after=entries[3].head, hour=NOON, body=Body.of({"lead": "L99"}, salt(99)))
    records = [record(entry) for entry in (*entries[:4], forged, *entries[4:])]
    assert broken_at(records) == (6, Flaw.SEQUENCE)


def test_a_tail_cut_off_is_found_only_by_a_head_kept_outside() -> None:
    entries = chain(map(review, range(12)))
    cut = [record(entry) for entry in entries[:10]]
    assert verify(cut).intact, "a shorter chain is consistent in itself: that is why heads are published"
    assert broken_at(cut, entries[-1].head) == (11, Flaw.TRUNCATED)
    assert broken_at([], entries[-1].head) == (1, Flaw.TRUNCATED)


def test_a_history_written_anew_is_found_only_by_a_head_kept_outside() -> None:
    honest = chain(map(review, range(12)))
    forged = chain(replace(review(n), actor="mallory" if n == 5 else "alice") for n in range(12))
    assert verify([record(entry) for entry in forged]).intact
    assert broken_at([record(entry) for entry in forged], honest[7].head) == (8, Flaw.HEAD)


def test_a_head_of_last_week_still_anchors_a_ledger_that_has_grown() -> None:
    entries = chain(map(review, range(12)))
    assert verify([record(entry) for entry in entries], expected_head=entries[4].head).intact


def test_a_body_under_a_header_that_committed_to_none_is_found() -> None:
    raw, digest, _, _ = record(chain([Draft(Event.RUN_STARTED, "r1", "system:qualify")])[0])
    assert broken_at([(raw, digest, salt(1), b"{}")]) == (1, Flaw.UNEXPECTED_BODY)


@pytest.mark.parametrize("lost", [2, 3], ids=["salt", "content"])
def test_half_a_body_is_no_body(lost: int) -> None:
    fields = list(ledger(1)[0])
    fields[lost] = None
    assert broken_at([tuple(fields)]) == (1, Flaw.MISSING_BODY)


def test_bodies_exchanged_between_entries_are_found() -> None:
    a, b = ledger(2)
    assert broken_at([(*a[:2], *b[2:]), (*b[:2], *a[2:])]) == (1, Flaw.BODY)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b'{"seq":1}', b'{"actor":"a","seq":' + b"9" * 5000 + b"}"],
    ids=["none", "{}", "seq", "long"],
)
def test_a_chained_header_that_plumbline_never_writes_is_found(raw: bytes) -> None:
    assert broken_at([(raw, sha256(GENESIS + raw).digest(), None, None)]) == (1, Flaw.HEADER)


@pytest.mark.parametrize(
    "refs", [b"{x}", b'{"refs":[1]}', b'{"refs":[["a"]]}', b'{"refs":1.5}', b'{"refs":{}}']
)
def test_a_tombstone_that_names_no_references_is_found(refs: bytes) -> None:
    raw = record(chain([tombstone(range(1))])[0])[0]
    forged = re.sub(rb'"facts":\{.*?\}', b'"facts":' + refs, raw)
    assert forged != raw
    assert broken_at([(forged, sha256(GENESIS + forged).digest(), None, None)]) == (1, Flaw.HEADER)


def test_text_in_a_header_cannot_pose_as_its_keys() -> None:
    posing = (
        'x","commitment":null,"facts":{},"kind":"run:started","ref":"r","seq":9,"time":"2025-01-01T00:00Z"}'
    )
    entries: list[Entry] = chain([replace(review(1), actor=posing)])
    assert verify([record(entries[0])]) == Verdict(entries[0].head, 1, 0)


def test_an_empty_ledger_verifies() -> None:
    assert verify([]) == Verdict(Head(0, GENESIS), 0, 0)


def test_a_verdict_says_what_is_wrong_in_words() -> None:
    records = ledger(3)
    records[1] = without_body(records[1])
    assert (
        str(verify(records).broken)
        == "The body of entry 2 is gone, and no tombstone says why. [missing_body]"
    )


def test_the_flaws_are_alphabetical() -> None:
    assert [flaw.value for flaw in Flaw] == sorted(flaw.value for flaw in Flaw)
