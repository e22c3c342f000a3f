"""Calls and webhooks to look at. Nothing is changed here: the record of what happened stays as it is."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from calls import conversation, resources
from calls.models import (
    Call,
    CallerRestriction,
    Contact,
    Location,
    MediaAccess,
    Message,
    MessageTemplate,
    Notice,
    Participant,
    QuickReply,
    Recording,
    Seat,
    ShareLink,
    TranscriptLine,
    WebhookRecord,
)
from maps.admin_pages import ReferenceAdmin

CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class MessageInline(ReadOnly, TabularInline):
    model = Message
    fields = ("at", "direction", "text", "provider_status")
    extra = 0


class LocationInline(ReadOnly, TabularInline):
    model = Location
    fields = ("at", "source", "label", "radius_m", "confidence")
    extra = 0


class ParticipantInline(ReadOnly, TabularInline):
    model = Participant
    fields = ("added_at", "kind", "name", "device", "address", "presence")
    extra = 0


@admin.register(Call)
class CallAdmin(ReadOnly, ModelAdmin):
    list_display = ("received_at", "channel", "status", "caller", "disposition", "incident")
    list_filter = ("channel", "status", "disposition", "recovered")
    list_select_related = ("incident",)
    search_fields = ("caller", "caller_name", "provider_sid", "incident__number")
    search_help_text = _("Number, name, SID or incident")
    date_hierarchy = "received_at"
    inlines = (MessageInline, LocationInline, ParticipantInline)


@admin.register(WebhookRecord)
class WebhookRecordAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "kind", "verified", "outcome", "provider_sid")
    list_filter = ("verified", "kind", "outcome")
    search_fields = ("provider_sid", "idempotency_token")
    search_help_text = _("SID or idempotency token")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(Notice)
class NoticeAdmin(ReadOnly, ModelAdmin):
    list_display = ("created_at", "channel", "to", "provider_status", "answered_at", "text")
    list_filter = ("channel", "provider_status")
    search_fields = ("to", "provider_sid", "subject_id")
    search_help_text = _("Number, SID or assignment")
    date_hierarchy = "created_at"


@admin.register(CallerRestriction)
class CallerRestrictionAdmin(ReadOnly, ModelAdmin):
    list_display = (
        "number",
        "begun_at",
        "ends_at",
        "begun_by",
        "reason",
        "lifted_at",
        "lifted_by",
    )
    search_fields = ("number",)
    search_help_text = _("Number")
    date_hierarchy = "begun_at"


# --- what is kept of spoken calls ------------------------------------------------------------------


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnly, ModelAdmin):
    list_display = ("created_at", "call", "sent_by", "expires_at", "revoked_at", "created_by")
    list_filter = ("sent_by",)
    list_select_related = ("call", "created_by")
    exclude = ("code",)  # whoever has it may write into the call
    date_hierarchy = "created_at"


@admin.register(Recording)
class RecordingAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "call", "status", "duration_s", "provider")
    list_filter = ("status", "provider")
    list_select_related = ("call",)
    search_fields = ("provider_sid", "call__caller")
    date_hierarchy = "at"


@admin.register(TranscriptLine)
class TranscriptLineAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "call", "speaker", "text", "language")
    list_filter = ("speaker", "language")
    list_select_related = ("call",)
    search_fields = ("text", "call__caller")
    date_hierarchy = "at"
    show_full_result_count = False


# --- conversations -------------------------------------------------------------------------------


@admin.register(Message)
class MessageAdmin(ReadOnly, ModelAdmin):
    """What was written and what it cost; the filters of the month and the channel are the bill."""

    list_display = (
        "at",
        "direction",
        "channel",
        "kind",
        "parts",
        "provider_status",
        "error_code",
        "price",
        "price_unit",
        "sent_by",
    )
    list_filter = ("direction", "channel", "kind", "provider_status", "encoding")
    list_select_related = ("sent_by",)
    search_fields = ("provider_sid", "error_code")
    search_help_text = _("SID or error")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(MediaAccess)
class MediaAccessAdmin(ReadOnly, ModelAdmin):
    list_display = ("first_at", "last_at", "person", "what", "call", "requests")
    list_filter = ("what", "person")
    list_select_related = ("person", "call")
    date_hierarchy = "first_at"


class MessageTemplateForm(forms.ModelForm):
    def clean_content_sid(self) -> str:
        sid = str(self.cleaned_data["content_sid"]).strip()
        if not CONTENT_SID.fullmatch(sid):
            raise ValidationError(_("A ContentSid is HX and 32 letters and digits."))
        return sid

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        numbers = conversation.places(cleaned.get("text") or "")
        if numbers != [str(number + 1) for number in range(len(numbers))]:
            self.add_error("text", _("Number what is filled in without a gap: {{1}}, {{2}} …"))
        if len(numbers) > conversation.VARIABLES_MAX:
            self.add_error("text", _("So many words to fill in are not allowed."))
        if numbers and cleaned.get("asks_location"):
            self.add_error(
                "asks_location", _("Such a template is sent at once: nothing can be filled in.")
            )
        return cleaned


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ReferenceAdmin):
    form = MessageTemplateForm
    list_display = ("name", "language", "text", "asks_location", "order", "is_active")
    list_editable = ("order", "is_active")
    list_filter = ("language", "is_active")
    search_fields = ("name", "text", "content_sid")


@admin.register(QuickReply)
class QuickReplyAdmin(ReferenceAdmin):
    list_display = ("text_id", "text_en", "order", "is_active")
    list_editable = ("order", "is_active")
    search_fields = ("text_id", "text_en")


# --- how calls reach people --------------------------------------------------------------------------


@admin.register(Seat)
class SeatAdmin(ReferenceAdmin):
    """How calls reach each person, set before their first shift; each can change it on the console."""

    resource_classes = [resources.SeatResource]

    list_display = ("user", "device", "phone", "sip")
    list_select_related = ("user",)
    fields = ("user", "device", "phone", "sip")
    search_fields = ("user__username",)


@admin.register(Contact)
class ContactAdmin(ReferenceAdmin):
    """The phone book of the console. A screen that is open has it after it is loaded again."""

    resource_classes = [resources.ContactResource]

    list_display = ("name", "phone", "note", "order", "is_active")
    list_editable = ("order", "is_active")
    search_fields = ("name", "phone", "note")
