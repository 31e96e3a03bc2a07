from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fangxian.foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.accounts.addresses import client_address
        from fangxian.foundation.accounts.inviting import accounts
        from fangxian.foundation.accounts.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.accounts.queries import actor_by_id, workplace
        from fangxian.foundation.accounts.rules import GRANTS, AccountPermission
        from fangxian.kernel import access, audit, clock, registry
        from fangxian.kernel.intake import kinds
        from fangxian.kernel.shell.frame import declare_place

        access.declare(AccountPermission, GRANTS)
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        audit.read_address_by(client_address)
        kinds.actors_from(actor_by_id)
        kinds.register(accounts())
        declare_place(lambda actor: workplace(actor, today=clock.today()))
        manage, trail = AccountPermission.MANAGE, AccountPermission.AUDIT
        menu, item = registry.menu, registry.MenuItem
        menu(item(80, "accounts:administration", _("Accounts"), "people", manage))
        menu(item(85, "accounts:audit", _("Audit trail"), "list", trail))
        registry.landing(60, manage, "accounts:administration")
        registry.landing(70, trail, "accounts:audit")
