from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "fangxian.foundation.obligations"
    label = "obligations"

    def ready(self) -> None:
        from fangxian.foundation.obligations.actions import follow_calendar
        from fangxian.foundation.obligations.rules import GRANTS, ObligationPermission
        from fangxian.kernel import access, registry

        access.declare(ObligationPermission, GRANTS)
        registry.on_calendar_change(follow_calendar)
