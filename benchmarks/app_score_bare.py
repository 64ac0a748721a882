"""What a user would write instead: django-ninja, one table, one row a request. Settings and server in one.

``benchmarks.app_score`` starts it.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
import django
from django.conf import settings

_SQLITE = f"sqlite:///{Path(os.environ['PLUMBLINE_DATA']) / 'bare.sqlite3'}"
DATABASE = dj_database_url.parse(os.environ["PLUMBLINE_DATABASE_URL"] or _SQLITE, conn_max_age=600)
if DATABASE["ENGINE"].endswith("sqlite3"):  # as careful as the application
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    DATABASE["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": pragmas}

if not settings.configured:
    settings.configure(
        SECRET_KEY="bare",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": DATABASE},
        INSTALLED_APPS=[],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        ROOT_URLCONF="benchmarks.app_score_bare",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402
from ninja import NinjaAPI, Schema  # noqa: E402


class Form(models.Model):  # noqa: DJ008
    fields = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bare"


class FormIn(Schema):
    fields: dict[str, str | None]


api = NinjaAPI()


@api.post("/score")
def score(request, form: FormIn):  # noqa: ARG001
    return {"id": Form.objects.create(fields=form.fields).pk}


urlpatterns = [path("", api.urls)]
application = get_wsgi_application()


def main(port: str, workers: str) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    if "bare_form" not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Form)
    connection.close()
    Granian(
        "benchmarks.app_score_bare:application",
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=4,
        backpressure=256,
        websockets=False,
        log_enabled=False,
    ).serve()
