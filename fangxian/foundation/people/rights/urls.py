from django.urls import path

from fangxian.foundation.people.rights import views

app_name = "rights"
urlpatterns = [
    path("people/person/<int:person_id>/held/", views.held, name="held"),
    path("people/person/<int:person_id>/correction/", views.correction, name="correction"),
    path("people/person/<int:person_id>/erasure/", views.erasure, name="erasure"),
]
