from django.apps import AppConfig


class SpecialConfig(AppConfig):
    name = "fangxian.foundation.special"
    label = "special"

    def ready(self) -> None:
        from fangxian.foundation.special.labels import EVENTS
        from fangxian.kernel import audit

        audit.name_events(EVENTS)
