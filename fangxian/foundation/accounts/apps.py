from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fangxian.foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fangxian.foundation.accounts import lookers
        from fangxian.foundation.accounts.addresses import client_address
        from fangxian.foundation.accounts.inviting import accounts
        from fangxian.foundation.accounts.labels import EVENTS, PERMISSIONS
        from fangxian.foundation.accounts.queries import actor_by_id, workplace
        from fangxian.foundation.accounts.rules import GRANTS, AccountPermission
        from fangxian.kernel import access, audit, clock, registry
        from fangxian.kernel.intake import kinds
        from fangxian.kernel.shell.frame import declare_place

        access.declare(AccountPermission, GRANTS)
        access.declare(lookers.LookersPermission, lookers.GRANTS)
        access.name_permissions({lookers.LookersPermission.VIEW: _("See who looked at our people")})
        access.name_permissions(PERMISSIONS)
        audit.name_events(EVENTS)
        audit.name_facts({"users": _("accounts")})
        audit.name_events({lookers.LookersEvent.STAFF_READ: _("Read who works where")})
        audit.read_address_by(client_address)
        kinds.actors_from(actor_by_id)
        kinds.register(accounts())
        declare_place(lambda actor: workplace(actor, today=clock.today()))
        view, trail = AccountPermission.VIEW, AccountPermission.AUDIT
        menu, item = registry.menu, registry.MenuItem
        menu(item(80, "accounts:administration", _("Accounts"), "people", view))
        looks = lookers.LookersPermission.VIEW
        menu(item(55, "accounts:lookers", _("Who looked"), "shield", looks))
        menu(item(85, "accounts:audit", _("Audit trail"), "list", trail))
        registry.landing(60, view, "accounts:administration")
        registry.landing(70, trail, "accounts:audit")
