"""Fixtures of the application's tests: the cast. Ask for a person by name and they exist, with their team."""

from __future__ import annotations

import os
import re
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    """With ``PLUMBLINE_APP_ON=postgres`` the application's tests run on a server of their own."""
    if os.environ.get("PLUMBLINE_APP_ON") == "postgres":
        from django.db import connections

        socket = re.search(r"host=(\S+)", request.getfixturevalue("postgres"))[1]
        connections["default"].settings_dict["HOST"] = socket
        connections["default"].settings_dict["OPTIONS"] = {}


@pytest.fixture(scope="session", autouse=True)
def _connections_stay():
    """The end of a request over WSGI in this process would close the connection a test's transaction is on.

    Django's own test client holds that off; an answer that is closed, and other clients, do not.
    """
    from django.db.backends.base.base import BaseDatabaseWrapper

    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            BaseDatabaseWrapper,
            "close_if_unusable_or_obsolete",
            lambda self: None if self.in_atomic_block else close(self),
        )
        yield


@pytest.fixture
def cast(db):
    """Everybody, with two teams and a live policy."""
    from helpers_app import person, publish, team
    from plumbline.domain.permissions import Role

    one = team("Team one", "reps", "senior-reps", "marketing", "revops", "privacy-desk")
    two = team("Team two", "enterprise", "tenders", "partner-desk")
    people = SimpleNamespace(
        one=one,
        two=two,
        alice=person("Alice", Role.REP, one),
        bob=person("Bob", Role.REP, two),
        mara=person("Mara", Role.MANAGER, one),
        rex=person("Rex", Role.REVIEWER, one),
        olga=person("Olga", Role.REVOPS),
        adam=person("Adam", Role.ADMIN, is_staff=True),
        dora=person("Dora", Role.DPO),
        audra=person("Audra", Role.AUDITOR),
    )
    people.everybody = [
        people.alice,
        people.mara,
        people.rex,
        people.olga,
        people.adam,
        people.dora,
        people.audra,
    ]
    people.policy = publish(people.olga, people.mara)
    return people


@pytest.fixture
def as_(db):
    """``as_(user)``: a browser where they are signed in."""
    from django.test import Client

    def signed_in(user):
        client = Client()
        client.force_login(user)
        return client

    return signed_in
