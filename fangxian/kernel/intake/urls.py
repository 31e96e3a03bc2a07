from django.urls import path

from fangxian.kernel.intake import views

app_name = "intake"
urlpatterns = [
    path("imports/", views.mine, name="mine"),
    path("imports/new/<str:kind>/", views.upload, name="upload"),
    path("imports/sheet/<str:kind>/", views.template, name="template"),
    path("imports/<int:intake_id>/", views.intake, name="intake"),
    path("imports/<int:intake_id>/progress/", views.progress, name="progress"),
    path("imports/<int:intake_id>/columns/", views.columns, name="columns"),
    path("imports/<int:intake_id>/write/", views.write, name="write"),
    path("imports/<int:intake_id>/cancel/", views.cancel, name="cancel"),
    path("imports/<int:intake_id>/wrong/", views.wrong, name="wrong"),
    path("imports/<int:intake_id>/result/", views.result, name="result"),
]
