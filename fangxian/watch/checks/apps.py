from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "fangxian.watch.checks"
    label = "checks"

    def ready(self) -> None:
        from fangxian.kernel import access
        from fangxian.watch.checks.obligations import declare
        from fangxian.watch.checks.rules import GRANTS, CheckPermission

        access.declare(CheckPermission, GRANTS)
        declare()
