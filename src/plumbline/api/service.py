"""The API put together. Its description is for who is signed in, like everything else."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from plumbline.api import errors, leads, people, rest
from plumbline.api.auth import KeyAuth, PersonAuth
from plumbline.api.described import Described
from plumbline.api.permissions import refuse_open

api: Final = Described(
    title="Plumbline",
    version=version("plumbline"),
    description="Leads in, decisions with their reasons out. Every error has one shape.",
    auth=[KeyAuth(), PersonAuth()],
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
api.add_router("", leads.router)
api.add_router("", people.router)
api.add_router("", rest.router)
errors.tell(api)
urls: Final = api.urls
refuse_open(api)
