from django.urls import path

from maps import views

app_name = "maps"
urlpatterns = [
    path("maps/tiles/<int:z>/<int:x>/<int:y>.mvt", views.tile, name="tile"),
    path("api/v1/places", views.search, name="places"),
    path("api/v1/premises", views.premises_in_view, name="premises"),
    path("api/v1/places/reverse", views.reverse, name="reverse"),
]
