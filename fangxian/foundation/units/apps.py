from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    name = "fangxian.foundation.units"
    label = "units"

    def ready(self) -> None:
        from fangxian.foundation.units.rules import GRANTS, UnitPermission
        from fangxian.kernel import access
        from fangxian.kernel.registry import MenuItem, menu

        access.declare(UnitPermission, GRANTS)
        menu(
            MenuItem(
                order=60,
                url_name="units:search",
                label=_("Units"),
                icon="unit",
                permission=UnitPermission.VIEW,
            )
        )
