from django.apps import AppConfig


class SingleConfig(AppConfig):
    name = "fangxian.foundation.accounts.single"
    label = "single"

    def ready(self) -> None:
        from fangxian.foundation.accounts.single.labels import EVENTS
        from fangxian.kernel import audit

        audit.name_events(EVENTS)
