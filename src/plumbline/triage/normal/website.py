"""Websites: the registered domain of whatever was typed into a field for one."""

from __future__ import annotations

import re
from typing import Final

from plumbline.triage.normal.domain import ascii_domain, has_known_ending, registered, shown_domain
from plumbline.triage.normal.lists import words
from plumbline.triage.normal.script import tidy
from plumbline.triage.normal.value import Normal, Note, unclear

_SCHEME: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//|^(?:https?|http):?/*", re.IGNORECASE)
_HOST: Final = re.compile(r"^(?:[^/?#@\s]*@)?([^/?#:\s]+)(?::\d*)?(?:[/?#].*)?$", re.DOTALL)
_ADDRESS: Final = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$|^\[")


def website(text: str) -> Normal:
    """The registered domain of a web address, in ASCII; the host and its spelling in other letters as parts.

    Pages on platforms such as linkedin.com say nothing about the company's own domain and stay unread.
    """
    clean = tidy(text).strip("<>()[]\"'")
    bare = _SCHEME.sub("", clean)
    match = _HOST.match(bare)
    if match is None or _ADDRESS.match(bare):
        return unclear(text, "no_domain", "There is no domain name in it.")
    host = ascii_domain(match.group(1))
    if host is None or not has_known_ending(host):
        return unclear(text, "no_domain", f"{match.group(1)[:80]} is no domain name with a known ending.")
    domain = registered(host)
    if domain is None:
        return unclear(
            text, "no_domain", f"{host} is an ending under which others register, no domain of anybody."
        )
    if domain in words("platforms.txt"):
        return unclear(text, "platform", f"A page on {domain} is not the company's own domain.", host=host)
    parts = {"host": host} | ({"shown": shown_domain(domain)} if "xn--" in domain else {})
    notes = () if domain == text else (Note("domain_taken", f"The registered domain of it is {domain}."),)
    return Normal(text, domain, domain, notes, parts)
