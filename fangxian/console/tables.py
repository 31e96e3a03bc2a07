"""Who may see the rows of every table of this installation, those of others included.

The rooms say it with their models (`kernel.access.rows`); what has no model of ours stands here.
"""

from __future__ import annotations

from functools import lru_cache

from django.apps import apps

from fangxian.kernel.access.rows import ALL_RIGHTS, Rows, above_one, by_path, open_rows, own

READ = "SELECT"
SIGN_IN = "needed before it is known who asks"
QUEUE = "the queue of background work: numbers and days, no names"
UNUSED = "a table of the framework in which nothing stands"

OTHERS: dict[str, Rows] = {
    "obligation_month": by_path() | above_one(),
    "check_late_arrival": by_path(),
    "account_emailaddress": own(),
    "account_emailconfirmation": open_rows(UNUSED, web=READ, worker=READ),
    "mfa_authenticator": open_rows(SIGN_IN),
    "django_session": open_rows(SIGN_IN),
    "auth_group": open_rows(UNUSED, web=READ, worker=READ),
    "auth_group_permissions": open_rows(UNUSED, web=READ, worker=READ),
    "auth_permission": open_rows(UNUSED, web=READ, worker=READ),
    "django_content_type": open_rows(UNUSED, web=READ, worker=READ),
    "django_migrations": open_rows("which migrations were made", web=READ, worker=READ),
    "procrastinate_jobs": open_rows(QUEUE),
    "procrastinate_events": open_rows(QUEUE),
    "procrastinate_periodic_defers": open_rows(QUEUE, web=READ, worker=ALL_RIGHTS),
    "procrastinate_workers": open_rows(QUEUE, web=READ, worker=ALL_RIGHTS),
}


@lru_cache(maxsize=1)
def declared() -> dict[str, Rows]:
    """Every table that says who may see its rows; a test fails on one that does not."""
    ours = {
        model._meta.db_table: model.rows
        for model in apps.get_models(include_auto_created=True)
        if hasattr(model, "rows")
    }
    return OTHERS | ours
