from django.urls import path

from fangxian.foundation.accounts.second.views import by_passkey, entering, own, passkeys

app_name = "second"
urlpatterns = [
    path("sign-in/code/", entering.code, name="code"),
    path("sign-in/set-up/", entering.must_set_up, name="must-set-up"),
    path("sign-in/code/passkey/", by_passkey.after_password, name="code-passkey"),
    path("sign-in/set-up/passkey/", by_passkey.must_bind, name="must-bind-passkey"),
    path("sign-in/passkey/", by_passkey.instead, name="sign-in-passkey"),
    path("account/two-step/", own.own, name="own"),
    path("account/two-step/set-up/", own.set_up, name="set-up"),
    path("account/two-step/codes/", own.codes, name="codes"),
    path("account/two-step/off/", own.off, name="off"),
    path("account/two-step/passkeys/add/", passkeys.add, name="add-passkey"),
    path("account/two-step/passkeys/<int:passkey_id>/", passkeys.rename, name="passkey"),
    path(
        "account/two-step/passkeys/<int:passkey_id>/remove/",
        passkeys.remove,
        name="remove-passkey",
    ),
    path("accounts/people/<int:user_id>/two-step/reset/", own.reset, name="reset"),
]
