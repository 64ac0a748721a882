"""People and keys in the browser: the link that lets somebody in, and the secret that is shown once."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from helpers_app import NOW, PASSWORD
from plumbline.app.models import ApiKey, User

pytestmark = pytest.mark.django_db

SMTP = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}


def link_in(page: str) -> str:
    return re.search(r"http://testserver(/accounts/password/reset/key/[^<\s]+)", page)[1]


def test_an_invited_person_sets_a_password_and_is_in(cast, as_, mailoutbox) -> None:
    values = {"name": "<b>Nina</b>", "email": "nina@example.com", "role": "rep", "teams": [cast.one.key]}
    with override_settings(**SMTP):
        page = as_(cast.adam).post("/people/add/", values).content.decode()
    assert "&lt;b&gt;Nina" in page
    assert link_in(mailoutbox[0].body) == link_in(page)
    nina = Client()
    form = nina.get(link_in(page), follow=True)
    nina.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    inside = Client()
    inside.post("/accounts/login/", {"login": "nina@example.com", "password": PASSWORD})
    assert inside.get("/queue/").status_code == 200
    # The link is used up.
    again = Client().get(link_in(page), follow=True)
    assert "password1" not in again.content.decode()


def test_without_a_mail_server_the_link_is_shown_and_in_no_log(cast, as_, capsys) -> None:
    values = {"name": "Nina", "email": "nina@example.com", "role": "rep"}
    console = {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    with override_settings(**console):
        page = as_(cast.adam).post("/people/add/", values).content.decode()
    assert "No e-mail was sent" in page
    out = capsys.readouterr()
    assert link_in(page) not in out.out + out.err


def test_a_person_is_changed_page_by_page(cast, as_) -> None:
    adam, path = as_(cast.adam), f"/people/{cast.bob.key}/"
    assert adam.get(path).status_code == 200
    assert adam.post(f"{path}role/", {"role": "reviewer", "was": "rep"}).status_code == 303
    assert adam.post(f"{path}teams/", {"teams": [cast.one.key]}).status_code == 303
    assert adam.post(f"{path}access/", {"do": "let-go"}).status_code == 303
    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.role, list(bob.teams.all()), bob.is_active) == ("reviewer", [cast.one], False)
    assert "no access" in adam.get("/people/").content.decode()
    assert adam.post(f"{path}role/", {"role": "rep", "was": "rep"}).status_code == 409


def test_a_key_is_shown_once_and_revoked(cast, as_) -> None:
    adam = as_(cast.adam)
    wanted = {"name": "Form", "scopes": ["lead:write", "lead:read"], "days": "30", "teams": [cast.one.key]}
    page = adam.post("/keys/issue/", wanted).content.decode()
    secret = re.search(r"plk_[\w-]+", page)[0]
    key = ApiKey.objects.get()
    assert (key.scopes, list(key.teams.all())) == (["lead:read", "lead:write"], [cast.one])
    asked = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert Client().get("/api/v1/leads", **asked).status_code == 200
    assert secret not in adam.get("/keys/").content.decode()
    assert adam.post(f"/keys/{key.key}/revoke/").status_code == 303
    assert Client().get("/api/v1/leads", **asked).status_code == 401


@pytest.mark.parametrize("wrong", [{"scopes": ["policy:approve"]}, {"scopes": ["x"]}, {"days": "900"}])
def test_a_key_beyond_what_a_program_may_is_refused(cast, as_, wrong) -> None:
    values = {"name": "Form", "scopes": ["lead:read"], "days": "30"} | wrong
    assert as_(cast.adam).post("/keys/issue/", values).status_code == 422
    assert not ApiKey.objects.exists()


def test_more_people_are_not_more_queries(cast, as_) -> None:
    adam = as_(cast.adam)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert adam.get("/people/").status_code == 200
        return len(asked)

    few = queries()
    for number in range(30):
        User.objects.create(email=f"p{number}@example.com", name="P", role="rep", role_since=NOW)
    assert queries() == few
