from django.urls import path

from fangxian.foundation.retention import views

app_name = "retention"
urlpatterns = [path("retention/", views.runs, name="runs")]
