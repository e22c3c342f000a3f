"""What was written, what came with it, and what became of what we wrote."""

import uuid6
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.models.words import (
    CHANNEL_NAMES,
    LANGUAGE_NAMES,
    MEDIA_KINDS,
    MEDIA_STATES,
    MESSAGE_KIND_NAMES,
    QUICK_REPLY_CHARS_MAX,
    SID_CHARS_MAX,
    TEMPLATE_CHARS_MAX,
    TEMPLATE_NAME_CHARS_MAX,
    TEXT_CHARS_MAX,
    URL_CHARS_MAX,
)


class Message(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3)
    text = models.CharField(max_length=TEXT_CHARS_MAX, blank=True)
    at = models.DateTimeField()
    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    provider_status = models.CharField(max_length=30, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    recovered = models.BooleanField(_("found afterwards"), default=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # By what it went or came: whoever spoke is answered by SMS. Empty: written before this was kept.
    channel = models.CharField(
        _("channel"), max_length=10, choices=CHANNEL_NAMES, blank=True, db_default=""
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=MESSAGE_KIND_NAMES, default="text", db_default="text"
    )
    template = models.ForeignKey(
        "calls.MessageTemplate", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    variables = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    # What it costs: parts of an SMS as we count them, money as the provider says.
    encoding = models.CharField(max_length=5, blank=True, db_default="")
    parts = models.PositiveSmallIntegerField(_("parts"), default=1, db_default=1)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=5, null=True, blank=True)
    price_unit = models.CharField(_("currency"), max_length=3, blank=True, db_default="")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=["in", "out"]), name="calls_message_direction_word"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_sid"],
                condition=~Q(provider_sid=""),
                name="calls_message_once_per_provider_sid",
            ),
        ]
        indexes = [models.Index(fields=["call", "-at"], name="calls_message_newest")]


class Media(models.Model):
    """A picture, film or voice note that came with a message: where it lies at the provider, and what we made of it."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="media")
    url = models.CharField(max_length=URL_CHARS_MAX)
    content_type = models.CharField(max_length=100, blank=True)  # as the provider says
    size_bytes = models.BigIntegerField(null=True, blank=True)  # as it was fetched
    state = models.CharField(
        max_length=10, choices=MEDIA_STATES, default="waiting", db_default="kept"
    )
    kind = models.CharField(max_length=10, choices=MEDIA_KINDS, blank=True, db_default="")
    problem = models.CharField(max_length=30, blank=True, db_default="")
    stored_bytes = models.BigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_s = models.FloatField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "media"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(MEDIA_STATES)), name="calls_media_state_word"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["", *MEDIA_KINDS]), name="calls_media_kind_word"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="waiting"), name="calls_media_waiting"
            ),
            models.Index(
                fields=["settled_at"], condition=Q(state="ready"), name="calls_media_stored"
            ),
        ]


class MessageStatus(models.Model):
    """One report of the provider about a message of ours; kept although its message may be unknown."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, blank=True, related_name="statuses"
    )
    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX)
    status = models.CharField(max_length=30)
    error_code = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_sid", "status"], name="calls_messagestatus_once"
            )
        ]


class MessageTemplate(models.Model):
    """Words that WhatsApp has approved: the only ones that may be sent after the window has closed."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(_("name"), max_length=TEMPLATE_NAME_CHARS_MAX)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_NAMES, default="id")
    content_sid = models.CharField(
        "ContentSid",
        max_length=SID_CHARS_MAX,
        unique=True,
        help_text=_("HX…, from the provider's list of content templates"),
    )
    text = models.TextField(
        _("words"),
        max_length=TEMPLATE_CHARS_MAX,
        help_text=_("As approved, with {{1}}, {{2}} … where something is filled in"),
    )
    asks_location = models.BooleanField(
        _("asks for the position"),
        default=False,
        help_text=_("Sent in place of plain words when a dispatcher asks where somebody is"),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("approved template")
        verbose_name_plural = _("approved templates")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class QuickReply(models.Model):
    """What dispatchers write again and again, in both languages."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    text_id = models.CharField(_("in Bahasa Indonesia"), max_length=QUICK_REPLY_CHARS_MAX)
    text_en = models.CharField(_("in English"), max_length=QUICK_REPLY_CHARS_MAX)
    is_active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text_id
