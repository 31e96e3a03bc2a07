"""Background work of the installation itself."""

from datetime import timedelta

from procrastinate.contrib.django import app

from fangxian.kernel import clock

# A worker says every ten seconds that it lives; one that was killed says no more.
SILENT_SECONDS = 60


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="resume_interrupted", pass_context=False)
async def resume_interrupted(timestamp: int) -> None:
    """Have what a killed worker left undone taken up again; every task bears being run twice."""
    manager = app.job_manager
    at = clock.real_now() + timedelta(seconds=1)
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await manager.retry_job(job, retry_at=at)
