from django.urls import path

from fangxian.foundation.situations import views

app_name = "situations"
urlpatterns = [path("response/<str:code>/", views.level, name="level")]
