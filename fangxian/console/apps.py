from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "fangxian.console"
    label = "console"

    def ready(self) -> None:
        from fangxian.console.demo.cards import on_sign_in_page
        from fangxian.foundation.accounts import cards

        cards.supply(on_sign_in_page)
