from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "dispatch.analytics"
    label = "analytics"
