"""Requests of the tests have the rights of the web server, and see the rows it is shown."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

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
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{user}"')
        try:
            return self.get_response(request)
        finally:
            connection.ensure_connection()
            if connection.connection.info.transaction_status.name != "INERROR":
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")
