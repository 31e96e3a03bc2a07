from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "fangxian.foundation.people.rights"
    label = "rights"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        from fangxian.foundation.people.rights.labels import EVENTS
        from fangxian.foundation.people.rights.rules import RightsEvent
        from fangxian.kernel import audit

        audit.name_events(EVENTS)
        audit.declare_showing([RightsEvent.HANDED_OUT])
        # each room says in its own module what it holds about a person
        autodiscover_modules("holdings")
