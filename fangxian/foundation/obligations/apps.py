from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "fangxian.foundation.obligations"
    label = "obligations"

    def ready(self) -> None:
        from fangxian.foundation.obligations.rules import GRANTS, ObligationPermission
        from fangxian.kernel import access

        access.declare(ObligationPermission, GRANTS)
