"""Enrichment: facts about leads, each with source, method, date and licence; none replaces another."""

from plumbline.triage.facts.fact import CRM, Fact, Known, Provider
from plumbline.triage.facts.gather import gather
from plumbline.triage.facts.offline import OfflineProvider
from plumbline.triage.facts.weigh import Standing, View, views

__all__ = ["CRM", "Fact", "Known", "OfflineProvider", "Provider", "Standing", "View", "gather", "views"]
