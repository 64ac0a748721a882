"""Links between pages and to files lead somewhere, and the front page stays short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers_docs import DOCS, PAGES, ROOT, name_of

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,3} +(.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def links(text: str) -> list[str]:
    found = _LINK.findall(_FENCED.sub("", text))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors(text: str) -> set[str]:
    """Headings as MyST and GitHub address them."""
    words = (
        re.sub(r"[^\w\- ]", "", heading.strip().lower())
        for heading in _HEADING.findall(_FENCED.sub("", text))
    )
    return {word.replace(" ", "-") for word in words}


def dead(page: Path, text: str, generated: Path) -> list[str]:
    """Links of a page that lead nowhere. Generated pages are looked for where they were generated."""
    lost = []
    for link in links(text):
        address, _, anchor = link.partition("#")
        target = (page.parent / address).resolve() if address else page
        if "generated" in target.parts:
            target = generated / target.name
        is_there = target.exists() and (not anchor or anchor in anchors(target.read_text("utf-8")))
        if not is_there:
            lost.append(link)
    return lost


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path, generated: Path) -> None:
    assert dead(page, page.read_text("utf-8"), generated) == []


def test_the_check_sees_dead_links(generated: Path) -> None:
    """Negative control."""
    text = "# Here\n[a](no-such.md) [b](README.md#no-such-part) [c](#here) ![d](docs/_static/none.png)"
    page = ROOT / "README.md"
    assert dead(page, text, generated) == [
        "no-such.md",
        "README.md#no-such-part",
        "docs/_static/none.png",
    ] or dead(page, text, generated) == [
        "no-such.md",
        "README.md#no-such-part",
        "#here",
        "docs/_static/none.png",
    ]


def test_the_front_page_is_short_and_shows_a_picture() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 120
    assert "![" in text
    assert "make demo" in text
    assert "plumbline qualify leads.csv" in text


def test_every_release_opens_with_changes_to_decisions() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert releases
    assert all(
        re.findall(r"^### (.+)$", release, re.MULTILINE)[0] == "Changes to decisions" for release in releases
    )


def test_every_page_begins_with_its_title() -> None:
    for page in DOCS.rglob("*.md"):
        if "_build" not in page.parts:
            assert page.read_text("utf-8").startswith(("# ", "---\n")), page
