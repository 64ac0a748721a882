"""Pages: well formed, self-contained, and nothing a lead says can act on them."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser

import pytest

from helpers_pair import PAIRS
from helpers_report import (
    ALL_UNKNOWN,
    EMPTY_RUN,
    FIXED_WORDS,
    HOSTILE,
    NASTY,
    OBJECTOR,
    PACKETS,
    RICH,
    RICH_SCORE,
    RUN,
    hostile,
)
from plumbline.qualify.packet import Packet
from plumbline.report import html, packet_html, run_html
from plumbline.report.pair import pair_html

VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}
HOSTILE_RUN = hostile(RUN)
PAGES = {
    **{name: packet_html(packet) for name, packet in PACKETS.items()},
    "run": run_html(RUN),
    "run_empty": run_html(EMPTY_RUN),
    "run_hostile": run_html(HOSTILE_RUN),
    **{name: pair_html(pair) for name, pair in PAIRS.items()},
}


class Page(HTMLParser):
    """What a page consists of; ``problems`` holds every tag that does not close what was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        self.problems += [f"{tag} is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"{tag} repeats an attribute")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")

    def handle_data(self, data) -> None:
        self.text.append(data)

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


page = pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)


@page
def test_every_tag_is_closed_and_every_id_is_unique(text) -> None:
    found = Page(text)
    assert found.problems == []
    ids = found.attributes("id")
    assert len(ids) == len(set(ids))
    assert set(found.attributes("aria-labelledby")) <= set(ids)


def test_a_page_with_a_lost_end_tag_is_noticed() -> None:
    """Negative control of the parser above."""
    assert Page(PAGES["rich"].replace("</section>", "", 1)).problems


@page
def test_a_page_stands_alone_without_scripts_styles_in_tags_or_anything_from_outside(text) -> None:
    found = Page(text)
    assert found.names().isdisjoint({"script", "link", "img", "iframe", "object", "embed", "form", "base"})
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on") or name == "style"]
    assert not [name for _, attrs in found.tags for name in attrs if name in {"src", "srcset", "action"}]
    assert not re.search(r"url\((?!#)|@import|https?:", text.split("<style>")[1].split("</style>")[0])
    addresses = [value for _, attrs in found.tags for value in attrs.values() if "://" in (value or "")]
    assert addresses == []


@page
def test_the_page_forbids_itself_everything_but_its_own_style(text) -> None:
    policy = next(value for value in Page(text).attributes("content") if "default-src" in value)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@page
def test_a_page_has_one_title_landmarks_and_headings_in_order(text) -> None:
    found = Page(text)
    tags = [tag for tag, _ in found.tags]
    assert [tags.count(tag) for tag in ("main", "header", "footer", "h1", "title")] == [1, 1, 1, 1, 1]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert ("html", {"lang": "en"}) in found.tags


@page
def test_every_table_has_a_caption_and_every_header_cell_says_its_scope(text) -> None:
    found = Page(text)
    tags = [tag for tag, _ in found.tags]
    assert tags.count("table") == tags.count("caption")
    assert all(attrs.get("scope") for tag, attrs in found.tags if tag == "th")


@page
def test_every_drawing_is_hidden_from_readers_or_described_to_them(text) -> None:
    drawings = [attrs for tag, attrs in Page(text).tags if tag == "svg"]
    assert all(attrs.get("aria-hidden") == "true" or attrs.get("aria-label") for attrs in drawings)


def texts(value: object, path: str = "") -> dict[str, str]:
    """Every free text of a packet or a summary with the place it stands at."""
    if isinstance(value, str):
        return {path: value}
    if isinstance(value, tuple):
        return {
            name: text for at, item in enumerate(value) for name, text in texts(item, f"{path}.{at}").items()
        }
    if is_dataclass(value):
        inner = {
            field.name: getattr(value, field.name) for field in fields(value) if field.name not in FIXED_WORDS
        }
        return {
            name: text for key, item in inner.items() for name, text in texts(item, f"{path}.{key}").items()
        }
    return {}


