"""Background work of accounts: what has expired is removed."""

from procrastinate.contrib.django import app

from fangxian.foundation.accounts.sessions import SessionStore


@app.periodic(cron="17 * * * *")
@app.task(queue="default", queueing_lock="accounts_tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    """Remove the sign-ins that have ended by time."""
    SessionStore.clear_expired()
