"""Incident types, and the frame of the whole admin: what is in it, in which groups, and who comes in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource
from unfold.admin import ModelAdmin as UnfoldAdmin

import units.selectors
from dispatch.engine.ladder import AFTER_S_MAX, AFTER_S_MIN, RUNGS, Thresholds, problems
from dispatch.models import AcknowledgementRule, IncidentType, validate_needs
from maps.admin_pages import ReferenceAdmin
from realtime import jobs
from realtime.eventlog import Change, change
from realtime.models import QuarantinedJob
from realtime.protocol import Actor

# Group -> (model, symbol); a model that has no page is left out.
NAVIGATION = (
    (
        _("Units and agencies"),
        (
            ("units.Unit", "fire_truck"),
            ("units.Agency", "apartment"),
            ("units.Station", "home_pin"),
            ("units.Capability", "construction"),
        ),
    ),
    (
        _("Incidents"),
        (("dispatch.IncidentType", "emergency"), ("dispatch.AcknowledgementRule", "timer")),
    ),
    (
        _("Map"),
        (
            ("maps.Place", "location_on"),
            ("maps.District", "map"),
            ("maps.RoadEdge", "route"),
            ("maps.RoadNode", "fork_right"),
            ("maps.TurnRestriction", "turn_slight_right"),
            ("maps.Closure", "block"),
            ("maps.KindFactor", "speed"),
            ("maps.SpeedProfile", "query_stats"),
            ("maps.ArrivalSpread", "schedule"),
            ("maps.Surface", "landscape"),
            ("maps.ImportRun", "upload_file"),
        ),
    ),
    (
        _("Calls"),
        (
            ("calls.Call", "call"),
            ("calls.Contact", "contacts"),
            ("calls.Seat", "headset_mic"),
            ("calls.Notice", "sms"),
            ("calls.Message", "chat"),
            ("calls.MessageTemplate", "approval"),
            ("calls.QuickReply", "quickreply"),
            ("calls.MediaAccess", "visibility"),
            ("calls.WebhookRecord", "webhook"),
            ("calls.Reconciliation", "fact_check"),
            ("calls.ShareLink", "share_location"),
            ("calls.Recording", "mic"),
            ("calls.TranscriptLine", "speech_to_text"),
            ("calls.MediaAccess", "visibility"),
        ),
    ),
    (_("System"), (("realtime.QuarantinedJob", "report"),)),
    (_("People"), (("accounts.User", "group"), ("accounts.ApiToken", "key"))),
)

# Pages of libraries that are no reference data of a centre.
FOREIGN = ("procrastinate.ProcrastinateJob", "axes.AccessAttempt", "axes.AccessLog")


class IncidentTypeForm(forms.ModelForm):
    def clean_needs(self) -> dict[str, Any]:
        """A plan of the right form that asks only for capabilities that exist."""
        needs = self.cleaned_data["needs"]
        needs = {} if needs is None else needs
        validate_needs(needs)
        known = {row["key"] for row in units.selectors.capability_rows(indonesian=True)}
        asked = {need["capability"] for plan in needs.values() for need in plan}
        if unknown := sorted(asked - known):
            sentence = _(
                "There is no capability %(unknown)s. Known ones: %(known)s. Add it first, or correct the plan."
            )
            raise ValidationError(
                sentence % {"unknown": ", ".join(unknown), "known": ", ".join(sorted(known))}
            )
        return needs


class IncidentTypeResource(ModelResource):
    class Meta:
        model = IncidentType
        import_id_fields = ("key",)
        fields = (
            "key",
            "name_id",
            "name_en",
            "icon",
            "default_priority",
            "needs",
            "order",
            "is_active",
        )
        clean_model_instances = True


@admin.register(IncidentType)
class IncidentTypeAdmin(ReferenceAdmin):
    form = IncidentTypeForm
    resource_classes = [IncidentTypeResource]
    list_display = ("key", "name_id", "name_en", "default_priority", "order", "is_active")
    list_editable = ("order", "is_active")
    list_filter = ("is_active", "default_priority")
    search_fields = ("key", "name_id", "name_en")

    def touched(self, objects: Iterable[Any]) -> Mapping[str, Iterable[Any]]:
        return {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Incidents refer to the key; a new key would be a second type."""
        return ("key",) if obj else ()


