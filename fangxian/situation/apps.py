from django.apps import AppConfig

from fangxian.kernel.access import Actor


class SituationConfig(AppConfig):
    name = "fangxian.situation"
    label = "situation"

    def ready(self) -> None:
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.escalation import links
        from fangxian.foundation.obligations.rules import ObligationPermission
        from fangxian.kernel import registry

        links.silent_list_at(lambda code: reverse("situation:silent", args=[code]))
        view = ObligationPermission.VIEW
        registry.landing(30, view, "situation:mine")
        registry.menu(
            registry.MenuItem(30, "situation:mine", _("Board"), "board", view, _runs_something)
        )


def _runs_something(actor: Actor) -> bool:
    """A group's teacher sees where the group stands on the group's own page."""
    from fangxian.foundation.accounts.rules import Role

    return any(holding.role != Role.GROUP_TEACHER for holding in actor.holdings)
