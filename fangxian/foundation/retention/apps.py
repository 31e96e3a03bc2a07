from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "fangxian.foundation.retention"
    label = "retention"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.retention.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.retention.rules import GRANTS, RetentionPermission
        from fangxian.kernel import access, audit, registry

        access.declare(RetentionPermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        # each room says in its own module what expires there
        autodiscover_modules("expiry")
        registry.menu(
            registry.MenuItem(
                94, "retention:runs", _("Retention"), "clock", RetentionPermission.VIEW
            )
        )
