from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "fangxian.exchange.exports"
    label = "exports"

    def ready(self) -> None:
        from fangxian.exchange.exports import expiry, labels  # noqa: F401 (declares what expires)
        from fangxian.exchange.exports.rules import GRANTS, ExportEvent, ExportPermission
        from fangxian.kernel import access, audit

        access.declare(ExportPermission, GRANTS)
        access.name_permissions(labels.PERMISSIONS)
        audit.name_events(labels.EVENTS)
        audit.name_facts(
            labels.FACTS,
            values={
                "export": lambda kind: labels.KINDS.get(kind, kind),
                "form": lambda form: labels.FORMS.get(form, form),
            },
        )
        audit.declare_showing([ExportEvent.MADE])
