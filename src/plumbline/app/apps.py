"""The one Django application of Plumbline."""

from __future__ import annotations

from django.apps import AppConfig


class PlumblineConfig(AppConfig):
    """Its tables are called ``plumbline_…``."""

    name = "plumbline.app"
    label = "plumbline"
    verbose_name = "Plumbline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks that refuse a careless installation."""
        from plumbline.app import checks  # noqa: F401, PLC0415 - Django allows it only once the apps are there
