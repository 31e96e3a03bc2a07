from django.urls import path

from fangxian.situation import views

app_name = "situation"
urlpatterns = [
    path("board/", views.mine, name="mine"),
    path("board/<str:code>/", views.board, name="board"),
    path("board/<str:code>/now/", views.now, name="now"),
    path("board/<str:code>/days/", views.days, name="days"),
    path("board/<str:code>/figures/", views.figures, name="figures"),
    path("board/<str:code>/silent/", views.silent, name="silent"),
    path("board/<str:code>/chase/", views.chase, name="chase"),
    path("board/<str:code>/excuse/", views.excuse, name="excuse"),
]
