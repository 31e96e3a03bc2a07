from django.apps import AppConfig


class SchooldaysConfig(AppConfig):
    name = "fangxian.foundation.schooldays"
    label = "schooldays"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.schooldays.rules import (
            GRANTS,
            SchooldayEvent,
            SchooldayPermission,
        )
        from fangxian.kernel import access, audit, registry

        access.declare(SchooldayPermission, GRANTS)
        access.name_permissions(
            {
                SchooldayPermission.VIEW: _("Read the calendar"),
                SchooldayPermission.MANAGE: _("Declare school days"),
            }
        )
        audit.name_events(
            {
                SchooldayEvent.DECLARED: _("Declared a day open or closed"),
                SchooldayEvent.CLEARED: _("Took back what was declared for a day"),
            }
        )
        registry.menu(
            registry.MenuItem(
                60, "schooldays:own", _("Calendar"), "calendar", SchooldayPermission.VIEW
            )
        )
