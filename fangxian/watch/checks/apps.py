from django.apps import AppConfig

from fangxian.kernel.access import Actor


class ChecksConfig(AppConfig):
    name = "fangxian.watch.checks"
    label = "checks"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.kernel import access, audit, registry
        from fangxian.watch.checks.labels import EVENTS, PERMISSIONS
        from fangxian.watch.checks.obligations import declare
        from fangxian.watch.checks.rules import GRANTS, CheckPermission

        access.declare(CheckPermission, GRANTS)
        audit.name_events(EVENTS)
        access.name_permissions(PERMISSIONS)
        declare()
        _say_where_to_answer()
        registry.landing(10, CheckPermission.RECORD, _start)
        registry.menu(
            registry.MenuItem(
                10, "checks:mine", _("Checks"), "check", permission=CheckPermission.RECORD
            )
        )


def _start(actor: Actor) -> str | None:
    """A group's teacher starts with the check; who runs a school starts elsewhere."""
    from django.urls import reverse

    from fangxian.foundation.accounts.rules import Role

    roles = {holding.role for holding in actor.holdings}
    return reverse("checks:mine") if Role.GROUP_TEACHER in roles else None


def _say_where_to_answer() -> None:
    """A reminder leads to the check itself."""
    from functools import partial

    from django.urls import reverse

    from fangxian.foundation.escalation import links
    from fangxian.watch.checks.rules import Session

    def page(session: Session, code: str, day: str) -> str:
        return reverse("checks:check", args=[code, day, session.value])

    for session in Session:
        links.answered_at(session.kind, partial(page, session))
