from django.apps import AppConfig


class SchooldaysConfig(AppConfig):
    name = "fangxian.foundation.schooldays"
    label = "schooldays"
