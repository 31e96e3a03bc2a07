"""Addresses of the frame."""

from django.urls import path

from fangxian.kernel.shell import views

app_name = "shell"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("sw.js", views.service_worker, name="service_worker"),
]
