from django.urls import path

from fangxian.foundation.people import views

app_name = "people"
urlpatterns = [
    path("people/", views.groups, name="groups"),
    path("people/search/", views.search, name="search"),
    path("people/person/<int:person_id>/", views.person, name="person"),
    path("people/person/<int:person_id>/edit/", views.person_edit, name="edit"),
    path("people/person/<int:person_id>/calls/", views.person_calls, name="calls"),
    path("people/person/<int:person_id>/move/", views.person_move, name="move"),
    path("people/person/<int:person_id>/leave/", views.person_leave, name="person-leave"),
    path("people/person/<int:person_id>/back/", views.person_back, name="back"),
    path("people/person/<int:person_id>/transfer/", views.transfer_offer, name="offer"),
    path("people/transfer/<int:transfer_id>/", views.transfer, name="transfer"),
    path(
        "people/transfer/<int:transfer_id>/withdraw/",
        views.transfer_withdraw,
        name="transfer-withdraw",
    ),
    path("people/cohort/<int:cohort_id>/", views.cohort, name="cohort"),
    path("people/cohort/<int:cohort_id>/close/", views.cohort_close, name="cohort-close"),
    path("people/cohort/<int:cohort_id>/<int:row_id>/leave/", views.cohort_leave,
         name="cohort-leave"),
    path("people/<str:code>/", views.group, name="group"),
    path("people/<str:code>/roster/", views.roster, name="roster"),
    path("people/<str:code>/roster.xlsx", views.roster_export, name="export"),
    path("people/<str:code>/add/", views.person_add, name="add"),
    path("people/<str:code>/cohorts/", views.cohorts, name="cohorts"),
    path("people/<str:code>/transfers/", views.transfers, name="transfers"),
    path("people/<str:code>/transfers/ask/", views.transfer_ask, name="ask"),
    path("people/<str:code>/promotion/", views.promotion, name="promotion"),
    path("people/promotion/<int:promotion_id>/undo/", views.promotion_undo, name="promotion-undo"),
    path("people/<str:code>/<int:membership_id>/leave/", views.leave, name="leave"),
]  # fmt: skip
