"""People and the tokens of programs in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from dispatch.accounts import services
from dispatch.accounts.models import ApiToken, User
from maps.admin_pages import AdminPage
from realtime.protocol import Role


class PersonForm(UserChangeForm):
    viewer: Any = None  # who edits; set by the page

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        own = self.viewer is not None and self.instance.pk == self.viewer.pk
        if own and (cleaned.get("role") != Role.ADMIN or not cleaned.get("is_active")):
            raise ValidationError(
                _("You cannot take your own right to come here. Ask another administrator.")
            )
        return cleaned


class NewPersonForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "role", "unit", "agency")


class PersonResource(ModelResource):
    agency = Field("agency", "agency", ForeignKeyWidget("units.Agency", "code"))
    unit = Field("unit", "unit", ForeignKeyWidget("units.Unit", "callsign"))

    class Meta:
        model = User
        import_id_fields = ("username",)
        fields = (
            "username",
            "first_name",
            "last_name",
            "role",
            "agency",
            "unit",
            "language",
            "is_active",
        )
        clean_model_instances = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("agency", "unit"):
            # This package does not import the models of units; the foreign key knows them.
            self.fields[name].widget.model = User._meta.get_field(name).related_model  # noqa: SLF001

    def before_save_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        """A person from a file has no password: an administrator gives one before the first sign-in."""
        if not instance.password:
            instance.set_unusable_password()
        services.grant_admin(instance)


@admin.register(User)
class PersonAdmin(UserAdmin, AdminPage):
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    resource_classes = [PersonResource]
    list_display = ("username", "full_name", "role", "unit", "agency", "is_active", "last_login")
    list_filter = ("role", "agency", "is_active")
    list_select_related = ("unit", "agency")
    search_fields = ("username", "first_name", "last_name", "unit__callsign")
    autocomplete_fields = ("unit", "agency")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "language")}),
        (
            _("Rights"),
            {
                "fields": ("role", "unit", "agency", "is_active"),
                "description": _("A change here signs the person out of every open screen."),
            },
        ),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "role", "unit", "agency", "password1", "password2")}),
    )

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, person: User) -> str:
        return person.get_full_name()

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        form.viewer = request.user
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        services.grant_admin(obj)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated: what they did keeps their name."""
        return False


class TokenResource(ModelResource):
    class Meta:
        model = ApiToken
        fields = ("label", "user__username", "created_at", "revoked_at")


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ("user", "label")


@admin.register(ApiToken)
class TokenAdmin(AdminPage):
    form = TokenForm
    resource_classes = [TokenResource]
    list_display = ("label", "user", "created_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "user__role")
    list_select_related = ("user",)
    search_fields = ("label", "user__username")
    autocomplete_fields = ("user",)
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:  # noqa: FBT001
        token = services.issue(obj, now=timezone.now())
        messages.warning(
            request, _("The token, shown only now. Copy it: %(token)s") % {"token": token}
        )

    @admin.action(description=_("Revoke the chosen tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        now = timezone.now()
        for token_id in queryset.filter(revoked_at=None).values_list("pk", flat=True):
            services.revoke_token(token_id=token_id, now=now)
        messages.success(
            request, _("Revoked. Open screens and programs are cut off within seconds.")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A token is made or revoked, never edited; the list itself stays open."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False
