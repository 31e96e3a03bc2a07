from django.apps import AppConfig


class RosterConfig(AppConfig):
    name = "fangxian.foundation.people.roster"
    label = "roster"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.people.roster.kind import roster
        from fangxian.foundation.people.roster.rules import RosterEvent
        from fangxian.kernel import audit
        from fangxian.kernel.intake import kinds

        kinds.register(roster())
        audit.name_events({RosterEvent.IMPORTED: _("Imported a roster")})
