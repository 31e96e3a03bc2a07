from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "fangxian.foundation.people"
    label = "people"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.people.rules import GRANTS, PeopleEvent, PeoplePermission
        from fangxian.kernel import access, audit, registry

        access.declare(PeoplePermission, GRANTS)
        access.name_permissions(
            {
                PeoplePermission.VIEW: _("Read the names of a group"),
                PeoplePermission.MANAGE: _("Change the names of a group"),
            }
        )
        audit.name_events(
            {
                PeopleEvent.HEADCOUNT_SET: _("Set the headcount of a group"),
                PeopleEvent.MEMBERS_ADDED: _("Added people to a group"),
                PeopleEvent.MEMBER_LEFT: _("Took a person off a group"),
            }
        )
        registry.menu(
            registry.MenuItem(50, "people:groups", _("People"), "person", PeoplePermission.VIEW)
        )
