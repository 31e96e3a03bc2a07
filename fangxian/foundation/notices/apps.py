from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "fangxian.foundation.notices"
    label = "notices"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.accounts.handing import declare_mailer
        from fangxian.foundation.notices import kinds, letters
        from fangxian.foundation.notices.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.notices.queries import unread
        from fangxian.foundation.notices.rules import GRANTS, NoticePermission
        from fangxian.foundation.notices.told import TEST
        from fangxian.kernel import access, audit, clock, registry
        from fangxian.kernel.shell.frame import declare_bell

        access.declare(NoticePermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        kinds.register(TEST)
        declare_mailer(letters.post)
        declare_bell("notices:inbox", lambda actor: unread(actor, today=clock.today()))
        registry.menu(
            registry.MenuItem(82, "notices:robots", _("Robots"), "message", NoticePermission.ROBOTS)
        )
