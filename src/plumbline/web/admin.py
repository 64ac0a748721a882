"""Django's own pages: records to look at, by who may, and nothing to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from plumbline.app.actors import Actor
from plumbline.app.models import Access, Decision, LedgerEntry, Policy
from plumbline.domain.permissions import Perm

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest

# The library's own sign-in page knows neither a second factor nor a lockout.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Plumbline records"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows to roles with a permission. ``exclude`` leaves out what is about people."""

    perm: Perm
    actions = None
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the table is listed."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """By the role, as everywhere."""
        user: Any = request.user
        return user.is_authenticated and user.is_active and Actor.of_user(user).may(self.perm)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never: services write."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Never."""
        return False


@admin.register(LedgerEntry)
class LedgerEntries(ReadOnly):
    """Headers; the bodies are on the page Ledger, where looking is kept."""

    perm = Perm.LEDGER_READ
    list_display = ("seq", "kind", "ref")
    list_filter = ("kind",)
    search_fields = ("=ref",)
    ordering = ("-seq",)


@admin.register(Decision)
class Decisions(ReadOnly):
    """What was decided, by the key of the lead."""

    perm = Perm.LEAD_READ_ALL
    list_display = ("id", "lead", "at", "policy", "route", "band", "points", "action", "reason")
    list_filter = ("route", "band")
    list_select_related = ("lead", "policy")
    search_fields = ("=lead__key",)
    ordering = ("-id",)


@admin.register(Policy)
class Policies(ReadOnly):
    """Every version that was live."""

    perm = Perm.POLICY_READ
    list_display = ("number", "name", "published_at", "proposed_by", "approved_by", "digest")
    list_select_related = ("proposed_by", "approved_by")
    ordering = ("-number",)


@admin.register(Access)
class Accesses(ReadOnly):
    """Who saw what."""

    perm = Perm.ACCESS_READ
    list_display = ("at", "actor", "role", "what", "count", "purpose", "masked")
    list_filter = ("role", "what")
    ordering = ("-id",)


SHOWN: Final = (LedgerEntry, Decision, Policy, Access)
