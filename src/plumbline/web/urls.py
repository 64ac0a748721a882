"""Every address. Each room of pages adds a line."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.urls import include, path

from plumbline.api.service import urls as api_urls
from plumbline.web.views import (
    demo,
    errors,
    home,
    imports,
    lead,
    leads,
    machine,
    notices,
    policy,
    queue,
    reviews,
    routing,
    webhooks,
)

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
    path("leads/<str:key>/why/", routing.why, name="lead-why"),
    path("leads/<str:key>/move/", routing.move, name="lead-move"),
    path("reviews/", reviews.listed, name="reviews"),
    path("reviews/<str:key>/", reviews.review, name="review"),
    path("reviews/<str:key>/decide/", reviews.decide, name="review-decide"),
    path("reviews/<str:key>/acknowledge/", reviews.acknowledge, name="review-acknowledge"),
    path("reviews/<str:key>/part/", reviews.part, name="review-part"),
    path("routing/", routing.routing, name="routing"),
    path("routing/preview/", routing.preview, name="routing-preview"),
    path("routing/teams/<str:key>/", routing.team, name="routing-team"),
    path("routing/teams/<str:key>/save/", routing.save_team, name="routing-team-save"),
    path("routing/teams/<str:key>/people/<str:person>/", routing.save_member, name="routing-member"),
    path("routing/teams/<str:key>/people/<str:person>/away/", routing.add_absence, name="routing-absence"),
    path(
        "routing/teams/<str:key>/absences/<str:absence>/end/", routing.end_absence, name="routing-absence-end"
    ),
    path("notices/", notices.listed, name="notices"),
    path("notices/read/", notices.read, name="notices-read"),
    path("notices/digest/", notices.digest, name="notices-digest"),
    path("imports/", imports.imports_, name="imports"),
    path("imports/upload/", imports.upload, name="import-upload"),
    path("imports/decide-again/", imports.run, name="run-start"),
    path("imports/<str:key>/", imports.import_, name="import"),
    path("imports/<str:key>/progress/", imports.progress, name="import-progress"),
    path("imports/<str:key>/mapping/", imports.mapping, name="import-mapping"),
    path("imports/<str:key>/rejected/", imports.rejected, name="import-rejected"),
    path("imports/<str:key>/undo/", imports.undo, name="import-undo"),
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
    path("webhooks/", webhooks.all_of, name="webhooks"),
    path("webhooks/add/", webhooks.register, name="webhook-register"),
    path("webhooks/<str:key>/test/", webhooks.send_test, name="webhook-test"),
    path("webhooks/<str:key>/remove/", webhooks.remove, name="webhook-remove"),
    path("demo/sign-in/<str:key>/", demo.sign_in, name="demo-sign-in"),
    path("api/v1/openapi.json", machine.openapi, name="openapi"),
    path("api/v1/", api_urls),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
