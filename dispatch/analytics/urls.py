from django.urls import path

from dispatch.analytics import views

urlpatterns = [
    path("supervisor/", views.supervisor, name="supervisor"),
    path("supervisor/report.csv", views.report_csv, name="supervisor-csv"),
    path("api/v1/report", views.report_json, name="api-report"),
]
