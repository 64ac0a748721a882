"""A raw mail (RFC 5322 with MIME) to a message: the one body a person would have read, decoded."""

from __future__ import annotations

from email import policy
from email.errors import MessageError
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from plumbline.reading.model import Message

if TYPE_CHECKING:
    from datetime import date
    from email.message import EmailMessage

MAX_BYTES: Final = 10_000_000
_MAX_PARTS: Final = 200


def message_of(raw: bytes, *, our_names: tuple[str, ...] = (), id: str = "") -> Message:  # noqa: A002
    """The plain part, else the HTML part. Offsets of quotes are into this decoded text.

    Never raises: broken MIME gives what can be decoded, and at worst an empty text. The date is that of the
    header, in the sender's own time zone, because that is the one "next Friday" was written in.
    """
    mail = _parsed(raw[:MAX_BYTES])
    subject = _header(mail, "subject")
    body = _body(mail)
    told = subject and not subject.lower().startswith(("re:", "aw:", "fw:", "fwd:", "wg:"))
    text = f"Subject: {subject}\n\n{body}" if told else body
    return Message(text, "email", _date(mail), id or _header(mail, "message-id"), our_names)


def _parsed(raw: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(raw)


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(mail.get(name, "")).split())
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return ""


def _body(mail: EmailMessage) -> str:
    parts: dict[str, str] = {}
    for index, part in enumerate(mail.walk()):
        if index > _MAX_PARTS:
            break
        kind = part.get_content_type()
        if (
            kind in ("text/plain", "text/html")
            and kind not in parts
            and not part.is_multipart()
            and not _attached(part)
        ):
            parts[kind] = _decoded(part)
    return next((parts[kind] for kind in ("text/plain", "text/html") if parts.get(kind, "").strip()), "")


def _attached(part: object) -> bool:
    try:
        return part.get_content_disposition() == "attachment"  # type: ignore[attr-defined, no-any-return]
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return False


def _decoded(part: object) -> str:
    payload = part.get_payload(decode=True)  # type: ignore[attr-defined]
    if not isinstance(payload, bytes):
        return str(payload or "")
    charset = part.get_content_charset() or "utf-8"  # type: ignore[attr-defined]
    try:
        return payload.decode(charset, "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def _date(mail: EmailMessage) -> date | None:
    try:
        return parsedate_to_datetime(_header(mail, "date")).date()
    except (ValueError, TypeError, IndexError):
        return None
