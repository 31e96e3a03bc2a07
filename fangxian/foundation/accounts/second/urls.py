from django.urls import path

from fangxian.foundation.accounts.second.views import entering, own

app_name = "second"
urlpatterns = [
    path("sign-in/code/", entering.code, name="code"),
    path("sign-in/set-up/", entering.must_set_up, name="must-set-up"),
    path("account/two-step/", own.own, name="own"),
    path("account/two-step/set-up/", own.set_up, name="set-up"),
    path("account/two-step/codes/", own.codes, name="codes"),
    path("account/two-step/off/", own.off, name="off"),
    path("accounts/people/<int:user_id>/two-step/reset/", own.reset, name="reset"),
]
