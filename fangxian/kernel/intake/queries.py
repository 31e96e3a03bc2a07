"""What an import's page shows of its rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator

from fangxian.kernel.access import Actor
from fangxian.kernel.intake import labels, tables
from fangxian.kernel.intake.heads import Heads
from fangxian.kernel.intake.kinds import IntakeKind, Job, kinds
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.reasons import tell
from fangxian.kernel.intake.rules import Outcome


class _Standing:
    """Nobody waits for a page's rows: progress goes nowhere."""

    def at(self, done: int, total: int) -> None:
        """Nothing to tell."""


class _Numbered(Sequence[int]):
    """So many rows, not read: what a paginator needs of a list."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, key: Any) -> Any:
        return range(self._count)[key]


def review(
    intake: Intake, kind: IntakeKind, outcome: str, page: str | None, most: int, *,
    by: Actor, at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """A page of rows, all or of one outcome, and the most frequent reasons of wrong ones.

    `lost` says that the rows went with the server and have to be read again.
    """
    if not tables.are_there(intake.pk):
        return {"lost": True, "page": None, "rows": [], "reasons": []}
    wanted = [outcome] if outcome else list(Outcome)
    count = sum(intake.counts.get(one, 0) for one in wanted)
    found: Page[int] = Paginator(_Numbered(count), most).get_page(page)
    rows = tables.page(intake.pk, outcome, first=found.start_index() - 1 if count else 0, most=most)
    place = kind.place_by_id(intake.unit_id, at.date())
    job = Job(intake, kind, place, by, at, _Standing())
    shown = kind.shown(job, [row[0] for row in rows])
    return {
        "lost": False,
        "page": found,
        "rows": [
            {
                "line": line if line > 0 else None,
                "outcome": labels.OUTCOMES[Outcome(judged)],
                "tone": labels.TONES[judged],
                "reasons": tell(kind, kept),
                "shown": shown.get(line),
            }
            for line, judged, _target, kept in rows
        ],
        "reasons": _common(intake, kind),
    }


def _common(intake: Intake, kind: IntakeKind) -> list[tuple[str, int]]:
    """The most frequent reasons, with how many rows each."""
    if not intake.counts.get(Outcome.WRONG):
        return []
    found = tables.common_reasons(intake.pk)
    return [(" ".join(tell(kind, f"{one}…")), count) for one, count in found]


def left_over(intake: Intake, heads: Heads) -> list[str]:
    """The headings that nothing is taken from."""
    used = set(intake.mapping.values())
    return [name for place, name in enumerate(heads.names) if name and place not in used]


def told(intake: Intake) -> dict[str, Any]:
    """What an import that has ended came to."""
    done = intake.counts.get("told", {})
    facts = [(labels.OUTCOMES[one], done[one]) for one in Outcome if one in done]
    return {"facts": facts, "left": done.get("left", 0),
            "left_out": intake.counts.get(Outcome.WRONG, 0)}  # fmt: skip


def kinds_for(by: Actor) -> list[IntakeKind]:
    """The kinds that the person may bring somewhere."""
    return [kind for kind in kinds() if by.holds(kind.permission)]
