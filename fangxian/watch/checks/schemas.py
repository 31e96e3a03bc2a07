"""What other programs send and get: the JSON of checks."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from fangxian.foundation.obligations.models import Channel
from fangxian.kernel import clock
from fangxian.watch.checks import rules
from fangxian.watch.checks.actions import Recorded, Submission
from fangxian.watch.checks.rules import Content, Line, Reason, Session, Symptom

MOST = 100_000  # people in one group; far above any real one, below what a column holds
TENTH = Decimal("0.1")

Count = Annotated[int, Field(ge=0, le=MOST, strict=True)]
Temperature = Annotated[
    Decimal,
    Field(ge=30, le=45, description="°C; null = not measured"),
    AfterValidator(lambda value: value.quantize(TENTH, ROUND_HALF_EVEN)),
]
Name = Annotated[str, Field(max_length=60)]
Day = Annotated[date, Field(ge=clock.EARLIEST, le=clock.LATEST)]


class In(BaseModel):
    """A body: what is not known here is refused, so that a slip of the pen is noticed."""

    model_config = ConfigDict(extra="forbid")


class LineIn(In):
    """One person; `person` or `name` may be left out."""

    person: int | None = None
    name: Name | None = None
    symptoms: Annotated[list[Symptom], Field(max_length=20)] = []
    temperature: Temperature | None = None

    def line(self, reason: str = Reason.ILL) -> Line:
        name = "" if self.person is not None else (self.name or "").strip()
        symptoms = tuple(sorted({symptom.value for symptom in self.symptoms}))
        return Line(reason, self.person, name, symptoms, self.temperature)


class AbsenceIn(LineIn):
    """One person who is not here."""

    reason: Reason


class PlacesIn(In):
    """Where the people at home are."""

    campus: Count = 0
    city: Count = 0
    province: Count = 0
    elsewhere: Count = 0
    abroad: Count = 0


class CheckIn(In):
    """A group's check. A home check has the reached counts in place of the present ones."""

    unit: Annotated[str, Field(min_length=1, max_length=24)]
    day: Day
    session: Session
    enrolled: Count
    present: Count | None = None
    not_known: Count | None = None
    absences: Annotated[list[AbsenceIn], Field(max_length=2000)] = []
    symptomatic_present: Annotated[list[LineIn], Field(max_length=2000)] = []
    reached_well: Count | None = None
    reached_ill: Count | None = None
    not_reached: Count | None = None
    places: PlacesIn | None = None
    revises: int | None = None
    on_behalf_of: Name | None = None
    channel: Literal["web", "api", "phone", "paper", "message", "in_person"] | None = None
    told_at: AwareDatetime | None = None

    def content(self) -> Content:
        """What it says, normalised: order and defaults do not matter."""
        places = self.places
        return Content(
            session=self.session,
            enrolled=self.enrolled,
            present=self.present,
            not_known=self.not_known,
            absences=tuple(line.line(line.reason) for line in self.absences),
            symptomatic_present=tuple(line.line() for line in self.symptomatic_present),
            reached_well=self.reached_well,
            reached_ill=self.reached_ill,
            not_reached=self.not_reached,
            places=rules.Places(**places.model_dump()) if places else None,
            on_behalf_of=(self.on_behalf_of or "").strip() or None,
        )

    def submission(self, at: datetime, *, by_token: bool) -> Submission:
        """As the actions take it; told now and through the sender's own channel unless said."""
        return Submission(
            unit=self.unit,
            day=self.day,
            content=self.content(),
            channel=self.channel or (Channel.API if by_token else Channel.WEB),
            told_at=self.told_at or at,
            revises=self.revises,
        )


class BatchIn(In):
    """Up to 500 checks that are kept all together or not at all."""

    items: Annotated[list[CheckIn], Field(min_length=1, max_length=500)]


class CheckOut(BaseModel):
    """The check that holds now; its `id` is what a correction names in `revises`."""

    id: int
    unit: str
    day: date
    session: Session
    revision: int
    created: bool
    received_at: datetime


def shown(told: CheckIn, recorded: Recorded) -> CheckOut:
    """A recorded check as it is answered."""
    return CheckOut(
        id=recorded.id,
        unit=told.unit,
        day=told.day,
        session=told.session,
        revision=recorded.revision,
        created=recorded.created,
        received_at=recorded.received_at,
    )


class ItemOut(BaseModel):
    """One item of a batch."""

    index: int
    id: int
    created: bool


class BatchOut(BaseModel):
    """Every item of a batch in its order."""

    items: list[ItemOut]


class Code(BaseModel):
    """A code with its names."""

    code: str
    zh: str
    en: str


class CodesOut(BaseModel):
    """Every code that a check may carry."""

    sessions: list[Code]
    reasons: list[Code]
    symptoms: list[Code]
    places: list[Code]
    channels: list[Code]


def body(model: type[BaseModel]) -> dict[str, Any]:
    """The request body of an operation that reads its body itself, for OpenAPI."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
