"""Addresses of the room."""

from django.urls import path

from fangxian.foundation.units import views

app_name = "units"
urlpatterns = [
    path("units/", views.search, name="search"),
    path("units/options/", views.options, name="options"),
    path("units/<str:code>/", views.unit, name="unit"),
    path("units/<str:code>/change/", views.change, name="change"),
    path("units/<str:code>/open/", views.open_below, name="open"),
    path("units/<str:code>/close/", views.close, name="close"),
    path("units/<str:code>/move/", views.move, name="move"),
    path("units/<str:code>/merge/", views.merge, name="merge"),
    path("units/<str:code>/contact/", views.contact, name="contact"),
    path("units/<str:code>/leaders/", views.leader_add, name="leader-add"),
    path("units/<str:code>/leaders/<int:row_id>/end/", views.leader_end, name="leader-end"),
    path("units/<str:code>/ties/", views.tie_add, name="tie-add"),
    path("units/<str:code>/ties/<int:row_id>/end/", views.tie_end, name="tie-end"),
]
