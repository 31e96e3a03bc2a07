from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "fangxian.foundation.people"
    label = "people"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.notices import kinds
        from fangxian.foundation.people.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.people.rules import GRANTS, PeoplePermission
        from fangxian.foundation.people.telling import TEMPLATES
        from fangxian.kernel import access, audit, registry

        access.declare(PeoplePermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        for template in TEMPLATES.values():
            kinds.register(template)
        registry.menu(
            registry.MenuItem(50, "people:groups", _("People"), "person", PeoplePermission.VIEW)
        )
