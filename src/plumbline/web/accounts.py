"""How people sign in: with a password or by single sign-on, never by signing up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.mail import send_mail
from django.shortcuts import render
from django.urls import reverse

from plumbline.app.models import User

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest

log: Final = logging.getLogger("plumbline.accounts")


def invitation(request: HttpRequest, user: User) -> str:
    """The address at which a person sets a password, good until they set one and for three days at most."""
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=parts))


def send_invitation(user: User, address: str) -> bool:
    """E-mail it; whether a mail server took it. Without one it is in no log either: it lets people in."""
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return False
    text = f"Hello {user.name},\n\nset your password for Plumbline here:\n\n{address}\n"
    try:
        return bool(send_mail("Your access to Plumbline", text, None, [user.email]))
    except OSError as error:
        # The class alone: a server's answer may repeat the address.
        log.warning("an invitation was not sent: %s", type(error).__name__)
        return False


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """People are made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody signs up."""
        return False


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in whom an administrator has made, found by an address that the provider has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Nobody signs up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connect the provider's person to ours, or say that there is none."""
        if sociallogin.is_existing:
            return
        verified = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
        user = User.objects.filter(email__in=verified, is_active=True).first()
        if user is None:
            values: dict[str, Any] = {
                "status": 403,
                "code": "not_allowed",
                "message": "Nobody here has this address. Ask an administrator to make you an account.",
                "request_id": "",
            }
            raise ImmediateHttpResponse(render(request, "error.html", values, status=403))
        sociallogin.connect(request, user)
