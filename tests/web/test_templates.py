from __future__ import annotations

from importlib.resources import files

import pytest

from plumbline.web.templating import environment

PAGES = sorted(one.name for one in (files("plumbline.web") / "pages").iterdir() if one.name.endswith(".html"))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_read(name: str) -> None:
    environment().get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_scripts_or_styles_of_its_own(name: str) -> None:
    """The browser is told to refuse them, so they would silently do nothing."""
    text = (files("plumbline.web") / "pages" / name).read_text("utf-8")
    for forbidden in (" style=", "<style", "onclick=", "onsubmit=", "javascript:", "hx-on"):
        assert forbidden not in text, f"{name} holds {forbidden}"
    assert text.count("<script") == text.count("<script src="), name


def test_a_page_that_cannot_be_read_is_found() -> None:
    """Negative control."""
    with pytest.raises(Exception, match=r"unexpected|Expected|unknown"):
        environment().from_string("{% if %}")
