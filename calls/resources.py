"""Columns of the files in which seats and the phone book are imported and exported."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget

from calls.models import Contact, Seat


class SeatResource(ModelResource):
    user = Field(
        attribute="user",
        column_name="user",
        widget=ForeignKeyWidget(get_user_model(), field="username"),
    )

    class Meta:
        model = Seat
        import_id_fields = ("user",)
        fields = ("user", "device", "phone", "sip")


class ContactResource(ModelResource):
    class Meta:
        model = Contact
        import_id_fields = ("name",)
        fields = ("name", "phone", "note", "order", "is_active")
