"""Colours: readable in light and in dark (WCAG 2.2 AA), computed from the style sheet itself."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = files("plumbline.report").joinpath("styles/style.css").read_text("utf-8")

#: Text colour and the grounds it stands on.
TEXT = {
    "ink": ["paper", "wash", "heat-1", "heat-2", "heat-3", "heat-4"],
    "quiet": ["paper", "wash"],
    "paper": ["ink"],
    "now": ["paper"],
}
#: Drawn parts that carry meaning and the grounds they stand on.
DRAWN = {name: ["paper"] for name in ("fit", "intent", "readiness", "line", "quiet", "ink")}
#: Separators and quiet grounds: they carry no meaning alone.
GROUNDS = {"hair", "paper", "wash", "heat-1", "heat-2", "heat-3", "heat-4"}


def colours(theme: str, css: str = CSS) -> dict[str, str]:
    light, _, rest = css.partition("@media screen and (prefers-color-scheme: dark)")
    block = (light if theme == "light" else rest.partition("}")[0]).partition("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def too_faint(found: dict[str, str]) -> list[str]:
    pairs = [(name, ground, 4.5) for name, grounds in TEXT.items() for ground in grounds]
    pairs += [(name, ground, 3.0) for name, grounds in DRAWN.items() for ground in grounds]
    return [
        f"{name} on {ground}" for name, ground, least in pairs if contrast(found[name], found[ground]) < least
    ]


theme = pytest.mark.parametrize("theme", ["light", "dark"])


@theme
def test_text_and_drawings_can_be_told_from_their_ground(theme) -> None:
    assert too_faint(colours(theme)) == []


@pytest.mark.parametrize(("theme", "faint"), [("light", "#7c7c7c"), ("dark", "#6a6a6a")])
def test_a_faint_colour_is_noticed(theme, faint) -> None:
    """Negative control: a grey a little too close to its ground fails."""
    assert "quiet on paper" in too_faint(colours(theme) | {"quiet": faint})


def test_the_yardstick_agrees_with_the_known_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_themes_define_the_same_colours_and_every_one_of_them_is_checked() -> None:
    assert colours("light").keys() == colours("dark").keys()
    assert colours("light").keys() == TEXT.keys() | DRAWN.keys() | GROUNDS


def test_no_rule_uses_a_colour_outside_the_palette() -> None:
    rules = re.sub(r"--[\w-]+: #[0-9a-f]{6};", "", CSS)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []
    assert re.findall(r"\b(?:rgb|hsl|oklch)a?\(", rules) == []


@theme
def test_the_three_dimensions_differ_in_lightness_or_hue_and_none_is_the_red_of_now(theme) -> None:
    found = colours(theme)
    assert len({found[name] for name in ("fit", "intent", "readiness", "now")}) == 4
