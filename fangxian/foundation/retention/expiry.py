"""What expires of the program's own: background jobs that have ended, with their arguments."""

from fangxian.kernel.privacy import Expiry, expire
from fangxian.kernel.privacy.expiry import Unit

expire(
    Expiry(
        code="job",
        table="procrastinate_jobs",
        where=(
            "status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS ("
            "SELECT FROM procrastinate_events e "
            "WHERE e.job_id = procrastinate_jobs.id AND e.at >= %(before)s)"
        ),
        unit=Unit.REAL_MOMENT,
    )
)
