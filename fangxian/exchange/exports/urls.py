from django.urls import path

from fangxian.exchange.exports import views

app_name = "exports"
urlpatterns = [
    path("exports/", views.mine, name="mine"),
    path("exports/find/", views.find, name="find"),
    path("exports/new/<str:kind>/", views.new, name="new"),
    path("exports/<int:export_id>/", views.export, name="export"),
    path("exports/<int:export_id>/progress/", views.progress, name="progress"),
    path("exports/<int:export_id>/file/", views.file, name="file"),
]
