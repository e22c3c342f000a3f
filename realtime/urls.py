from django.urls import path

from realtime import views

urlpatterns = [
    path("api/v1/board", views.board, name="api-board"),
    path("api/v1/events", views.events, name="api-events"),
    path("api/v1/commands/<str:name>", views.command, name="api-command"),
]
