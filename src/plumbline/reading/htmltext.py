# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""HTML to a view: what a person would see, nothing that was hidden from them.

An own scanner rather than ``html.parser``: offsets of every character are needed, and each byte is looked at a
bounded number of times, so that a bomb of a million unclosed tags costs no more than its length.
"""

from __future__ import annotations

import html
import re
from typing import Final

from plumbline.reading.model import Removed
from plumbline.reading.view import Builder

_LOOKS_LIKE: Final = re.compile(
    r"<!--|<(?:!doctype|html|head|body|div|p|br|span|table|tr|td|a|b|i|u|ul|ol|li|em|strong|font|img|style|meta|"
    r"h[1-6]|blockquote|pre|script|template|center|hr)(?=[\s/>])", re.IGNORECASE,
)  # fmt: skip
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][\w:-]*)((?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*)>")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_BLOCK: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_UNSEEN: Final = frozenset(
    [
        "head",
        "style",
        "script",
        "template",
        "title",
        "noscript",
        "object",
        "svg",
        "iframe",
        "textarea",
        "select",
    ]
)
_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "body",
        "button",
        "cite",
        "code",
        "del",
        "details",
        "dfn",
        "em",
        "figure",
        "figcaption",
        "font",
        "html",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "caption",
        "colgroup",
    ]
)
_KNOWN: Final = _VOID | _BLOCK | _UNSEEN | _INLINE
_HIDING: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|"
    r"font-size\s*:\s*(?:0|0?\.\d+|1)(?:px|pt|em|rem|%)?\s*(?:;|!|\"|'|}|$)|opacity\s*:\s*0?(?:\.0\d*)?\s*(?:;|!|\"|'|}|$)|"
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|#f[d-f]f[d-f]f[d-f]\b|white\b|transparent\b|"
    r"rgba?\(\s*25[0-5]\s*,\s*25[0-5]\s*,\s*25[0-5])|"
    r"(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|\"|'|}|$)|text-indent\s*:\s*-\d{3}|"
    r"(?:left|top)\s*:\s*-\d{3}|clip\s*:\s*rect\(\s*0", re.IGNORECASE,
)  # fmt: skip
_DARK_BACKGROUND: Final = re.compile(
    r"background(?:-color)?\s*:\s*(?!#fff|white|transparent|none)[#\w]", re.IGNORECASE
)
_WHITE: Final = re.compile(r"(?<![-\w])color\s*:\s*(?:#f|white|rgba?\(\s*25)", re.IGNORECASE)
_HIDDEN_ATTRIBUTE: Final = re.compile(r"(?:^|\s)hidden(?=[\s=/>]|$)|color\s*=\s*[\"']?(?:#fff|white)|size\s*=\s*[\"']?0\b", re.IGNORECASE)  # fmt: skip
_QUOTING: Final = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|appendonsend|protonmail_quote", re.IGNORECASE)  # fmt: skip
_NAMES: Final = re.compile(r"(?:class|id)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_RULE: Final = re.compile(r"([^{}<>]{1,200})\{([^{}]{1,500})\}")
_SELECTOR: Final = re.compile(r"[.#]([\w-]+)")
_SPACES: Final = str.maketrans("\r\n\t", "   ")


def looks_like_html(text: str) -> bool:
    """Whether there is any markup worth scanning."""
    return "<" in text and _LOOKS_LIKE.search(text) is not None


def html_view(text: str) -> Builder:
    """The visible text of an HTML document or of a text with a few tags, as pieces with their origin."""
    scanner = _Scanner(text)
    scanner.run()
    return scanner.out


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.out = Builder()
        self.stack: list[tuple[str, Removed | None]] = []
        self.open: dict[str, int] = {}
        self.hidden_names = _hidden_names(text)
        self.flows = _flows(text)

    @property
    def state(self) -> Removed | None:
        return self.stack[-1][1] if self.stack else None

    def run(self) -> None:
        at = 0
        while at < len(self.text):
            opening = self.text.find("<", at)
            if opening < 0:
                opening = len(self.text)
            self._words(at, opening)
            at = self._markup(opening) if opening < len(self.text) else opening

    def _markup(self, at: int) -> int:
        if self.text.startswith("<!--", at):
            return self._until("-->", at, Removed.COMMENT)
        if self.text.startswith(("<!", "<?"), at):
            return self._until(">", at, None)
        tag = _TAG.match(self.text, at)
        if tag is None or not _is_element(tag[2]):
            self._words(at, at + 1)
            return at + 1
        self._tag(tag)
        return tag.end()

    def _until(self, mark: str, at: int, what: Removed | None) -> int:
        found = self.text.find(mark, at)
        end = len(self.text) if found < 0 else found + len(mark)
        self.out.skip(what, at, end)
        return end

    def _tag(self, tag: re.Match[str]) -> None:
        name = tag[2].lower()
        if name in _BLOCK and self.state is None:
            self.out.gap = True
            self.out.stand_in("\n", tag.start(), tag.end())
        self.out.skip(None, tag.start(), tag.end())
        if tag[1]:
            self._close(name)
        elif name not in _VOID and not tag[3].endswith("/"):
            self.stack.append((name, self.state or self._state_of(name, tag[3])))
            self.open[name] = self.open.get(name, 0) + 1

    def _close(self, name: str) -> None:
        if not self.open.get(name):
            return
        while self.stack:
            top, _ = self.stack.pop()
            self.open[top] -= 1
            if top == name:
                return

    def _state_of(self, name: str, attributes: str) -> Removed | None:
        if name == "blockquote" or _QUOTING.search(attributes):
            return Removed.QUOTED
        unseen = name in _UNSEEN or (attributes and (_hides(attributes) or self._named_hidden(attributes)))
        return Removed.HIDDEN if unseen else None

    def _named_hidden(self, attributes: str) -> bool:
        if not self.hidden_names:
            return False
        names = " ".join("".join(groups) for groups in _NAMES.findall(attributes))
        return not self.hidden_names.isdisjoint(names.split())

    def _words(self, start: int, end: int) -> None:
        if start == end:
            return
        if self.state is not None:
            seen = self.text[start:end].strip()
            self.out.skip(self.state if seen else None, start, end)
            return
        at = start
        for entity in _ENTITY.finditer(self.text, start, end):
            self.out.copy(self._flow(at, entity.start()), at)
            self.out.stand_in(html.unescape(entity[0]), entity.start(), entity.end())
            at = entity.end()
        self.out.copy(self._flow(at, end), at)

    def _flow(self, start: int, end: int) -> str:
        words = self.text[start:end]
        return words.translate(_SPACES) if self.flows else words


def _is_element(name: str) -> bool:
    """Anything else in angle brackets is text somebody typed (or a pretended verdict), and is shown as such."""
    return name.lower() in _KNOWN or ":" in name


def _hides(attributes: str) -> bool:
    if _HIDDEN_ATTRIBUTE.search(attributes):
        return True
    if not _HIDING.search(attributes):
        return False
    rest = _WHITE.sub("", attributes)
    return bool(_HIDING.search(rest)) or not _DARK_BACKGROUND.search(attributes)


def _hidden_names(text: str) -> frozenset[str]:
    """Classes and ids that the style sheet hides."""
    if "<style" not in text[:200_000].lower():
        return frozenset()
    rules = _RULE.findall(text[:200_000])
    return frozenset(
        name for selector, body in rules if _HIDING.search(body) for name in _SELECTOR.findall(selector)
    )


def _flows(text: str) -> bool:
    """Whether line breaks of the source are mere spaces: in real HTML, not in plain text with a stray tag."""
    return re.search(r"<(?:html|body|div|p|br|table)\b", text[:100_000], re.IGNORECASE) is not None
