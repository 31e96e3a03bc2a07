from django.apps import AppConfig


class SituationsConfig(AppConfig):
    name = "fangxian.foundation.situations"
    label = "situations"
