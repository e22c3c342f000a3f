from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "dispatch.training"
    label = "training"
