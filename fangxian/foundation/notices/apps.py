from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "fangxian.foundation.notices"
    label = "notices"

    def ready(self) -> None:
        from fangxian.foundation.notices.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.notices.rules import GRANTS, NoticePermission
        from fangxian.kernel import access, audit

        access.declare(NoticePermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
