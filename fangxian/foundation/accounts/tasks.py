"""Background work of accounts: what has expired is removed."""

from procrastinate.contrib.django import app

from fangxian.foundation.accounts import limits
from fangxian.foundation.accounts.sessions import SessionStore
from fangxian.kernel import clock


@app.periodic(cron="17 * * * *")
@app.task(queue="default", queueing_lock="accounts_tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    """Remove the sign-ins that have ended by time, and the counts of failures long past."""
    SessionStore.clear_expired()
    limits.forget_before(clock.real_now())
