from django.urls import path

from fangxian.watch.checks import views

app_name = "checks"
urlpatterns = [
    path("checks/", views.mine, name="mine"),
    path("checks/<str:code>/<str:day>/<str:session>/", views.check, name="check"),
    path("checks/<str:code>/<str:day>/<str:session>/history/", views.history, name="history"),
]
