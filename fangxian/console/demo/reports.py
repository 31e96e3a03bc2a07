"""Playing the schools' signatures, and the county's return of one of them."""

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection, transaction

from fangxian.console.demo import cast, script
from fangxian.console.demo.script import Stories
from fangxian.foundation.accounts import queries as accounts
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access
from fangxian.kernel.clock import midnight
from fangxian.kernel.errors import DomainError
from fangxian.watch.reporting import actions
from fangxian.watch.reporting.models import DailyReport
from fangxian.watch.reporting.rules import KIND, ReportPermission, State

#: reports whose signatures fall into one such span (seconds) are signed at once, at its end:
#: a signature's query costs much the same for one school and for a thousand
SPAN: Final = 60
SPAN_OF_MANY: Final = 300
MANY: Final = 2000
RETURN_AFTER: Final = timedelta(minutes=25)
COMMENT: Final = "教职工应到人数与花名册不符，请核对后重新签报。（示例）"
OWED: Final = """
SELECT unit_id FROM obligation
WHERE day = %s AND kind = %s AND subject = '' AND told_at IS NULL AND excused_at IS NULL
  AND cancelled_at IS NULL
ORDER BY unit_id
"""


class Reports:
    """The daily reports that are still to be signed."""

    def __init__(self, day: date, stories: Stories) -> None:
        self.day, self.stories = day, stories
        self.by = access.system("demo.simulation", [ReportPermission.SIGN])
        with connection.cursor() as cursor:
            cursor.execute(OWED, [day, KIND])
            schools = np.array([unit for (unit,) in cursor.fetchall()], np.int64)
        at = script.signed(schools, stories)
        span = SPAN if len(schools) < MANY else SPAN_OF_MANY
        at = np.ceil(at / span) * span
        order = np.argsort(at, kind="stable")
        order = order[~np.isnan(at[order])]
        self.schools, self.times = schools[order], at[order]
        self.next = 0

    def play(self, until: datetime) -> bool:
        """Sign the next that are due by a moment; False when none was left to sign."""
        now = (until - midnight(self.day)).total_seconds()
        end = int(np.searchsorted(self.times, now, side="right"))
        if self.next >= end:
            self._return(until)
            return False
        moment = self.times[self.next]
        end = min(end, int(np.searchsorted(self.times, moment, side="right")))
        schools = [int(school) for school in self.schools[self.next : end]]
        at = midnight(self.day) + timedelta(seconds=float(moment))
        actions.sign_many(schools=schools, day=self.day, at=at, by=self.by)
        self.next = end
        return True

    def _return(self, until: datetime) -> None:
        """The county's officer sends one report back, once, unless a visitor decided already."""
        for report in DailyReport.objects.on(self.day).filter(
            school_id__in=self.stories.returned, state=State.SIGNED, revision=1
        ):
            if report.signed_at is None or report.signed_at + RETURN_AFTER > until:
                continue
            self._send_back(report, report.signed_at + RETURN_AFTER)

    def _send_back(self, report: DailyReport, at: datetime) -> None:
        officer = User.objects.get(username=cast.username_of(Role.COUNTY_OFFICER))
        unit = UnitVersion.objects.as_of(self.day).get(unit_id=report.school_id)
        try:
            with transaction.atomic():
                actions.return_(
                    unit=unit, day=self.day, revision=1, comment=COMMENT,
                    by=accounts.actor_for(officer, today=self.day), at=at,
                )  # fmt: skip
        except DomainError:
            return
