from django.urls import path

from fangxian.watch.reporting import views

app_name = "reporting"
urlpatterns = [
    path("reports/", views.start, name="start"),
    path("reports/queue/", views.queue, name="queue"),
    path("reports/queue/accept/", views.accept_selected, name="accept-selected"),
    path("reports/dictionary/", views.dictionary, name="dictionary"),
    path("reports/<str:code>/<str:day>/", views.report, name="report"),
    path("reports/<str:code>/<str:day>/sign/", views.sign, name="sign"),
    path("reports/<str:code>/<str:day>/revise/", views.revise, name="revise"),
    path("reports/<str:code>/<str:day>/accept/", views.accept, name="accept"),
    path("reports/<str:code>/<str:day>/return/", views.return_, name="return"),
    path("reports/<str:code>/<str:day>/chase/", views.chase, name="chase"),
    path(
        "reports/<str:code>/<str:day>/<str:figure>/<str:population>/", views.behind, name="behind"
    ),
]
