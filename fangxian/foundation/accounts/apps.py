from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fangxian.foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        from fangxian.foundation.accounts.rules import GRANTS, AccountPermission
        from fangxian.kernel import access

        access.declare(AccountPermission, GRANTS)
