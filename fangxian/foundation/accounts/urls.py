from django.urls import path

from fangxian.foundation.accounts.views import account, administration, audit, entrance, sessions

app_name = "accounts"
urlpatterns = [
    path("", entrance.home, name="home"),
    path("sign-in/", entrance.sign_in, name="sign-in"),
    path("sign-out/", entrance.sign_out, name="sign-out"),
    path("invitation/<str:secret>/", entrance.invitation, name="invitation"),
    path("new-password/<str:secret>/", entrance.new_password, name="new-password"),
    path("account/", account.account, name="account"),
    path("account/language/", account.language, name="language"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/", sessions.sessions, name="sessions"),
    path("account/sessions/end-others/", sessions.end_others, name="end-other-sessions"),
    path("account/sessions/<str:mark>/end/", sessions.end, name="end-session"),
    path("account/tokens/", account.token, name="token"),
    path("account/tokens/<int:token_id>/end/", account.revoke_token, name="end-own-token"),
    path("account/roles/<int:assignment_id>/cover/", account.cover, name="cover"),
    path("account/roles/<int:assignment_id>/end/", account.end_cover, name="end-cover"),
    path("accounts/", administration.administration, name="administration"),
    path("accounts/units/", administration.choose_unit, name="choose-unit"),
    path("accounts/units/<int:unit_id>/", administration.unit, name="unit"),
    path("accounts/people/<int:user_id>/", administration.person, name="person"),
    path("accounts/people/<int:user_id>/end-sessions/", sessions.end_all, name="end-sessions"),
    path("accounts/people/<int:user_id>/close/", administration.close, name="close"),
    path(
        "accounts/people/<int:user_id>/password-link/",
        administration.password_link,
        name="password-link",
    ),
    path("accounts/roles/<int:assignment_id>/end/", administration.end_role, name="end-role"),
    path("accounts/tokens/<int:token_id>/end/", administration.revoke_token, name="end-token"),
    path(
        "accounts/invitations/<int:invitation_id>/withdraw/",
        administration.withdraw,
        name="withdraw",
    ),
    path("audit/", audit.audit, name="audit"),
]
