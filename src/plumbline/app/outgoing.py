"""Requests to addresses that people typed in: only to where they may go, and to no other place.

Whoever may register a webhook could otherwise make this server talk to what only it can reach. So the host is
resolved at every request, one address that is not public refuses it, and the connection is made to the very
address that was looked at: a name that answers differently the second time gains nothing. Redirects are not
followed.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings

from plumbline.app.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address
    from urllib.parse import SplitResult

#: Seconds for everything together: connecting, sending and reading.
PATIENCE: Final = 10.0
#: Bytes of an answer that are read; what it says beyond its status is of no interest.
_ANSWER: Final = 64 * 1024
_LONGEST: Final = 500
_PORTS: Final = frozenset({80, 443, 8443})
#: IPv6 addresses that stand for an IPv4 address behind some translator, which may be a private one.
_TRANSLATED: Final = tuple(map(IPv6Network, ("::/8", "64:ff9b::/32", "2001::/32", "2002::/16")))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``status`` of HTTP, or None and why in ``error``. ``milliseconds`` it took."""

    status: int | None
    error: str
    milliseconds: int

    @property
    def well(self) -> bool:
        """Whether the other side took it."""
        return self.status is not None and 200 <= self.status < 300


class _RefusedError(Exception):
    """Why nothing is sent there, in words."""


def checked(url: str) -> str:
    """An address to send to, as it was typed, without blanks around it.

    ``settings.WEBHOOKS_LOCAL`` allows plain http and addresses of this machine and its network.

    Raises:
        InvalidInputError: It is no address that anything is sent to.
    """
    url = url.strip()
    try:
        parts = _split(url)
        with suppress(OSError):  # a name that is not known yet may be known when something is sent
            _addresses(parts)
    except _RefusedError as refused:
        raise InvalidInputError(str(refused), "url") from refused
    return url


def post(url: str, body: bytes, headers: Mapping[str, str], *, patience: float = PATIENCE) -> Answer:
    """Send a body by POST. Nothing is raised: that it did not arrive is an answer too."""
    start, error = monotonic(), ""
    status = None
    try:
        status = _post(_split(url), body, headers, patience)
    except _RefusedError as refused:
        error = str(refused)
    except (OSError, HTTPException, ValueError) as failed:
        late = monotonic() - start >= patience
        error = f"No answer within {patience:.0f} seconds." if late else _named(failed)
    else:
        if 300 <= status < 400:
            error = "It redirects; redirects are not followed."
    return Answer(status, error, round((monotonic() - start) * 1000))


def _split(url: str) -> SplitResult:
    if len(url) > _LONGEST or not url.isascii() or any(not 0x20 < ord(letter) < 0x7F for letter in url):
        raise _RefusedError(f"An address has at most {_LONGEST} letters, all of them ASCII and none a blank.")
    try:
        parts = urlsplit(url)
        port = _port(parts)
    except ValueError as error:
        raise _RefusedError("This is no address.") from error
    schemes = {"https", "http"} if settings.WEBHOOKS_LOCAL else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        raise _RefusedError("Write an address that begins with https://.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _RefusedError("An address here has no user, no password and no #.")
    if port not in _PORTS and port <= 1023:
        raise _RefusedError("Ports are 443, 80, 8443 and those above 1023.")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else (443 if parts.scheme == "https" else 80)


def _addresses(parts: SplitResult) -> list[str]:
    """Every address of the host, all of them fit to be sent to."""
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if not settings.WEBHOOKS_LOCAL and not all(map(_is_public, addresses)):
        raise _RefusedError("This leads into a private network; nothing is sent there.")
    return addresses


def _is_public(text: str) -> bool:
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and any(address in network for network in _TRANSLATED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


class _Pinned(HTTPConnection):
    """A connection to an address that was looked at; the name is only said, in TLS and in ``Host``."""

    def __init__(self, parts: SplitResult, address: str, patience: float) -> None:
        super().__init__(parts.hostname or "", _port(parts), timeout=patience)
        self._address, self._tls = address, parts.scheme == "https"
        if self._tls:
            self.default_port = 443

    def connect(self) -> None:
        """To the one address, without asking for the name again."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def hang_up(self) -> None:
        """End it from another thread, whatever it waits for."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _post(parts: SplitResult, body: bytes, headers: Mapping[str, str], patience: float) -> int:
    connection = _Pinned(parts, _addresses(parts)[0], patience)
    # A socket's timeout is for one read; who sends a byte every few seconds would be waited for for ever.
    alarm = Timer(patience, connection.hang_up)
    alarm.daemon = True
    alarm.start()
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        response.read(_ANSWER)
        return response.status
    finally:
        alarm.cancel()
        connection.close()


def _named(error: Exception) -> str:
    """In words, without what an answer said: it could be anything."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "Its certificate is not valid for this name."
    if isinstance(error, socket.gaierror):
        return "The name of the host is not known."
    if isinstance(error, ConnectionRefusedError):
        return "Nothing listens there."
    if isinstance(error, TimeoutError):
        return "It does not answer."
    return "The connection broke, or what came back is no HTTP."
