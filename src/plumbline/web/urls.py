"""Every address. Each room of pages adds a line."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.urls import include, path

from plumbline.api.service import urls as api_urls
from plumbline.web.views import demo, errors, home, lead, leads, machine, policy, queue

handler404: Final = errors.missing
handler500: Final = errors.failed

urlpatterns: Final = [
    path("", home.home, name="home"),
    path("healthz", home.alive, name="alive"),
    path("readyz", home.ready, name="ready"),
    path("queue/", queue.mine, name="queue"),
    path("queue/views/", queue.save_view, name="queue-views"),
    path("queue/views/<int:pk>/remove/", queue.remove_view, name="queue-view-remove"),
    path("queue/after/<str:key>/", queue.following, name="queue-next"),
    path("leads/", leads.leads, name="leads"),
    path("leads/export/", leads.export, name="leads-export"),
    path("leads/<str:key>/", lead.lead, name="lead"),
    path("leads/<str:key>/answer/", queue.answer, name="lead-answer"),
    path("leads/<str:key>/similar/", lead.alike, name="lead-similar"),
    path("leads/<str:key>/override/", lead.override, name="lead-override"),
    path("leads/<str:key>/override/end/", lead.end_override, name="lead-override-end"),
    path("leads/<str:key>/appeal/", lead.appeal, name="lead-appeal"),
    path("leads/<str:key>/outcome/", lead.outcome, name="lead-outcome"),
    path("leads/<str:key>/objection/", lead.objection, name="lead-objection"),
    path("policy/", policy.policy, name="policy"),
    path("policy/back/", policy.step_back, name="policy-back"),
    path("policy/pull/", policy.pull, name="switch-pull"),
    path("policy/release/", policy.release, name="switch-release"),
    path("policy/versions/<int:number>/", policy.version, name="policy-version"),
    path("policy/proposals/", policy.begin, name="proposal-begin"),
    path("policy/proposals/<str:key>/", policy.proposal, name="proposal"),
    path("policy/proposals/<str:key>/check/", policy.check, name="proposal-check"),
    path("policy/proposals/<str:key>/save/", policy.save, name="proposal-save"),
    path("policy/proposals/<str:key>/decide/", policy.decide, name="proposal-decide"),
    path("demo/sign-in/<str:key>/", demo.sign_in, name="demo-sign-in"),
    path("api/v1/openapi.json", machine.openapi, name="openapi"),
    path("api/v1/", api_urls),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
