"""The one Django application of Plumbline."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class PlumblineConfig(AppConfig):
    """Its tables are called ``plumbline_…``."""

    name = "plumbline.app"
    label = "plumbline"
    verbose_name = "Plumbline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks that refuse a careless installation, and what guards the records."""
        from plumbline.app import checks, triggers  # noqa: F401, PLC0415 - only once the apps are there

        pre_migrate.connect(triggers.put_down, sender=self)
        post_migrate.connect(triggers.set_up, sender=self)
