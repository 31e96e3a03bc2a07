from django.urls import path

from fangxian.foundation.accounts.single import views

app_name = "single"
urlpatterns = [
    path("sign-in/single/", views.start, name="start"),
    path("sign-in/single/back/", views.back, name="back"),
    path("account/single/", views.own, name="own"),
    path("account/single/link/", views.link, name="link"),
    path("account/single/end/", views.end, name="end"),
]
