from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "fangxian.foundation.people"
    label = "people"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.notices import kinds
        from fangxian.foundation.people import traces
        from fangxian.foundation.people.labels import EVENTS, FACTS, FOUND_BY, PERMISSIONS, SHOWING
        from fangxian.foundation.people.rules import GRANTS, PeoplePermission
        from fangxian.foundation.people.telling import GLASS, TEMPLATES
        from fangxian.kernel import access, audit, registry

        access.declare(PeoplePermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        audit.name_facts(FACTS, values={"by": lambda by: FOUND_BY.get(by, by)})
        audit.declare_showing(SHOWING)
        audit.persons_from(audit.Persons(traces.names, traces.find, traces.groups))
        for template in (*TEMPLATES.values(), GLASS):
            kinds.register(template)
        registry.menu(
            registry.MenuItem(50, "people:groups", _("People"), "person", PeoplePermission.VIEW)
        )
        registry.menu(
            registry.MenuItem(85, "people:unmaskings", _("Numbers shown in full"), "shield",
                              PeoplePermission.WATCH)
        )  # fmt: skip
