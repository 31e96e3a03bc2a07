from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "fangxian.foundation.people"
    label = "people"

    def ready(self) -> None:
        from fangxian.foundation.people.rules import GRANTS, PeoplePermission
        from fangxian.kernel import access

        access.declare(PeoplePermission, GRANTS)
