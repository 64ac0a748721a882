"""Every address. Each room of pages adds a line."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.urls import include, path

from plumbline.web.views import demo, errors, home

handler404: Final = errors.missing
handler500: Final = errors.failed

urlpatterns: Final = [
    path("", home.home, name="home"),
    path("healthz", home.alive, name="alive"),
    path("readyz", home.ready, name="ready"),
    path("demo/sign-in/<str:key>/", demo.sign_in, name="demo-sign-in"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
