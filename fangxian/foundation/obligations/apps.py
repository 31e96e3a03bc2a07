from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "fangxian.foundation.obligations"
    label = "obligations"

    def ready(self) -> None:
        from fangxian.foundation.obligations.actions import follow_calendar
        from fangxian.foundation.obligations.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.obligations.rules import GRANTS, ObligationPermission
        from fangxian.kernel import access, audit, registry

        access.declare(ObligationPermission, GRANTS)
        audit.name_events(EVENTS)
        access.name_permissions(PERMISSIONS)
        registry.on_calendar_change(follow_calendar)
