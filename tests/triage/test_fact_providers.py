"""The suite passes for the provider that ships, and every check fails for one that breaks its rule."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from plumbline.reading.language import told_language
from plumbline.triage.facts import CRM, Fact, OfflineProvider, Provider
from plumbline.triage.facts.conformance import CHECKS, NotConformingError, check, failures

GOOD = OfflineProvider(told_language)


def test_the_provider_that_ships_conforms() -> None:
    assert isinstance(GOOD, Provider)
    assert failures(GOOD) == failures(OfflineProvider()) == []
    check(GOOD)


class Bad:
    """Does what the good one does, but for one thing."""

    name = GOOD.name
    needs = GOOD.needs
    gives = GOOD.gives

    def facts(self, known, today):
        return tuple(self.change(fact, known, today) for fact in GOOD.facts(known, today))

    def change(self, fact, known, today):
        return fact


class Nameless(Bad):
    name = CRM

    def change(self, fact, known, today):
        return replace(fact, source=CRM)


class WithoutLicence(Bad):
    def change(self, fact, known, today):
        return replace(fact, licence=" ")


class WithoutDay(Bad):
    def change(self, fact, known, today):
        return replace(fact, as_of=None)


class InAnothersName(Bad):
    def change(self, fact, known, today):
        return replace(fact, source="registry")


class Undeclared(Bad):
    gives = frozenset({"account.website"})


class Prophet(Bad):
    def change(self, fact, known, today):
        return replace(fact, as_of=today + timedelta(days=1))


class Fickle(Bad):
    dice = random.Random(3)

    def change(self, fact, known, today):
        return replace(fact, value=str(self.dice.random()))


class Curious(Bad):
    def change(self, fact, known, today):
        return replace(fact, value=fact.value + known.values.get("contact.name", ""))


class Echo(Bad):
    gives = GOOD.gives | {"contact.phone"}

    def facts(self, known, today):
        phone = known.values.get("contact.phone", "").strip()
        echo = Fact("contact.phone", phone, self.name, "m", known.as_of, "CC0")
        return (*super().facts(known, today), *((echo,) if phone else ()))


class Inventive(Bad):
    def facts(self, known, today):
        return (
            *super().facts(known, today),
            Fact("account.name", "Acme", self.name, "m", known.as_of, "CC0"),
        )


class Fragile(Bad):
    def facts(self, known, today):
        for value in known.values.values():
            value.encode()
        return super().facts(known, today)


BROKEN = [
    ("says_who_it_is_and_what_it_reads", Nameless),
    ("every_fact_has_source_method_date_and_licence", WithoutLicence),
    ("every_fact_has_source_method_date_and_licence", WithoutDay),
    ("every_fact_has_source_method_date_and_licence", InAnothersName),
    ("every_fact_has_source_method_date_and_licence", Undeclared),
    ("no_fact_is_of_tomorrow", Prophet),
    ("says_the_same_to_the_same_question", Fickle),
    ("reads_only_what_it_declares", Curious),
    ("never_gives_a_field_back", Echo),
    ("knows_nothing_about_nobody", Inventive),
    ("survives_any_value", Fragile),
]


@pytest.mark.parametrize(("name", "broken"), BROKEN, ids=lambda one: getattr(one, "__name__", one))
def test_a_provider_that_breaks_a_rule_fails_its_check(name, broken) -> None:
    """Negative controls."""
    found = failures(broken())
    assert name in {line.partition(":")[0] for line in found}
    with pytest.raises(NotConformingError, match=name):
        check(broken())


def test_every_check_has_a_provider_that_fails_it() -> None:
    assert {one.name for one in CHECKS} == {name for name, _ in BROKEN}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Could you send us a quote for the new system?", "en"),
        ("Wir brauchen ein Angebot für 30 Nutzer und das bitte bis Freitag.", "de"),
        ("Bonjour, nous avons une question sur les prix", "fr"),
        ("よろしくお願いします", "ja"),
        ("Zzz qqq", None),
        ("ok", None),
        ("", None),
    ],
)
def test_a_language_is_told_and_never_supposed(text, language) -> None:
    assert told_language(text) == language
