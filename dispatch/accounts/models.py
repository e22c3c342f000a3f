"""People, their roles, and the tokens of programs."""

import uuid6
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from realtime.protocol import Role

ROLE_NAMES = {
    Role.DISPATCHER: _("Dispatcher"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.CREW: _("Crew"),
    Role.ADMIN: _("Administrator"),
}


class People(UserManager["User"]):
    def create_superuser(self, username, email=None, password=None, **extra):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN201
        return super().create_superuser(username, email, password, **{"role": Role.ADMIN, **extra})


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=[(role.value, name) for role, name in ROLE_NAMES.items()],
        default=Role.DISPATCHER,
    )
    agency = models.ForeignKey(
        "units.Agency",
        verbose_name=_("agency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit = models.ForeignKey(
        "units.Unit",
        verbose_name=_("unit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The unit whose tablet this person uses; only for crews."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        choices=[("id", _("Bahasa Indonesia")), ("en", _("English"))],
    )

    objects = People()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]),
                name="accounts_user_role",
            ),
            models.CheckConstraint(
                condition=models.Q(role="crew", unit__isnull=False)
                | (~models.Q(role="crew") & models.Q(unit__isnull=True)),
                name="accounts_user_unit_only_for_crews",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def clean(self) -> None:
        super().clean()
        if self.role == Role.CREW and self.unit_id is None:
            raise ValidationError(
                {"unit": _("A crew needs a unit. Choose the unit of this tablet.")}
            )
        if self.role != Role.CREW and self.unit_id is not None:
            raise ValidationError({"unit": _("Only crews have a unit. Leave it empty.")})


class ApiToken(models.Model):
    """A program's key. Only its digest is stored; the token itself is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="tokens"
    )
    label = models.CharField(_("label"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label
