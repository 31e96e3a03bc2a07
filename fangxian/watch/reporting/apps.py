from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "fangxian.watch.reporting"
    label = "reporting"

    def ready(self) -> None:
        from django.urls import reverse

        from fangxian.foundation.escalation import links
        from fangxian.kernel import access, audit
        from fangxian.kernel.registry import MenuItem, landing, menu
        from fangxian.watch.reporting.obligations import declare
        from fangxian.watch.reporting.rules import GRANTS, KIND, ReportEvent, ReportPermission

        access.declare(ReportPermission, GRANTS)
        access.name_permissions(
            {
                ReportPermission.VIEW: _("See daily reports"),
                ReportPermission.EXACT: _("See small figures about health"),
                ReportPermission.SIGN: _("Sign daily reports"),
                ReportPermission.DECIDE: _("Accept or return daily reports"),
            }
        )
        audit.name_events(
            {
                ReportEvent.SIGNED: _("Daily report signed"),
                ReportEvent.ACCEPTED: _("Daily report accepted"),
                ReportEvent.RETURNED: _("Daily report returned"),
                ReportEvent.REVISED: _("Correction of a daily report announced"),
                ReportEvent.NAMES_READ: _("Names behind a figure read"),
                ReportEvent.DICTIONARY_RECORDED: _("Dictionary of figures recorded"),
            }
        )
        declare()
        links.answered_at(KIND, lambda code, day: reverse("reporting:report", args=[code, day]))
        menu(
            MenuItem(
                20,
                "reporting:start",
                _("Daily report"),
                "report",
                ReportPermission.VIEW,
            )
        )
        landing(20, ReportPermission.SIGN, "reporting:start")
        post_migrate.connect(_record_dictionary, sender=self)


def _record_dictionary(using: str, **_more: Any) -> None:
    """Keep the dictionary as declared, once its table and the audit trail are there."""
    from django.db import connections

    from fangxian.kernel import clock
    from fangxian.watch.reporting.actions import record_dictionary

    tables = connections[using].introspection.table_names()
    if {"report_dictionary", "audit_event"} <= set(tables):
        record_dictionary(at=clock.now())
