from django.apps import AppConfig


class SchooldaysConfig(AppConfig):
    name = "fangxian.foundation.schooldays"
    label = "schooldays"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.schooldays.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.schooldays.rules import GRANTS, SchooldayPermission
        from fangxian.kernel import access, audit, registry

        access.declare(SchooldayPermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        registry.menu(
            registry.MenuItem(
                60, "schooldays:own", _("Calendar"), "calendar", SchooldayPermission.VIEW
            )
        )
