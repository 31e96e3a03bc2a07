from django.urls import path

from fangxian.foundation.schooldays import views

app_name = "schooldays"
urlpatterns = [
    path("calendar/", views.own, name="own"),
    path("calendar/<str:code>/", views.calendar, name="calendar"),
]
