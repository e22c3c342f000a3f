"""Calls and webhooks to look at. Nothing is changed here: the record of what happened stays as it is."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from calls.models import (
    Call,
    CallerRestriction,
    Location,
    MediaAccess,
    Message,
    Notice,
    Recording,
    ShareLink,
    TranscriptLine,
    WebhookRecord,
)


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


@admin.register(Call)
class CallAdmin(ReadOnly, ModelAdmin):
    list_display = ("received_at", "channel", "status", "caller", "disposition", "incident")
    list_filter = ("channel", "status", "disposition", "recovered")
    list_select_related = ("incident",)
    search_fields = ("caller", "caller_name", "provider_sid", "incident__number")
    search_help_text = _("Number, name, SID or incident")
    date_hierarchy = "received_at"
    inlines = (MessageInline, LocationInline)


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


@admin.register(MediaAccess)
class MediaAccessAdmin(ReadOnly, ModelAdmin):
    list_display = ("first_at", "last_at", "person", "what", "call", "requests")
    list_filter = ("what", "person")
    list_select_related = ("person", "call")
    date_hierarchy = "first_at"
