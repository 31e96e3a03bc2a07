from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    name = "fangxian.foundation.units"
    label = "units"

    def ready(self) -> None:
        from fangxian.foundation.units.intake.contacts import contacts
        from fangxian.foundation.units.intake.kind import units
        from fangxian.foundation.units.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.units.rules import GRANTS, UnitPermission
        from fangxian.kernel import access, audit
        from fangxian.kernel.intake import kinds
        from fangxian.kernel.registry import MenuItem, menu

        access.declare(UnitPermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        kinds.register(units())
        kinds.register(contacts())
        menu(MenuItem(60, "units:search", _("Units"), "unit", UnitPermission.VIEW))
