"""Sign in and out, language and theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dispatch.accounts.permissions import home_of
from maps.drawing import city_drawing
from maps.geo import LatLng
from realtime.protocol import stamp

CHOICE_COOKIE_S = 365 * 24 * 3600
THEMES = frozenset({"night", "day", "sun"})


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "The name or the password is not right. Capital and small letters count in the password."
        ),
    }


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lat, lng = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]
        return super().get_context_data(
            city=settings.CITY_NAME, drawing=city_drawing(LatLng(lat, lng)), **kwargs
        )

    def get_default_redirect_url(self) -> str:
        return home_of(self.request.user)

    def form_valid(self, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        response = super().form_valid(form)
        if self.request.user.language:
            _remember(response, settings.LANGUAGE_COOKIE_NAME, self.request.user.language)
        return response


@require_POST
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The same person, on a page that stays open: a new session, nothing on the page is lost."""
    person: Any = authenticate(
        request, username=request.POST.get("username"), password=request.POST.get("password")
    )
    if person is None:
        detail = _("The password is wrong.")
        return JsonResponse({"ok": False, "code": "wrong", "detail": detail}, status=403)
    if str(person.pk) != request.POST.get("user_id"):
        detail = _("This screen belongs to somebody else. Load it again to change.")
        return JsonResponse({"ok": False, "code": "other_person", "detail": detail}, status=409)
    login(request, person)
    ends_at = stamp(request.session.get_expiry_date())
    # Signing in makes a new CSRF token; the page's own forms carry the old one.
    return JsonResponse({"ok": True, "session_ends_at": ends_at, "csrf": get_token(request)})


class SignOut(LogoutView):
    next_page = reverse_lazy("login")


class ChangePassword(PasswordChangeView):
    """The person's other screens and sessions are signed out by it; this one stays."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("home")


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *_args: Any, **_kwargs: Any
) -> HttpResponse:
    """Too many wrong passwords: the page says what to do and when it goes on."""
    minutes = max(1, round(settings.AXES_COOLOFF_TIME * 60))
    return render(request, "accounts/locked.html", {"minutes": minutes}, status=429)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(_back(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        if request.user.is_authenticated and request.user.language != language:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(_back(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _remember(response, "theme", theme)
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.headers.get("Referer", "/")
    allowed = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(target, allowed, require_https=request.is_secure())
    return target if safe else "/"


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=CHOICE_COOKIE_S, samesite="Lax", secure=settings.HTTPS, httponly=False
    )
