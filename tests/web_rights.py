"""Requests of the tests have the rights of the web server, and see the rows it is shown."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

from fangxian.config.database import login
from fangxian.config.environment import DatabaseRole

GetResponse = Callable[[HttpRequest], HttpResponse]


class AsWeb:
    """Stands before everything else of a request; the test around it stays the owner."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from django.conf import settings

        user = login(settings.FANGXIAN, DatabaseRole.WEB).user
        if connection.settings_dict["USER"] == user:
            return self.get_response(request)
        _play(f'"{user}"')
        try:
            return self.get_response(request)
        finally:
            _play("NONE")


def _play(role: str) -> None:
    """Past Django, whose statements some tests count; not in a transaction that is broken."""
    connection.ensure_connection()
    session = connection.connection
    if session.info.transaction_status is not TransactionStatus.INERROR:
        session.execute(f"SET ROLE {role}")
