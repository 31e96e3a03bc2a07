from django.apps import AppConfig


class SituationConfig(AppConfig):
    name = "fangxian.situation"
    label = "situation"
