"""Terms and runs in the reader's language."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fangxian.foundation.retention.queries import Report
from fangxian.norms import Term
from fangxian.norms.retention import Then


@dataclass(frozen=True)
class ShownTerm:
    """A term as a line of the page."""

    name: str
    length: str
    since: str
    then: str

    @classmethod
    def of(cls, term: Term, language: str) -> "ShownTerm":
        """In a language."""
        return cls(
            term.words.said(language), length(term), term.since.said(language), then(term.then)
        )


def length(term: Term) -> str:
    """ "12 months", "7 days", or a dash where it has no length of its own."""
    if term.months is not None:
        return ngettext("%(n)d month", "%(n)d months", term.months) % {"n": term.months}
    if term.days:
        return ngettext("%(n)d day", "%(n)d days", term.days) % {"n": term.days}
    return _("at once") if term.days == 0 else "—"


def then(what: Then) -> str:
    """What happens at the end of a term."""
    return {
        Then.DELETE: _("removed by the daily job"),
        Then.ANONYMISE: _("made anonymous by the daily job; counts stay"),
        Then.WITH: _("goes with its record"),
        Then.PROGRAM: _("removed by the part that uses it"),
        Then.OPERATOR: _("let go of by whoever runs the installation"),
        Then.STAYS: _("is kept"),
    }[what]


def shown_run(report: Report, language: str) -> dict[str, Any]:
    """A run as the page shows it."""
    lines = [
        {
            "name": line.term.words.said(language) if line.term else line.code,
            "rows": line.taken.count,
            "days": line.taken.days,
            "before": line.taken.before,
        }
        for line in report.lines
    ]
    return {"run": report.run, "lines": lines, "rows": report.rows, "left": report.left}
