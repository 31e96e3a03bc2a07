from django.apps import AppConfig


class SecretsConfig(AppConfig):
    name = "fangxian.kernel.secrets"
    label = "secrets"
