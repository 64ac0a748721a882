"""Self-contained pages: one file, no script, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from plumbline.report import layout, letters, phrases, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.qualify.packet import MessageLine, Packet, Score
    from plumbline.qualify.summary import RunSummary
    from plumbline.reading.brief import Brief

#: Addresses of evidence pages: relative, downwards, without a scheme. Anything else is no link.
_RELATIVE: Final = re.compile(r"(?=.{1,300}\Z)[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)


def packet_html(packet: Packet) -> str:
    """The evidence packet of one lead as a page of its own.

    Every text of the packet is data: escaped, control characters shown as symbols, long values clipped.
    The page forbids itself scripts and every outside resource by its own content security policy.
    """
    return page("packet.html", **packet_values(packet))


def packet_values(packet: Packet) -> dict[str, Any]:
    """What the templates of a packet (``packet_score.html`` and the others) read."""
    outcomes = [phrases.outcome(rule) for rule in packet.rules]
    rules = layout.sorted_rules(packet.rules, outcomes)
    return {"packet": packet, "rules": rules, **_drawing(packet.score)}


def run_html(summary: RunSummary) -> str:
    """The page of a whole run; leads link to their packet pages where the summary names them."""
    return page("run.html", run=summary)


def messages_html(messages: Sequence[MessageLine], brief: Brief) -> str:
    """Messages with the quoted words marked, and what they say together."""
    return page("messages.html", messages=messages, brief=brief)


def _drawing(score: Score | None) -> Mapping[str, Any]:
    """The geometry of a score; nothing for a person who objected."""
    if score is None:
        return {"score": None}
    axis = layout.points_axis(score)
    return {
        "score": score,
        "axis": axis,
        "range": axis.span(score.lowest, score.highest),
        "groups": layout.groups(score),
        "bars": layout.bar_axis(score.reasons),
    }


def page(template: str, *, styles: tuple[str, ...] = ("style.css",), **values: Any) -> str:  # noqa: ANN401
    """A template with its styles inside; the page forbids itself everything else."""
    css = "".join(_css(name) for name in styles)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return environment().get_template(template).render(css=Markup(css), css_hash=digest, **values)  # noqa: S704


@cache
def environment() -> Environment:
    """Templates with escaping on for everything; a name that does not exist is an error."""
    env = Environment(
        loader=PackageLoader("plumbline.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(words=words, phrases=phrases, layout=layout, letters=letters)
    env.filters.update(
        signed=words.signed, whole=words.whole, odds=words.odds, percent=words.percent, clip=words.clip
    )
    env.filters["address"] = _address
    return env


@cache
def _css(name: str) -> str:
    return (files("plumbline.report") / "styles" / name).read_text("utf-8")


def _plain(value: object) -> object:
    """Received text cannot act on the page: neither by markup (escaped) nor by control characters."""
    return words.visible(value) if type(value) is str else value


def _address(path: str | None) -> str:
    """A relative address, or nothing where the text is not one (``javascript:``, ``//host``, ``..``)."""
    if not path or not _RELATIVE.fullmatch(path) or ".." in path.split("/"):
        return ""
    return path
