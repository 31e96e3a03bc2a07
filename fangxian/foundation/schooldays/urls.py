from django.urls import path

from fangxian.foundation.schooldays import views

app_name = "schooldays"
urlpatterns = [
    path("calendar/", views.own, name="own"),
    path("calendar/<str:code>/", views.calendar, name="calendar"),
    path("calendar/<str:code>/term/", views.term, name="term"),
    path("calendar/<str:code>/term/declare/", views.declare_term, name="declare_term"),
    path("calendar/<str:code>/return/", views.declare_return, name="declare_return"),
    path("calendar/<str:code>/suspend/", views.suspend, name="suspend"),
    path("calendar/<str:code>/resume/<int:row_id>/", views.resume, name="resume"),
]
