from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "fangxian.foundation.obligations"
    label = "obligations"

    def ready(self) -> None:
        from fangxian.foundation.notices import kinds
        from fangxian.foundation.obligations.actions import follow_calendar, follow_closing
        from fangxian.foundation.obligations.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.obligations.rules import GRANTS, ObligationPermission
        from fangxian.foundation.obligations.telling import CHASED
        from fangxian.kernel import access, audit, registry

        access.declare(ObligationPermission, GRANTS)
        audit.name_events(EVENTS)
        access.name_permissions(PERMISSIONS)
        kinds.register(CHASED)
        registry.on_calendar_change(follow_calendar)
        registry.on_units_closed(follow_closing)
