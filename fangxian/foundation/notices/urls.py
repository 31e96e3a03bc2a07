from django.urls import path

from fangxian.foundation.notices.views import choosing, inbox, log, robots

app_name = "notices"
urlpatterns = [
    path("notices/", inbox.inbox, name="inbox"),
    path("notices/read/", inbox.read_all, name="read-all"),
    path("notices/preferences/", choosing.preferences, name="preferences"),
    path("notices/test/<str:channel>/", choosing.test, name="test"),
    path("notices/deliveries/", log.deliveries, name="deliveries"),
    path("notices/deliveries/<str:day>/<int:delivery_id>/", log.delivery, name="delivery"),
    path("notices/robots/", robots.robots, name="robots"),
    path("notices/robots/new/", robots.add, name="new-robot"),
    path("notices/robots/deliveries/", log.robot_deliveries, name="robot-deliveries"),
    path("notices/robots/<int:robot_id>/", robots.robot, name="robot"),
    path("notices/robots/<int:robot_id>/remove/", robots.remove, name="remove-robot"),
    path("notices/robots/<int:robot_id>/test/", robots.test, name="test-robot"),
    path("notices/<str:day>/<int:notice_id>/", inbox.open_notice, name="open"),
    path("notices/<str:day>/<int:notice_id>/take/", inbox.take, name="take"),
]