def unescaped(text: str) -> list[str]:
    """Signs that a text of a lead became part of a page."""
    found = Page(text)
    signs = [tag for tag in ("script", "img") if tag in found.names()]
    signs += [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    return signs + [char for char in "\x00\x07\x1b\u202e" if char in text] + found.problems


@pytest.mark.parametrize("place", texts(RICH))
def test_no_text_of_a_packet_can_act_wherever_it_stands(place) -> None:
    assert unescaped(packet_html(put(RICH, place, NASTY))) == []


@pytest.mark.parametrize("place", texts(RUN))
def test_no_text_of_a_run_can_act_wherever_it_stands(place) -> None:
    assert unescaped(run_html(put(RUN, place, NASTY))) == []


@pytest.mark.parametrize(
    "name", ["band", "route", "dimension", "level", "outcome", "note", "autonomy", "stream"]
)
def test_not_even_a_word_of_a_fixed_vocabulary_can_act(name) -> None:
    assert unescaped(packet_html(put_everywhere(RICH, name, NASTY))) == []


@pytest.mark.parametrize("packet", [HOSTILE, replace(HOSTILE, score=None)], ids=["scored", "objector"])
def test_text_that_acts_is_noticed_when_escaping_is_off(monkeypatch, packet) -> None:
    """Negative control: the same pages from the same templates without escaping fail the check."""
    loose = html.environment().overlay(autoescape=False)
    monkeypatch.setattr(html, "environment", lambda: loose)
    assert "script" in unescaped(packet_html(packet))


def test_control_characters_are_noticed_when_they_are_not_shown(monkeypatch) -> None:
    """Negative control: without the step that shows them, they stand in the page."""
    loose = html.environment().overlay(finalize=None)
    monkeypatch.setattr(html, "environment", lambda: loose)
    assert "\x1b" in unescaped(packet_html(HOSTILE))


def put(value: object, path: str, text: str) -> object:
    """The same data with one text replaced."""
    _, _, path = path.partition(".")
    key, _, rest = path.partition(".")
    if not key:
        return text
    if isinstance(value, tuple):
        at = int(key)
        return (*value[:at], put(value[at], f".{rest}" if rest else "", text), *value[at + 1 :])
    return replace(value, **{key: put(getattr(value, key), f".{rest}" if rest else "", text)})


def put_everywhere(value: object, name: str, text: str) -> object:
    """The same data with one field replaced wherever it occurs."""
    if isinstance(value, tuple):
        return tuple(put_everywhere(item, name, text) for item in value)
    if not is_dataclass(value):
        return value
    inner = {f.name: put_everywhere(getattr(value, f.name), name, text) for f in fields(value)}
    return replace(value, **inner | ({name: text} if name in inner else {}))


def test_endless_text_makes_no_endless_page() -> None:
    text = packet_html(hostile(RICH, "y" * 1_000_000))
    assert len(text) < 200_000
    assert len(run_html(hostile(RUN, "y" * 1_000_000))) < 200_000


def test_every_text_of_a_packet_is_on_its_page() -> None:
    numbered = {place: f"Text{at:04}" for at, place in enumerate(texts(RICH))}
    packet = RICH
    for place, text in numbered.items():
        packet = put(packet, place, text)
    shown = packet_html(packet)
    unseen = {place for place, text in numbered.items() if text not in shown}
    # A term's own name is for machines; a question that is asked first is not repeated in the table.
    assert {re.sub(r"\.\d+", "", place) for place in unseen} <= {".score.reasons.term", ".unknowns.signal"}


def test_the_header_says_in_one_sentence_what_is_proposed_and_why() -> None:
    text = " ".join("".join(Page(PAGES["rich"]).text).split())
    assert f"Fast-track to senior-reps and ask two questions. {RICH.decision.because}" in text


def test_a_person_who_objected_sees_no_score_no_lots_and_no_question() -> None:
    # Even when the data held some by mistake, the page of an objector shows none of it.
    careless = replace(OBJECTOR, unknowns=RICH.unknowns, draws=RICH.draws, up=RICH.down)
    for packet in (OBJECTOR, careless):
        found = Page(packet_html(packet))
        assert {"score", "reasons", "unknown", "change", "draws"}.isdisjoint(found.attributes("id"))
        assert "We made no score for this person" in "".join(found.text)
        assert packet.versions.scorecard_hash not in "".join(found.text)


def test_a_scored_lead_shows_the_sections_an_objector_does_not() -> None:
    """Negative control of the test above."""
    assert {"score", "reasons", "unknown", "change", "draws"} <= set(Page(PAGES["rich"]).attributes("id"))


def test_the_range_is_drawn_and_hatched_where_something_is_unknown_and_only_there() -> None:
    scale = PAGES["rich"].split('class="scale"')[1].split("</svg>")[0]
    assert 'class="hatched"' in scale
    exact = packet_html(replace(RICH, score=replace(RICH_SCORE, lowest=68, highest=68)))
    assert 'class="hatched"' not in exact.split('class="scale"')[1].split("</svg>")[0]


def test_red_is_only_for_act_now() -> None:
    assert 'class="now"' in PAGES["rich"]
    assert 'class="now"' not in PAGES["all_unknown"]
    rules = re.findall(r"([^{}]+)\{[^{}]*var\(--now\)", PAGES["rich"])
    assert sorted(rule.strip() for rule in rules) == [".dot", ".top .now", ".top .now::before"]


def test_points_that_do_not_add_up_are_said_so_on_the_page() -> None:
    broken = replace(RICH, score=replace(RICH_SCORE, points=69))
    assert "do not add up" in packet_html(broken)
    assert "do not add up" not in PAGES["rich"]


def test_counts_that_do_not_reconcile_are_said_so_on_the_page() -> None:
    assert "does not add up" in run_html(replace(RUN, read=9_241))
    assert "does not add up" not in PAGES["run"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//evil.example/x",
        "https://evil.example",
        "/etc/passwd",
        "../up.html",
        "a b",
        "x\ny",
        "",
    ],
)
def test_an_address_that_is_not_a_plain_relative_one_is_no_link(address) -> None:
    queue = (replace(RUN.queue[0], packet=address),)
    assert Page(run_html(replace(RUN, queue=queue))).attributes("href") == []


def test_leads_of_the_queue_link_to_their_packets() -> None:
    assert Page(PAGES["run"]).attributes("href") == [line.packet for line in RUN.queue if line.packet]


@pytest.mark.parametrize("name", PACKETS)
def test_packet_pages_stay_as_they_were_reviewed(name, snapshots) -> None:
    snapshots.check(f"packet_{name}.html", body(PAGES[name]))


@pytest.mark.parametrize("name", ["run", "run_empty"])
def test_run_pages_stay_as_they_were_reviewed(name, snapshots) -> None:
    snapshots.check(f"{name}.html", body(PAGES[name]))


def body(text: str) -> str:
    """The page without its head: the style is reviewed by eye and by its contrast, not by bytes."""
    return text[text.index("<body>") :]


def test_the_same_packet_makes_the_same_bytes() -> None:
    assert isinstance(ALL_UNKNOWN, Packet)
    assert packet_html(ALL_UNKNOWN) == PAGES["all_unknown"]
