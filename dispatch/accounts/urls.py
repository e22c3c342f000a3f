from django.urls import path

from dispatch.accounts import views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("again/", views.sign_in_again, name="sign-in-again"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("language/", views.choose_language, name="language"),
    path("theme/", views.choose_theme, name="theme"),
]
