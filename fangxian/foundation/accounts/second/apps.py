from django.apps import AppConfig


class SecondConfig(AppConfig):
    name = "fangxian.foundation.accounts.second"
    label = "second"

    def ready(self) -> None:
        from fangxian.foundation.accounts.second.labels import EVENTS
        from fangxian.kernel import audit

        audit.name_events(EVENTS)
