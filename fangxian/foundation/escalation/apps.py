from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "fangxian.foundation.escalation"
    label = "escalation"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.escalation.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.escalation.messages import declare
        from fangxian.foundation.escalation.rules import GRANTS, EscalationPermission
        from fangxian.kernel import access, audit, registry

        access.declare(EscalationPermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        declare()
        view = EscalationPermission.VIEW
        registry.menu(registry.MenuItem(35, "escalation:own", _("Reminders"), "clock", view))
