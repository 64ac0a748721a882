"""Figures for Prometheus: what the pages took, what waits, how far the ledger reaches. Nothing about people.

Every web process counts for itself and says which one it is: sum over the label ``process``.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from plumbline.app.models import LedgerHead, Outbox, Standing
from plumbline.domain.words import Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client import Metric

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 10.0)
#: Counting every lead is not free: how old such a count may be.
_FRESH: Final = 60.0


class _Stored(Collector):
    """What the database knows, asked when it is scraped."""

    def __init__(self) -> None:
        self._routes: dict[str, int] = {}
        self._counted: float | None = None

    def collect(self) -> Iterable[Metric]:
        """The gauges."""
        yield from _outbox()
        head = GaugeMetricFamily("plumbline_ledger_entries", "Number of the last ledger entry")
        head.add_metric([], LedgerHead.objects.values_list("seq", flat=True).filter(pk=1).first() or 0)
        yield head
        routes = GaugeMetricFamily("plumbline_decisions", "Leads by the route that stands", labels=["route"])
        for word, count in self._by_route().items():
            routes.add_metric([word], count)
        yield routes

    def _by_route(self) -> dict[str, int]:
        now = time.monotonic()
        if self._counted is None or now - self._counted > _FRESH:
            rows = Standing.objects.values_list("route").annotate(count=Count("pk")).order_by()
            self._routes = {route.word: 0 for route in Route} | {Route(one).word: n for one, n in rows}
            self._counted = now
        return self._routes


def _outbox() -> Iterator[Metric]:
    now = timezone.now()
    depth = GaugeMetricFamily("plumbline_outbox_waiting", "Jobs that are due", labels=["topic"])
    age = GaugeMetricFamily("plumbline_outbox_age_seconds", "How long the oldest is due", labels=["topic"])
    waiting = Outbox.objects.filter(done_at=None, given_up_at=None, not_before__lte=now)
    for topic, count, oldest in (
        waiting.values_list("topic").annotate(Count("pk"), Min("not_before")).order_by()
    ):
        depth.add_metric([topic], count)
        age.add_metric([topic], (now - oldest).total_seconds())
    yield depth
    yield age
    lost = GaugeMetricFamily("plumbline_outbox_given_up", "Jobs that were given up")
    lost.add_metric([], Outbox.objects.filter(given_up_at__isnull=False).count())
    yield lost


class Meter:
    """What one web process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        labels = ("process", "route", "method")
        self._requests = Counter("plumbline_requests", "Answers", (*labels, "status"), registry=self.registry)
        self._seconds = Histogram(
            "plumbline_request_seconds", "Time to answer", labels, buckets=_SECONDS, registry=self.registry
        )
        self.registry.register(_Stored())

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer. ``route`` is the name of an address; an address itself may tell of people."""
        # Asked here, since servers make their processes by forking.
        process = str(os.getpid())
        known = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
        self._requests.labels(process, route, known, str(status)).inc()
        self._seconds.labels(process, route, known).observe(seconds)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


METER: Final = Meter()
