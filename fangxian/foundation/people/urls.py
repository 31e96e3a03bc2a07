from django.urls import path

from fangxian.foundation.people import views

app_name = "people"
urlpatterns = [
    path("people/", views.groups, name="groups"),
    path("people/<str:code>/", views.group, name="group"),
    path("people/<str:code>/<int:membership_id>/leave/", views.leave, name="leave"),
]
