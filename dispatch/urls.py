"""Every address of the service; the boundary of design section 5."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from dispatch.views import api, kept, media, operations, pages, paper, share, ways

catalog = cache_control(private=True, max_age=300)(
    JavaScriptCatalog.as_view(packages=["dispatch", "realtime", "maps", "units", "calls"])
)

handler400 = "dispatch.views.errors.bad_request"
handler403 = "dispatch.views.errors.forbidden"
handler404 = "dispatch.views.errors.not_found"
handler500 = "dispatch.views.errors.failed"

urlpatterns = [
    path("", pages.home, name="home"),
    path("console/", pages.console, name="console"),
    path("console/map/", pages.console_map, name="console-map"),
    path("console/paper/", paper.paper, name="console-paper"),
    path("console/pack/", pages.pack, name="console-pack"),
    path("console/worker.js", pages.pack_worker, name="console-worker"),
    path("tablet/", pages.tablet, name="tablet"),
    path("accounts/", include("dispatch.accounts.urls")),
    path("admin/", admin.site.urls),
    path("jsi18n/", catalog, name="javascript-catalog"),
    path("healthz/live", operations.live, name="healthz-live"),
    path("healthz/ready", operations.ready, name="healthz-ready"),
    path("metrics", operations.prometheus, name="metrics"),
    path("api/v1/openapi.json", operations.openapi, name="api-openapi"),
    path("api/v1/softphone/token", api.softphone_token, name="api-softphone-token"),
    path("api/v1/reference", api.reference, name="api-reference"),
    path(
        "api/v1/incidents/<uuid:incident_id>/recommendation",
        api.recommendation,
        name="api-recommendation",
    ),
    path("api/v1/incidents/<uuid:incident_id>/timeline", api.timeline, name="api-timeline"),
    path("api/v1/assignments/<uuid:assignment_id>/route", api.way, name="api-route"),
    path("api/v1/route", ways.route, name="api-way"),
    path("api/v1/isochrones", ways.isochrones, name="api-isochrones"),
    path("api/v1/coverage", ways.coverage, name="api-coverage"),
    path("api/v1/media/<uuid:media_id>/full", media.media, {"variant": "full"}),
    path("api/v1/media/<uuid:media_id>/thumb", media.media, {"variant": "thumb"}),
    path("api/v1/pictures/<uuid:picture_id>", kept.picture, name="api-picture"),
    path("api/v1/recordings/<uuid:recording_id>/sound", kept.sound, name="api-sound"),
    path("api/v1/calls/<uuid:call_id>/transcript", kept.transcript, name="api-transcript"),
    path("l/", share.ask_for_code, name="share-code"),
    path("l/<str:code>", share.share_page, name="share"),
    path("l/<str:code>/state", share.state, name="share-state"),
    path("l/<str:code>/words", share.words_written, name="share-words"),
    path("l/<str:code>/picture", share.picture, name="share-picture"),
    path("l/<str:code>/stop", share.stopped, name="share-stop"),
    path("", include("realtime.urls")),
    path("", include("calls.urls")),
    path("", include("units.urls")),
    path("", include("maps.urls")),
    path("", include("dispatch.analytics.urls")),
]
