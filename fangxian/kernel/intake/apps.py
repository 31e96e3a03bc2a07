from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "fangxian.kernel.intake"
    label = "intake"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.kernel import audit
        from fangxian.kernel.intake.rules import IntakeEvent

        audit.name_events({IntakeEvent.RESULT_TAKEN: _("Downloaded what an import made")})
