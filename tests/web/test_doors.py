"""Every address, for every role: open only where its guard says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path

from plumbline.domain.permissions import ROLES, Perm, Role
from plumbline.web.guards import guard_of
from plumbline.web.middleware import SIGN_IN
from plumbline.web.views import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db


def addresses(patterns=None, under="", names=()) -> Iterator[tuple[str, str, object]]:
    """Every address with its name and view; what stands in brackets is replaced by something unknown."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = under + str(one.pattern)
        if isinstance(one, URLResolver):
            spaces = (*names, one.namespace) if one.namespace else names
            yield from addresses(one.url_patterns, route, spaces)
        elif isinstance(one, URLPattern):
            yield route, ":".join([*names, one.name or ""]), one.callback


OURS = [(route, name, guard_of(view)) for route, name, view in addresses() if hasattr(view, "guard")]
GUARDED = [one for one in OURS if hasattr(one[2], "public") and not one[2].public]


def filled(route: str) -> str:
    """The address with something that is not there in each of its places."""
    numbered = re.sub(r"<int:[^>]+>", "987654", route)
    return "/" + re.sub(r"<[^>]+>", "zzzzzzzzzzzzzzzz", numbered).replace("^", "").replace("$", "")


def asked(client: Client, route: str, guard) -> int:
    method = "get" if "GET" in guard.methods else guard.methods[0].lower()
    answer = getattr(client, method)(filled(route))
    answer.close()  # a file that is on its way
    return answer.status_code


@pytest.mark.parametrize(("route", "name", "guard"), GUARDED, ids=[name for _, name, _ in GUARDED])
def test_a_page_is_open_to_roles_with_its_permission_and_no_other(route, name, guard, cast, as_):
    found = {user.role: asked(as_(user), route, guard) for user in cast.everybody}
    for role, status in found.items():
        allowed = guard.perm is None or guard.perm in ROLES[Role(role)]
        assert (status != 403) == allowed, f"{name}: {role} got {status}"
        assert status < 500, f"{name}: {role} got {status}"


@pytest.mark.parametrize(("route", "name", "guard"), GUARDED, ids=[name for _, name, _ in GUARDED])
def test_nobody_gets_in_without_signing_in(route, name, guard):
    client = Client()
    method = "get" if "GET" in guard.methods else guard.methods[0].lower()
    answer = getattr(client, method)(filled(route))
    assert answer.status_code == 302, name
    assert answer["Location"].startswith("/accounts/login/"), name


def test_every_address_has_a_guard_or_is_known():
    open_ = {
        name
        for route, name, view in addresses()
        if not hasattr(view, "guard") and not name.startswith("admin:") and name not in SIGN_IN
    }
    # What is left is closed by the middleware; these come with the sign-in library and are never opened.
    for name in open_:
        assert name.startswith(("account_", "mfa_", "socialaccount_", "openid_", "")), name


def unguarded(request):
    return HttpResponse("open")


urlpatterns = [path("careless/", unguarded), path("", errors.missing, name="home")]
handler404 = errors.missing


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_that_somebody_forgot_to_guard_is_closed(cast, as_):
    """Negative control: the same view answers when the middleware is asked nothing."""
    assert as_(cast.adam).get("/careless/").status_code == 404
    assert unguarded(None).status_code == 200


def test_signing_up_is_closed():
    assert Client().get("/accounts/signup/").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_no_role_both_proposes_and_approves_a_policy(role):
    assert not {Perm.POLICY_PROPOSE, Perm.POLICY_APPROVE} <= ROLES[role]


def test_who_only_looks_changes_nothing():
    changing = {perm for perm in Perm if not perm.value.partition(":")[2].startswith("read")}
    assert not ROLES[Role.AUDITOR] & changing


def test_an_expired_session_sends_the_whole_page_to_sign_in_not_a_fragment(db):
    answer = Client().get("/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/accounts/login/")


def test_pages_allow_nothing_from_elsewhere_and_nothing_inline(cast, as_):
    answer = as_(cast.alice).get("/nowhere/")
    assert answer.status_code == 404
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cache-Control"] == "no-store"


def test_a_form_from_elsewhere_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.alice)
    assert client.post("/accounts/logout/").status_code == 403


def test_after_five_wrong_passwords_the_right_one_does_not_help(cast):
    client = Client()
    wrong = {"login": cast.alice.email, "password": "not this one"}
    for _ in range(6):
        client.post("/accounts/login/", wrong)
    from helpers_app import PASSWORD

    client.post("/accounts/login/", {"login": cast.alice.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_right_password_signs_in(cast):
    """Negative control of the lockout."""
    from helpers_app import PASSWORD

    client = Client()
    client.post("/accounts/login/", {"login": cast.alice.email, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(cast.alice.pk)


def test_one_click_sign_in_exists_in_the_demo_alone(cast, settings):
    address = f"/demo/sign-in/{cast.alice.key}/"
    assert Client().post(address).status_code == 404
    settings.DEMO = True
    assert Client().post(address).status_code == 302