class AcknowledgementRuleForm(forms.ModelForm):
    WORDS = {
        "out_of_range": _("Between %(min)s and %(max)s seconds."),
        "not_after": _(
            "This must be later than the step before it: first SMS, then call, then alarm."
        ),
    }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        steps = [cleaned.get(f"{rung.value}_after_s") for rung in RUNGS]
        if cleaned.get("alarm_after_s") is None:
            return cleaned  # the field itself says that it is needed
        for rung, code in problems(Thresholds(*steps)):
            limits = {"min": AFTER_S_MIN, "max": AFTER_S_MAX}
            self.add_error(f"{rung.value}_after_s", str(self.WORDS[code]) % limits)
        return cleaned


class AcknowledgementRuleResource(ModelResource):
    class Meta:
        model = AcknowledgementRule
        import_id_fields = ("id",)
        fields = ("id", "agency", "priority", "sms_after_s", "call_after_s", "alarm_after_s")
        clean_model_instances = True


@admin.register(AcknowledgementRule)
class AcknowledgementRuleAdmin(ReferenceAdmin):
    """Open assignments keep the rule under which they began."""

    form = AcknowledgementRuleForm
    resource_classes = [AcknowledgementRuleResource]
    list_display = ("who", "which", "sms_after_s", "call_after_s", "alarm_after_s")
    list_display_links = ("who", "which")
    list_filter = ("agency", "priority")
    list_select_related = ("agency",)

    @admin.display(description=_("agency"), ordering="agency__order")
    def who(self, rule: Any) -> str:
        return str(rule.agency) if rule.agency else str(_("every other agency"))

    @admin.display(description=_("priority"), ordering="priority")
    def which(self, rule: Any) -> str:
        return str(rule.priority) if rule.priority else str(_("every other priority"))


@admin.register(QuarantinedJob)
class QuarantinedJobAdmin(UnfoldAdmin):
    """What was given up: looked at, run once more, or put away. Its alarm leaves the board with that."""

    list_display = ("at", "task", "arguments", "attempts", "error", "settled_how")
    list_filter = ("task", "settled_how")
    date_hierarchy = "at"
    actions = ("run_again", "put_away")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Run once more"))
    def run_again(self, request: HttpRequest, queryset: QuerySet[QuarantinedJob]) -> None:
        self._settle(request, queryset, jobs.run_again)

    @admin.action(description=_("Put away: it has been done another way"))
    def put_away(self, request: HttpRequest, queryset: QuerySet[QuarantinedJob]) -> None:
        self._settle(request, queryset, jobs.put_away)

    def _settle(
        self,
        request: HttpRequest,
        queryset: QuerySet[QuarantinedJob],
        act: Callable[[Change, QuarantinedJob], None],
    ) -> None:
        person: Any = request.user
        actor = Actor(id=str(person.pk), name=person.get_full_name() or person.username)
        with change(by=actor, now=timezone.now()) as log:
            for quarantined in queryset.filter(settled_at=None).select_for_update():
                act(log, quarantined)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups at the side of every page."""
    groups = []
    for title, entries in NAVIGATION:
        items = []
        for label, icon in entries:
            model = apps.get_model(label)
            if admin.site.is_registered(model):
                opts = model._meta  # noqa: SLF001 - Django's public door to a model
                link = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
                name = str(opts.verbose_name_plural)
                items.append({"title": name[:1].upper() + name[1:], "icon": icon, "link": link})
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """One door for everybody: whoever is signed in and comes here anyway has the wrong role."""
    if request.user.is_authenticated and not admin.site.has_permission(request):
        raise PermissionDenied
    following = request.GET.get("next") or reverse("admin:index")
    return redirect_to_login(following)


def _leave_out(model: Any) -> None:
    with contextlib.suppress(NotRegistered):
        admin.site.unregister(model)


for _foreign in (Group, *(apps.get_model(label) for label in FOREIGN)):
    _leave_out(_foreign)
admin.site.login = sign_in  # type: ignore[method-assign]
