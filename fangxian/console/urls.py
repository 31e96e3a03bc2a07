from django.urls import path

from fangxian.console import views

app_name = "console"

urlpatterns = [
    path("demo/", views.demo, name="demo"),
    path("demo/now/", views.now, name="now"),
    path("demo/clock/", views.set_clock, name="clock"),
]
