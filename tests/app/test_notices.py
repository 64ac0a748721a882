from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from helpers_app import GOOD, NOW, arrive
from plumbline.app.actors import Actor
from plumbline.app.errors import NotAllowedError
from plumbline.app.jobs import TIMERS
from plumbline.app.models import Notice, Review, User
from plumbline.app.services import moving, notices, reviews

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def wants(*users: User) -> None:
    User.objects.filter(pk__in=[user.pk for user in users]).update(digest=True)


def test_what_was_not_read_yet_is_not_said_again(cast) -> None:
    for _ in range(3):
        notices.tell([cast.rex, cast.mara], "stuck", "Look", path="/routing/", now=NOW)
    assert Notice.objects.count() == 2
    rex = Actor.of_user(cast.rex)
    notices.read(rex, upto=Notice.objects.get(user=cast.rex).pk, now=NOW)
    notices.tell([cast.rex, cast.mara], "stuck", "Look", path="/routing/", now=NOW)
    assert Notice.objects.filter(user=cast.rex).count() == 2
    assert Notice.objects.filter(user=cast.mara).count() == 1


def test_an_e_mail_says_how_many_and_where_and_nothing_of_anybody(cast) -> None:
    wants(cast.mara)
    review = arrive(GOOD)
    Review.objects.create(
        kind="uncertain",
        lead=review,
        team=cast.one,
        question="Is Jo Field of Fieldworks good?",
        opened_at=NOW,
        due_at=NOW,
        decision=review.standing.decision,
    )
    reviews.escalate(NOW + DAY)
    notices.tell([cast.mara], "stuck", "Leads of Team one", path="/routing/", now=NOW)
    assert notices.digest(NOW + DAY) == 1
    (letter,) = mail.outbox
    assert letter.to == ["mara@example.com"]
    assert letter.subject == "Plumbline: 2 new notices"
    assert "- 1 review that is overdue" in letter.body
    assert "http://localhost/notices/" in letter.body
    for word in ("Jo", "Field", "fieldworks", review.key, review.email):
        assert word not in letter.body + letter.subject


def test_at_most_one_e_mail_a_day_and_only_with_news(cast) -> None:
    wants(cast.rex)
    assert notices.digest(NOW) == 0
    notices.tell([cast.rex, cast.mara], "lead", "One", path="", now=NOW)
    assert notices.digest(NOW) == 1
    notices.tell([cast.rex], "lead", "Two", path="", now=NOW)
    assert notices.digest(NOW + timedelta(hours=2)) == 0
    assert notices.digest(NOW + DAY) == 1
    assert notices.digest(NOW + 2 * DAY) == 0
    assert [one.subject for one in mail.outbox] == ["Plumbline: 1 new notice"] * 2
    assert "1 lead that came to you" in mail.outbox[0].body


def test_an_e_mail_that_cannot_be_sent_is_tried_again_and_holds_nobody_up(cast, monkeypatch, caplog) -> None:
    wants(cast.rex, cast.mara)
    notices.tell([cast.rex, cast.mara], "lead", "One", path="", now=NOW)
    send = EmailMessage.send

    def broken(self, *args, **kwargs):
        if self.to == ["mara@example.com"]:
            raise ConnectionError("550 mara@example.com is unknown")
        return send(self, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", broken)
    assert notices.digest(NOW) == 1
    assert "mara@" not in caplog.text
    monkeypatch.setattr(EmailMessage, "send", send)
    assert notices.digest(NOW + timedelta(hours=1)) == 1


def test_notices_are_for_people_and_each_sees_their_own(cast) -> None:
    notices.tell([cast.rex], "lead", "One", path="", now=NOW)
    assert notices.of(Actor.of_user(cast.mara)) == []
    assert notices.unread(Actor.of_system("test")) == 0
    with pytest.raises(NotAllowedError):
        notices.of(Actor.of_system("test"))
    mara = Actor.of_user(cast.mara)
    assert notices.read(mara, upto=10**9, now=NOW) == 0


def test_the_bell_counts_to_ninety_nine(cast) -> None:
    Notice.objects.bulk_create(
        Notice(user=cast.rex, at=NOW, kind="lead", text=str(one)) for one in range(150)
    )
    assert notices.unread(Actor.of_user(cast.rex)) == 100


def test_the_worker_moves_escalates_and_writes(cast) -> None:
    works = {timer.work for timer in TIMERS.values()}
    assert {moving.reassign_overdue, reviews.escalate, notices.digest} <= works
    assert all(len(name) <= 14 for name in TIMERS)
