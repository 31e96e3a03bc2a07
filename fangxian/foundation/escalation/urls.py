from django.urls import path

from fangxian.foundation.escalation import views

app_name = "escalation"
urlpatterns = [
    path("reminders/", views.own, name="own"),
    path("reminders/ladders/", views.ladders, name="ladders"),
    path("reminders/taken/<int:acknowledgement_id>/back/", views.take_back, name="take-back"),
    path("reminders/<str:code>/", views.log, name="log"),
    path("reminders/<str:code>/take/", views.acknowledge, name="acknowledge"),
    path("reminders/<str:code>/substitutes/", views.substitutes, name="substitutes"),
    path(
        "reminders/<str:code>/substitutes/<int:substitute_id>/end/",
        views.end_substitute,
        name="end-substitute",
    ),
]
