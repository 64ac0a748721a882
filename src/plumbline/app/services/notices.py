"""What people should know: in the application, and for those who want it once a day by e-mail.

A notice says how many and where, never who: no name and no word of a lead stands in it, so that none leaves
the house by e-mail.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from plumbline.app.errors import NotAllowedError
from plumbline.app.models import Notice, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend

    from plumbline.app.actors import Actor

log: Final = logging.getLogger("plumbline.notices")
PAGE: Final = 50
#: The bell counts this far: "99+" is many.
MANY: Final = 99
_BETWEEN_MAILS: Final = timedelta(hours=20)
_PEOPLE: Final = 500
#: What each kind of notice is called, one and several of them.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "appeal": ("an appeal that waits too long", "appeals that wait too long"),
    "given_up": ("a job that was given up", "jobs that were given up"),
    "import": ("import that ended", "imports that ended"),
    "lead": ("lead that came to you", "leads that came to you"),
    "overflow": ("team whose leads go elsewhere", "teams whose leads go elsewhere"),
    "overdue": ("review that is overdue", "reviews that are overdue"),
    "review": ("answer to something you asked", "answers to something you asked"),
    "stuck": ("lead that nobody answered in time", "leads that nobody answered in time"),
    "volume": ("person who saw far more than usual", "persons who saw far more than usual"),
    "waits": ("team in which nobody can take leads", "teams in which nobody can take leads"),
}


def tell(people: Iterable[User], kind: str, text: str, *, path: str, now: datetime) -> None:
    """Leave people a notice. What they have not read yet is not said again."""
    wanted = {user.pk: user for user in people}
    told = Notice.objects.filter(user__in=wanted, kind=kind, text=text[:300], path=path, read_at=None)
    for pk in told.values_list("user_id", flat=True):
        wanted.pop(pk, None)
    Notice.objects.bulk_create(
        Notice(user=user, at=now, kind=kind, text=text[:300], path=path) for user in wanted.values()
    )


def unread(actor: Actor) -> int:
    """How many notices a person has not read, counted up to one more than ``MANY``."""
    if actor.user_id is None:
        return 0
    return Notice.objects.filter(user_id=actor.user_id, read_at=None)[: MANY + 1].count()


def of(actor: Actor, *, before: int | None = None) -> Sequence[Notice]:
    """A page of a person's notices and one more, newest first; ``before`` is where the last page ended."""
    rows = Notice.objects.filter(user_id=_person(actor)).order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])


def read(actor: Actor, *, upto: int, now: datetime) -> int:
    """Mark a person's notices as read up to the one they saw; how many that were."""
    rows = Notice.objects.filter(user_id=_person(actor), pk__lte=upto, read_at=None)
    return rows.update(read_at=now)


def wants_digest(actor: Actor, wanted: bool) -> None:
    """Whether a person gets the e-mail."""
    User.objects.filter(pk=_person(actor)).update(digest=wanted)


def digest(now: datetime) -> int:
    """Send everybody who wants it what they have not read, at most once a day; how many e-mails went out.

    An e-mail that cannot be sent is tried again the next time; the others go out.
    """
    recent = Notice.objects.filter(mailed_at__gt=now - _BETWEEN_MAILS).values("user")
    news = Notice.objects.filter(mailed_at=None, read_at=None).values("user")
    people = User.objects.filter(digest=True, is_active=True, pk__in=news).exclude(pk__in=recent)
    with get_connection() as mail:
        return sum(_send(user, mail, now) for user in people.order_by("pk")[:_PEOPLE])


def _send(user: User, mail: BaseEmailBackend, now: datetime) -> bool:
    """No transaction is open while the mail server takes its time; the worker's lease keeps us alone."""
    rows = list(Notice.objects.filter(user=user, mailed_at=None, read_at=None).values_list("pk", "kind"))
    kinds = Counter(kind for _, kind in rows)
    subject = f"Plumbline: {kinds.total()} new notice{'s' if kinds.total() > 1 else ''}"
    try:
        EmailMessage(subject, _letter(kinds), to=[user.email], connection=mail).send()
    except OSError as error:
        # The class alone: a server's answer may repeat the address.
        log.warning("a digest was not sent: %s", type(error).__name__)
        return False
    Notice.objects.filter(pk__in=[pk for pk, _ in rows]).update(mailed_at=now)
    return True


def _letter(kinds: Counter[str]) -> str:
    lines = [f"- {count} {_name(kind, count)}" for kind, count in sorted(kinds.items())]
    return "\n".join(["Since the last e-mail:", "", *lines, "", f"Read them: {_address()}", ""])


def _name(kind: str, count: int) -> str:
    one, several = WORDS.get(kind, ("other notice", "other notices"))
    return one if count == 1 else several


def _address() -> str:
    scheme, host = ("https" if settings.HTTPS else "http"), settings.ALLOWED_HOSTS[0]
    return f"{scheme}://{host}{reverse('notices')}"


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowedError("Notices are for people.")
    return actor.user_id
