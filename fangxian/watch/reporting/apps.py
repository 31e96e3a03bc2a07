from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "fangxian.watch.reporting"
    label = "reporting"
