from django.apps import AppConfig


class SituationsConfig(AppConfig):
    name = "fangxian.foundation.situations"
    label = "situations"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.situations.rules import (
            GRANTS,
            SituationEvent,
            SituationPermission,
        )
        from fangxian.kernel import access, audit

        access.declare(SituationPermission, GRANTS)
        access.name_permissions(
            {
                SituationPermission.VIEW: _("Read response levels"),
                SituationPermission.MANAGE: _("Set response levels"),
            }
        )
        audit.name_events(
            {
                SituationEvent.LEVEL_SET: _("Set a response level"),
                SituationEvent.LEVEL_ENDED: _("Ended a response level"),
            }
        )
